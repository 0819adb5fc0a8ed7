namespace Orleans.Groups.Simulator.Exploration;

/// <summary>A world that can be explored by its name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Story">What happens in it.</param>
/// <param name="Start">Makes its first state.</param>
internal sealed record ExploredWorld(string Name, string Story, Func<Explorable> Start)
{
    /// <summary>All worlds, small ones of a kind first.</summary>
    internal static IReadOnlyList<ExploredWorld> All { get; } =
    [
        .. RingPlans.All.Select(static plan => new ExploredWorld(plan.Name, plan.Story, () => RingWorld.Start(plan))),
        .. ScopePlans.All.Select(static plan => new ExploredWorld(plan.Name, plan.Story, () => ScopeWorld.Start(plan))),
        .. LinkPlans.All.Select(static plan => new ExploredWorld(plan.Name, plan.Story, () => LinkWorld.Start(plan))),
    ];

    /// <summary>The world of a name, if there is one.</summary>
    internal static ExploredWorld? Find(string name) => All.FirstOrDefault(world => world.Name == name);
}
