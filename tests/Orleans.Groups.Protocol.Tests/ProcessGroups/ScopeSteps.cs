using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>Random operations on one machine, for tests that want a history and not a certain one.</summary>
internal static class ScopeSteps
{
    /// <summary>A join, leave or end of a few members in a few groups.</summary>
    internal static void Random(ScopeProbe probe, DeterministicRandom random)
    {
        var (groups, members) = (Groups(random), Members(probe.Node, random));
        switch (random.Next(8))
        {
            case < 4:
                probe.Step(new ScopeInput.Join(groups, members));
                break;
            case < 7:
                probe.Step(new ScopeInput.Leave(groups, members));
                break;
            default:
                probe.End([.. members.Distinct()]);
                break;
        }
    }

    internal static ImmutableArray<GroupName> Groups(DeterministicRandom random) =>
        [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => (GroupName)$"g{random.Next(6)}")];

    private static ImmutableArray<MemberId> Members(NodeId node, DeterministicRandom random) =>
        [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => ScopeIds.Member(node, 1 + random.Next(8)))];
}
