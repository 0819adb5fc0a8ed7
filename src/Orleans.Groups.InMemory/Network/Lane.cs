using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.InMemory;

/// <summary>
/// One direction of the frames between two nodes, of one kind: in order, each once, within a session.
/// </summary>
/// <remarks>
/// Sending puts the frame straight into the receiving machine's mailbox, under the lane's lock: that is what makes the
/// order. There is no thread and, unless it is cut, no queue. Only the <see cref="Connection"/> changes the state.
/// </remarks>
/// <param name="core">The cluster.</param>
/// <param name="from">The sending node.</param>
/// <param name="to">The receiving node.</param>
/// <param name="maxHeld">Most frames that are held while the lane is cut.</param>
/// <param name="endsSession">Whether a frame more ends the session; otherwise it is refused.</param>
internal sealed class Lane(ClusterCore core, NodeHost from, NodeHost to, int maxHeld, bool endsSession) : ILane
{
    private readonly Queue<(NodeFrame Frame, IFrameCredit? Credit)> _held = new();

    /// <summary>Locked around everything here. Nothing but mailboxes is locked inside.</summary>
    internal Lock Gate { get; } = new();

    internal NodeHost From { get; } = from;

    internal NodeHost To { get; } = to;

    /// <summary>Whether frames are taken.</summary>
    internal bool IsOpen { get; private set; }

    /// <summary>Whether frames are held back.</summary>
    internal bool IsCut { get; set; }

    /// <summary>Whether a frame had to be refused: its session will be given up.</summary>
    internal bool HasOverflowed { get; private set; }

    private long Session { get; set; }

    /// <inheritdoc/>
    public LaneOutcome Send(NodeFrame frame, long session, IFrameCredit? credit = null)
    {
        frame = core.ThroughCodec(frame);
        lock (Gate)
        {
            return IsOpen && session == Session ? SendOrHold(frame, credit) : LaneOutcome.NotConnected;
        }
    }

    /// <inheritdoc/>
    public LaneOutcome Send(NodeFrame frame)
    {
        frame = core.ThroughCodec(frame);
        lock (Gate)
        {
            return IsOpen ? SendOrHold(frame, null) : LaneOutcome.NotConnected;
        }
    }

    /// <summary>Takes frames of a new session. Locked by the caller.</summary>
    internal void Open(long session)
    {
        Session = session;
        IsOpen = true;
        HasOverflowed = false;
    }

    /// <summary>Takes no more frames; those that are held may still arrive. Locked by the caller.</summary>
    internal void Close() => IsOpen = false;

    /// <summary>Drops what is held. Locked by the caller.</summary>
    internal void DropHeld() => _held.Clear();

    /// <summary>Lets everything held arrive, in order. Locked by the caller.</summary>
    internal void ReleaseHeld()
    {
        while (_held.TryDequeue(out var held))
        {
            To.Accept(From.Id, Session, held.Frame, held.Credit);
        }
    }

    private LaneOutcome SendOrHold(NodeFrame frame, IFrameCredit? credit)
    {
        if (!IsCut)
        {
            To.Accept(From.Id, Session, frame, credit);
            return LaneOutcome.Sent;
        }

        if (HasOverflowed)
        {
            return LaneOutcome.Full;
        }

        if (_held.Count >= maxHeld)
        {
            HasOverflowed = endsSession;
            if (endsSession)
            {
                core.Network.GiveUpLater(this);
            }

            return LaneOutcome.Full;
        }

        _held.Enqueue((frame, credit));
        return LaneOutcome.Sent;
    }
}
