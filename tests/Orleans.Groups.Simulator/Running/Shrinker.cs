namespace Orleans.Groups.Simulator;

/// <summary>
/// Reduces a failing world to one that fails in the same way with as few items and nodes as possible.
/// </summary>
internal sealed class Shrinker
{
    private readonly Action<WorldPlan>? _progress;
    private readonly HashSet<string> _properties;
    private WorldPlan _plan;

    private Shrinker(WorldPlan plan, IEnumerable<string> properties, Action<WorldPlan>? progress)
    {
        _plan = plan;
        _properties = [.. properties];
        _progress = progress;
    }

    /// <summary>Worlds that were tried.</summary>
    internal int Tries { get; private set; }

    /// <summary>Shrinks a plan; nothing when its world does not fail.</summary>
    internal static (WorldPlan Plan, WorldResult World, int Tries)? Shrink(
        WorldPlan plan,
        Action<WorldPlan>? progress = null)
    {
        var first = WorldRun.Run(plan);
        if (first.Violations.Count == 0)
        {
            return null;
        }

        var shrinker = new Shrinker(plan, first.Violations.Take(1).Select(static v => v.Property), progress);
        shrinker.Shrink();
        return (shrinker._plan, WorldRun.Run(shrinker._plan), shrinker.Tries);
    }

    private void Shrink()
    {
        int before;
        do
        {
            before = _plan.Items.Count + _plan.Settings.Nodes;
            RemoveItems();
            RemoveNodes();
        }
        while (_plan.Items.Count + _plan.Settings.Nodes < before);
    }

    /// <summary>Delta debugging: halves, quarters, and so on down to single items.</summary>
    private void RemoveItems()
    {
        for (var size = Math.Max(1, _plan.Items.Count / 2); size >= 1; size /= 2)
        {
            for (var start = 0; start < _plan.Items.Count;)
            {
                var without = _plan.Items.Where((_, index) => index < start || index >= start + size).ToList();
                if (!Try(_plan with { Items = without }))
                {
                    start += size;
                }
            }
        }
    }

    private void RemoveNodes()
    {
        while (_plan.Settings.Nodes > 1
            && Try(_plan with { Settings = _plan.Settings with { Nodes = _plan.Settings.Nodes - 1 } }))
        {
            // One node less each time.
        }
    }

    private bool Try(WorldPlan candidate)
    {
        Tries++;
        if (!WorldRun.Run(candidate).Violations.Any(violation => _properties.Contains(violation.Property)))
        {
            return false;
        }

        _plan = candidate;
        _progress?.Invoke(candidate);
        return true;
    }
}
