using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>Members came or went.</summary>
/// <param name="Births">New members, in the order in which they joined; may be empty.</param>
/// <param name="Deaths">Members that are gone, and of which nothing will be delivered any more; may be empty.</param>
/// <param name="Members">All members that the ring knows now, in the order in which they joined.</param>
public sealed record MembersChanged(
    ImmutableArray<MemberId> Births,
    ImmutableArray<MemberId> Deaths,
    ImmutableArray<MemberId> Members);
