using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>What a <see cref="MembershipChange"/> says.</summary>
public enum MembershipChangeKind
{
    /// <summary>Members were added to the group.</summary>
    Joined,

    /// <summary>Members were taken away from the group.</summary>
    Left,

    /// <summary>
    /// The monitor fell behind. Forget what you know and start again from <see cref="MembershipChange.Snapshot"/>.
    /// </summary>
    Restarted,
}

/// <summary>
/// Why a membership changed, as far as this node knows: the last cause when several changes were merged on their way.
/// </summary>
public enum ChangeReason
{
    /// <summary>A join.</summary>
    Joined,

    /// <summary>A leave.</summary>
    Left,

    /// <summary>The member ended.</summary>
    Ended,

    /// <summary>The scope stopped on the member's node.</summary>
    ScopeStopped,

    /// <summary>The member's node died, or the connection to it was given up.</summary>
    NodeDown,

    /// <summary>
    /// Found by comparing with a fresh copy of the node's memberships, for example after a lost update.
    /// </summary>
    Resynced,

    /// <summary>The monitor fell behind and starts again from a snapshot.</summary>
    MonitorOverflow,
}

/// <summary>One event of a monitor: a change of one group, or a fresh start.</summary>
/// <param name="Number">1, 2, 3, … per monitor, without a gap, also across a restart.</param>
/// <param name="Kind">What the event says.</param>
/// <param name="Group">The group that changed; <see langword="default"/> for a restart.</param>
/// <param name="Members">One entry per membership that changed, not empty; empty for a restart.</param>
/// <param name="Reason">Why.</param>
/// <param name="Snapshot">
/// For a restart everything the monitor watches, as of this event; otherwise <see langword="null"/>.
/// </param>
public sealed record MembershipChange(
    long Number,
    MembershipChangeKind Kind,
    GroupName Group,
    ImmutableArray<MemberId> Members,
    ChangeReason Reason,
    MembershipSnapshot? Snapshot = null);
