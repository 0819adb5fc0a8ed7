using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>What became of a frame at the sender's end of a lane.</summary>
internal enum LaneOutcome
{
    /// <summary>It is in the receiver's mailbox, or held in order.</summary>
    Sent,

    /// <summary>
    /// It was sent, and was the last frame of its scope that fits, until the scope hears of room again.
    /// </summary>
    Last,

    /// <summary>The session is over, or there is none.</summary>
    NotConnected,

    /// <summary>The lane holds as much as it may.</summary>
    Full,
}

/// <summary>
/// One direction of the frames between two nodes, of one kind: in order, each once, within a session. Any thread.
/// </summary>
internal interface ILane
{
    /// <summary>Sends in a session, or not at all.</summary>
    /// <param name="frame">The frame; never changed afterwards.</param>
    /// <param name="session">The session that the sender knows.</param>
    /// <param name="credit">Given back when the frame has been handled or is lost with its session.</param>
    LaneOutcome Send(NodeFrame frame, long session, IFrameCredit? credit = null);

    /// <summary>Sends in whatever session there is.</summary>
    LaneOutcome Send(NodeFrame frame);
}

/// <summary>Another node as one node sees it: the lanes to it.</summary>
/// <param name="Node">The other node.</param>
/// <param name="Frames">Frames between machines. One that cannot be held ends the session.</param>
/// <param name="Payloads">
/// Payloads for members and their answers: a lane of their own, so that they never delay a machine.
/// </param>
internal sealed record Peer(NodeId Node, ILane Frames, ILane Payloads);
