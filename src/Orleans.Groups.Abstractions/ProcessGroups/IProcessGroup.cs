using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>
/// A handle to one group of a scope on one node. Stays valid while the group comes and goes. Any thread.
/// </summary>
public interface IProcessGroup
{
    /// <summary>The group.</summary>
    GroupName Name { get; }

    /// <summary>As <see cref="IProcessGroups.GetMembers"/>, without looking up the name.</summary>
    ImmutableArray<MemberId> Members { get; }

    /// <summary>As <see cref="IProcessGroups.GetLocalMembers"/>, without looking up the name.</summary>
    ImmutableArray<MemberId> LocalMembers { get; }
}
