using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>The members of one group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Members">One entry per membership; not empty.</param>
public sealed record GroupMembers(GroupName Group, ImmutableArray<MemberId> Members);

/// <summary>Everything that a monitor watches, at one moment. Groups without members are absent. Immutable.</summary>
public sealed class MembershipSnapshot
{
    private readonly Dictionary<GroupName, ImmutableArray<MemberId>> _byGroup = [];

    /// <summary>Holds the given groups.</summary>
    /// <param name="groups">Each group once.</param>
    public MembershipSnapshot(ImmutableArray<GroupMembers> groups)
    {
        Groups = groups;
        foreach (var group in groups)
        {
            _byGroup.Add(group.Group, group.Members);
        }
    }

    /// <summary>The groups, each once, in no promised order.</summary>
    public ImmutableArray<GroupMembers> Groups { get; }

    /// <summary>The members of a group; empty when it has none or is not watched.</summary>
    public ImmutableArray<MemberId> GetMembers(GroupName group) =>
        _byGroup.TryGetValue(group, out var members) ? members : [];
}
