using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>Frames between machines, on one link. One that cannot be held ends the session.</summary>
internal sealed class FrameLane(LinkHost link, LinkChannels channels) : ILane
{
    /// <inheritdoc/>
    /// <remarks>
    /// The credit is given back at once: on a link, <see cref="LinkEffect.Writable"/> tells the scope how far the peer
    /// is behind.
    /// </remarks>
    public LaneOutcome Send(NodeFrame frame, long session, IFrameCredit? credit = null)
    {
        var channel = frame is NodeFrame.ToScope toScope ? channels.Of(toScope.Scope) : LinkChannels.Rings;
        var outcome = link.Send(session, channel, frame, out var hasRoom);
        if (outcome == LaneOutcome.Sent)
        {
            outcome = hasRoom ? LaneOutcome.Sent : LaneOutcome.Last;
            credit?.Return();
        }
        else if (outcome == LaneOutcome.Full)
        {
            link.EndSession(session);
        }

        return outcome;
    }

    /// <inheritdoc/>
    public LaneOutcome Send(NodeFrame frame) => Send(frame, link.Session);
}

/// <summary>Payloads for members, on one link. Refused while the peer does not keep up.</summary>
internal sealed class PayloadLane(LinkHost link) : ILane
{
    /// <inheritdoc/>
    public LaneOutcome Send(NodeFrame frame, long session, IFrameCredit? credit = null) =>
        link.HasPayloadRoom || frame is NodeFrame.PayloadAnswer
            ? link.Send(session, LinkChannels.Payloads, frame, out _)
            : LaneOutcome.Full;

    /// <inheritdoc/>
    public LaneOutcome Send(NodeFrame frame) => Send(frame, link.Session);
}
