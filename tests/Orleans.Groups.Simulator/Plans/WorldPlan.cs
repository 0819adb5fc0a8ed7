namespace Orleans.Groups.Simulator;

/// <summary>What a world is made of, and everything that is done to it.</summary>
/// <param name="Kind">Which protocol.</param>
/// <param name="Seed">Of everything that is left to chance.</param>
/// <param name="Settings">What the world is made of.</param>
/// <param name="Items">What is done to it, by time.</param>
/// <param name="Length">When the faults end, in microseconds.</param>
/// <param name="Faults">Which faults were drawn, those included that are settings.</param>
/// <param name="Groups">Names of the groups.</param>
internal sealed record WorldPlan(
    WorldKind Kind,
    ulong Seed,
    WorldSettings Settings,
    IReadOnlyList<PlanItem> Items,
    long Length,
    IReadOnlyList<FaultKind> Faults,
    string[] Groups)
{
    /// <summary>How many times the usual work was drawn.</summary>
    internal int Work { get; init; } = 1;

    /// <summary>The same plan with only some of its items.</summary>
    internal WorldPlan Keep(IReadOnlySet<int> ids) =>
        this with { Items = [.. Items.Where(item => ids.Contains(item.Id))] };
}

/// <summary>Faults for people.</summary>
internal static class FaultNames
{
    private static readonly string[] Names =
    [
        "",
        "a node is killed",
        "a killed node comes back at the same address at once",
        "a node stops in order",
        "a node or a handler is slow",
        "packets are delayed",
        "packets overtake each other",
        "packets are lost",
        "packets come twice, also much later",
        "nothing gets through from one node to another",
        "two parts of the cluster do not hear each other",
        "two nodes do not hear each other, both hear the rest",
        "a node pauses, perhaps so long that it is declared dead",
        "clocks run fast or slow, incarnations go back",
        "the record store fails, or nobody knows whether it has written",
        "the record store loses a record, or goes back to an earlier version",
        "the record store has two front-ends that collide",
        "nodes of two versions are mixed",
        "a node that is well is declared dead, or given up by another",
        "a member ends here and comes again elsewhere",
        "limits and buffers are tiny",
    ];

    internal static IEnumerable<FaultKind> All => Enum.GetValues<FaultKind>().Where(static f => f != FaultKind.None);

    internal static string Of(FaultKind fault) => Names[(int)fault];
}
