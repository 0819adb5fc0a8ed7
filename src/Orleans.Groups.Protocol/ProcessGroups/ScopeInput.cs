using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>Everything that can happen to a scope machine.</summary>
internal abstract record ScopeInput
{
    private ScopeInput()
    {
    }

    /// <summary>
    /// The application joins members to groups: every member to every group, all or nothing. Answered by
    /// <see cref="ScopeEffect.JoinAnswered"/> in the same step.
    /// </summary>
    internal sealed record Join(ImmutableArray<GroupName> Groups, ImmutableArray<MemberId> Members) : ScopeInput;

    /// <summary>The application joins one member to one group; as <see cref="Join"/> without its arrays.</summary>
    internal sealed record JoinOne(GroupName Group, MemberId Member) : ScopeInput;

    /// <summary>
    /// The application takes members out of groups. Answered by <see cref="ScopeEffect.LeaveAnswered"/> in the same
    /// step.
    /// </summary>
    internal sealed record Leave(ImmutableArray<GroupName> Groups, ImmutableArray<MemberId> Members) : ScopeInput;

    /// <summary>The application takes one member out of one group; as <see cref="Leave"/> without its arrays.</summary>
    internal sealed record LeaveOne(GroupName Group, MemberId Member) : ScopeInput;

    /// <summary>Watched members of this node have ended. Members that are not watched are ignored.</summary>
    internal sealed record MembersEnded(ImmutableArray<MemberId> Members) : ScopeInput;

    /// <summary>A session with a node that is alive in the current membership has begun.</summary>
    internal sealed record PeerUp(NodeId Node, long Session) : ScopeInput;

    /// <summary>The session has ended; nothing of it comes any more.</summary>
    internal sealed record PeerDown(NodeId Node, long Session) : ScopeInput;

    /// <summary>A frame of a session.</summary>
    internal sealed record Received(NodeId Node, long Session, ScopeMessage Message) : ScopeInput;

    /// <summary>
    /// The channel to a peer has room again, or has none (rule H5). A peer without room is sent nothing, then the parts
    /// that it was being sent, or a snapshot; the one exception is the goodbye, which is the last frame that the scope
    /// sends. The host says that there is none before it gives the flush that would send more. News of another session
    /// than the one that runs is ignored: a session begins with room.
    /// </summary>
    internal sealed record Writable(NodeId Node, long Session, bool HasRoom) : ScopeInput;

    /// <summary>
    /// The host answers <see cref="ScopeEffect.FlushWanted"/>: send what has been gathered, and of each message in
    /// parts the next one.
    /// </summary>
    internal sealed record Flush : ScopeInput
    {
        internal static readonly Flush Instance = new();
    }

    /// <summary>It is time to compare tables: send a digest to every peer.</summary>
    internal sealed record DigestDue : ScopeInput
    {
        internal static readonly DigestDue Instance = new();
    }

    /// <summary>
    /// The application starts a monitor: of one group, or of the scope when <paramref name="Group"/> is
    /// <see langword="null"/>.
    /// </summary>
    /// <param name="Monitor">Chosen by the host; never used twice.</param>
    /// <param name="Group">What to watch.</param>
    /// <param name="Owner">A member of this node with which the monitor ends, or nobody.</param>
    internal sealed record StartMonitor(long Monitor, GroupName? Group, MemberId? Owner) : ScopeInput;

    /// <summary>The application ends a monitor; unknown ones are ignored.</summary>
    internal sealed record StopMonitor(long Monitor) : ScopeInput;

    /// <summary>
    /// A consumer that had fallen behind reads again and needs a fresh snapshot; unknown monitors are ignored.
    /// </summary>
    internal sealed record RestartMonitor(long Monitor) : ScopeInput;

    /// <summary>
    /// The scope stops on this node: say goodbye, end local memberships and monitors, forget the peers.
    /// </summary>
    internal sealed record Stop : ScopeInput
    {
        internal static readonly Stop Instance = new();
    }
}
