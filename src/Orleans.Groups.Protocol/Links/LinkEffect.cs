using System;

namespace Orleans.Groups.Protocol;

/// <summary>Everything that a link machine wants done, in list order.</summary>
internal abstract record LinkEffect
{
    private LinkEffect()
    {
    }

    /// <summary>
    /// Give a message to the transport, which may lose, double, reorder and delay it. What a step wants sent after it
    /// has <see cref="LinkInput.Received"/> a message may go as answer of the call that brought it.
    /// </summary>
    internal sealed record Send(LinkMessage Message) : LinkEffect;

    /// <summary>Frames have arrived. Those of credited channels are handed back by <see
    /// cref="LinkMachine.Consume"/>.</summary>
    internal sealed record Deliver(long Session, LinkLane Lane, LinkFrames Frames) : LinkEffect;

    /// <summary>A session has begun: frames can be sent in it.</summary>
    /// <param name="Session">Its number, higher than those before.</param>
    /// <param name="Version">The protocol version that both ends speak.</param>
    internal sealed record PeerUp(long Session, int Version) : LinkEffect;

    /// <summary>The session is over: behind its last frame, once.</summary>
    internal sealed record PeerDown(long Session, LinkEndReason Reason) : LinkEffect;

    /// <summary>
    /// A credited channel takes no more frames than wait already, or does again (rule H5). A session begins with all
    /// channels writable.
    /// </summary>
    internal sealed record Writable(long Session, LinkChannel Channel, bool HasRoom) : LinkEffect;

    /// <summary>
    /// Frames have been gathered: give <see cref="LinkInput.Flush"/> at the end of the turn. Said once until then.
    /// </summary>
    internal sealed record FlushWanted : LinkEffect
    {
        internal static readonly FlushWanted Instance = new();
    }

    /// <summary>Fire a timer after a time; replaces the one of its kind.</summary>
    internal sealed record SetTimer(LinkTimer Timer, long Generation, TimeSpan After) : LinkEffect;

    /// <summary>Let a timer be.</summary>
    internal sealed record CancelTimer(LinkTimer Timer) : LinkEffect;

    /// <summary>
    /// Advice, no verdict: what was sent is not acked, although it was sent so often again without anything getting
    /// through; or, with 0, something gets through again. A neighbour is suspected for this alone (rule R1).
    /// </summary>
    internal sealed record Unanswered(long Session, int Retries) : LinkEffect;

    /// <summary>
    /// Nothing was heard for the keep-alive interval: frames that the host now gives to the control lane, and flushes,
    /// ride on the keep-alive.
    /// </summary>
    internal sealed record KeepAliveDue(long Session) : LinkEffect;

    /// <summary>The peer's keep-alive has arrived: the host may answer with frames on the control lane.</summary>
    internal sealed record KeepAliveHeard(long Session) : LinkEffect;

    /// <summary>The living say that this node is dead, and will never listen to it again. Said once.</summary>
    internal sealed record DeclaredDead : LinkEffect
    {
        internal static readonly DeclaredDead Instance = new();
    }

    /// <summary>No protocol version is spoken by both: these two lives never get a session. Said once.</summary>
    internal sealed record Incompatible(int OldestVersion, int NewestVersion) : LinkEffect;

    /// <summary>
    /// After <see cref="LinkInput.Close"/>: the peer knows, or need not. The host may forget the machine.
    /// </summary>
    internal sealed record Closed : LinkEffect
    {
        internal static readonly Closed Instance = new();
    }

    /// <summary>Something worth counting that changed nothing: what a peer sent was dropped, and why.</summary>
    internal sealed record Trace(LinkTrace Kind) : LinkEffect;
}

/// <summary>Why a session ended.</summary>
internal enum LinkEndReason
{
    /// <summary>This host gave it up.</summary>
    GivenUp,

    /// <summary>The other end gave it up.</summary>
    PeerGaveUp,

    /// <summary>This host said goodbye.</summary>
    Closed,

    /// <summary>The other end said goodbye.</summary>
    PeerClosed,

    /// <summary>Free channels had more to send than the buffer holds.</summary>
    BufferFull,

    /// <summary>Membership says that the peer is dead.</summary>
    PeerDead,

    /// <summary>The peer says that this node is dead.</summary>
    DeclaredDead,

    /// <summary>The peer has begun to speak versions that this node does not.</summary>
    Incompatible,
}

/// <summary>Why a link machine dropped something.</summary>
internal enum LinkTrace
{
    /// <summary>Said by, or meant for, another node or another life of it.</summary>
    WrongNode,

    /// <summary>The peer is not alive here yet (rule H3).</summary>
    NotAlive,

    /// <summary>The peer is dead here.</summary>
    Dead,

    /// <summary>Of a session that is over, or that cannot have begun.</summary>
    WrongSession,

    /// <summary>A batch that had arrived before.</summary>
    Duplicate,

    /// <summary>A batch further ahead than may be held.</summary>
    BeyondWindow,

    /// <summary>Numbers or frames that no sender of this protocol sends.</summary>
    Malformed,

    /// <summary>More in one channel than the credit allows. It was accepted nevertheless.</summary>
    CreditOverrun,
}
