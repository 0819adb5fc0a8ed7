using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>Everything that a scope machine wants done, in list order.</summary>
internal abstract record ScopeEffect
{
    private ScopeEffect()
    {
    }

    /// <summary>Answer of a join; always the last effect of its step that concerns the caller.</summary>
    internal sealed record JoinAnswered(JoinResult Result) : ScopeEffect
    {
        /// <summary>One membership was added.</summary>
        internal static readonly JoinAnswered One = new(new JoinResult(JoinStatus.Joined, 1));
    }

    /// <summary>Answer of a leave.</summary>
    internal sealed record LeaveAnswered(LeaveResult Result) : ScopeEffect
    {
        /// <summary>Nothing was there to take away.</summary>
        internal static readonly LeaveAnswered NotJoined = new(new LeaveResult(LeaveStatus.NotJoined, []));
    }

    /// <summary>Answer of a join, leave or monitor that names a member of another node. Nothing was changed.</summary>
    internal sealed record NotLocal(MemberId Member) : ScopeEffect;

    /// <summary>Answer of a join or monitor that would exceed a limit. Nothing was changed.</summary>
    internal sealed record LimitReached(string Limit, long Value) : ScopeEffect;

    /// <summary>Tell the machine when this member of this node ends; at once if it already has (rule P5).</summary>
    internal sealed record Watch(MemberId Member) : ScopeEffect;

    /// <summary>The member is in no group and owns no monitor any more.</summary>
    internal sealed record Unwatch(MemberId Member) : ScopeEffect;

    /// <summary>Send a frame in a session; drop it if that session is over.</summary>
    internal sealed record Send(NodeId Node, long Session, ScopeMessage Message) : ScopeEffect;

    /// <summary>
    /// Changes have been gathered, or parts are to go on: give <see cref="ScopeInput.Flush"/> soon, but not before the
    /// news of a channel that has no room for more than what this step sends. Said once until then.
    /// </summary>
    internal sealed record FlushWanted : ScopeEffect
    {
        internal static readonly FlushWanted Instance = new();
    }

    /// <summary>A monitor has started.</summary>
    internal sealed record MonitorStarted(long Monitor, MembershipSnapshot Snapshot) : ScopeEffect;

    /// <summary>One operation's changes for one monitor, back to back; not empty.</summary>
    internal sealed record Notify(long Monitor, ImmutableArray<ScopeEvent> Events) : ScopeEffect;

    /// <summary>The fresh snapshot for a monitor whose consumer had fallen behind; later changes follow it.</summary>
    internal sealed record MonitorRestarted(long Monitor, MembershipSnapshot Snapshot) : ScopeEffect;

    /// <summary>A monitor has ended other than by <see cref="ScopeInput.StopMonitor"/>.</summary>
    internal sealed record MonitorEnded(long Monitor, MonitorEndReason Reason) : ScopeEffect;

    /// <summary>Something worth knowing that changed nothing: what a peer sent was dropped, and why.</summary>
    internal sealed record Trace(ScopeTrace Kind, NodeId Node) : ScopeEffect;
}

/// <summary>One change of one group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Joined">Whether members were added, or taken away.</param>
/// <param name="Members">One entry per membership; not empty.</param>
/// <param name="Reason">Why.</param>
internal readonly record struct ScopeEvent(
    GroupName Group,
    bool Joined,
    ImmutableArray<MemberId> Members,
    ChangeReason Reason);

/// <summary>Why a scope machine dropped or corrected something.</summary>
internal enum ScopeTrace
{
    /// <summary>A frame of a node that is not connected, or of another session.</summary>
    NotInSession,

    /// <summary>A frame of an earlier life of the peer's scope, or one that names another node.</summary>
    OldIncarnation,

    /// <summary>A frame of a peer that has not introduced itself.</summary>
    UnknownPeer,

    /// <summary>An update of versions that are already known.</summary>
    OldUpdate,

    /// <summary>An update that does not follow: a snapshot was requested.</summary>
    Gap,

    /// <summary>Two tables of one version differ: a snapshot was requested.</summary>
    DigestMismatch,

    /// <summary>A part that does not follow the part before it.</summary>
    BrokenParts,

    /// <summary>A frame that claims members of another node, impossible counts, or changes that do not fit.</summary>
    Malformed,
}
