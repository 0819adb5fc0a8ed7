using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>Short ways to name things in tests of process groups.</summary>
internal static class ScopeIds
{
    internal static readonly ScopeName Scope = "test";

    internal static readonly NodeId A = Node("a");
    internal static readonly NodeId B = Node("b");
    internal static readonly NodeId C = Node("c");

    /// <summary>A life of a node; lives with equal ordinals are told apart by <paramref name="id"/>.</summary>
    internal static NodeId Node(string name, long ordinal = 1, int id = 0) =>
        new(name, new Incarnation(ordinal, new Guid(name[0] + (256 * id), (short)ordinal, 0, new byte[8])));

    internal static MemberId Member(NodeId node, int number) => new(node, number, $"m{number}");

    internal static ImmutableArray<MemberId> Members(NodeId node, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => Member(node, i))];

    internal static ScopeSettings Settings(
        int maxGroups = 1_000_000,
        int maxMembersPerGroup = 1_000_000,
        int maxMembershipsPerMember = 100_000,
        int maxMonitors = 10_000,
        int maxMembershipsPerFrame = 4_096,
        bool isLocal = false) =>
        new(maxGroups, maxMembersPerGroup, maxMembershipsPerMember, maxMonitors, maxMembershipsPerFrame, isLocal);

    /// <summary>A multiset as text: sorted, so that order does not matter.</summary>
    internal static string Sorted(IEnumerable<MemberId> members) => string.Join(' ', members.Order().Select(Short));

    internal static string Sorted(IEnumerable<GroupName> groups) => string.Join(' ', groups.Order());

    /// <summary>For example <c>a1</c>: member 1 of node a.</summary>
    internal static string Short(MemberId member) => $"{member.Node.Name}{member.Number}";
}
