using System;

namespace Orleans.Groups.Protocol;

/// <summary>
/// A credited channel as its sender sees it: what the peer has not consumed, and what waits for that.
/// </summary>
internal sealed class LinkSendChannel(LinkChannel channel)
{
    private const int FirstBlockBytes = 1024;

    private LinkChunk _head; // The rest of a chunk of which some frames have gone.

    internal LinkChannel Channel { get; } = channel;

    /// <summary>Cost of what is in the lane, on its way, or not consumed.</summary>
    internal long Outstanding { get; private set; }

    /// <summary>Frames that wait; made when the first one does.</summary>
    internal LinkFrameQueue? Waiting { get; private set; }

    /// <summary>Whether the host was told that there is no room.</summary>
    internal bool IsBlocked { get; set; }

    /// <summary>Whether it is in the list of blocked channels.</summary>
    internal bool IsListed { get; set; }

    internal long WaitingBytes => _head.Body.Length + (Waiting?.Bytes ?? 0);

    internal bool HasWaiting => WaitingBytes > 0;

    internal bool IsIdle => Outstanding == 0 && !HasWaiting && !IsBlocked;

    /// <summary>Where a frame is written that must wait.</summary>
    internal LinkFrameQueue MakeWaiting(int maxChunkBytes, int maxFrameBytes)
    {
        if (Waiting is null)
        {
            Waiting = new LinkFrameQueue(FirstBlockBytes);
            Waiting.Reset(maxChunkBytes, maxFrameBytes);
        }

        return Waiting;
    }

    /// <summary>A frame enters the lane.</summary>
    internal void Take(int frameBytes) => Outstanding += LinkChannel.CostOf(1, frameBytes);

    /// <summary>The peer has consumed some.</summary>
    /// <returns>Whether it can have.</returns>
    internal bool Return(long bytes)
    {
        var isPossible = bytes <= Outstanding;
        Outstanding -= Math.Min(bytes, Outstanding);
        return isPossible;
    }

    /// <summary>Moves frames that wait into the lane, in order, as far as the credit goes.</summary>
    /// <param name="credit">What may be outstanding; it may be passed by one frame.</param>
    /// <param name="lane">Where to.</param>
    /// <param name="maxLaneBytes">No more once so much is in the lane.</param>
    internal void Release(long credit, LinkSendLane lane, long maxLaneBytes)
    {
        while (Outstanding < credit && lane.Bytes < maxLaneBytes)
        {
            if (_head.Body.IsEmpty && Waiting?.TryTake(out _head) is not true)
            {
                Waiting = null; // Rarely needed, and it holds a block.
                return;
            }

            if (_head.Part == LinkPart.None)
            {
                ReleaseFrames(credit, lane);
            }
            else
            {
                ReleaseParts(lane);
            }
        }
    }

    private void ReleaseFrames(long credit, LinkSendLane lane)
    {
        var span = _head.Body.Span;
        var end = 0;
        while (end < span.Length && Outstanding < credit)
        {
            var isRead = LinkVarint.TryRead(span, ref end, out _) & LinkVarint.TryRead(span, ref end, out var length);
            Invariant.Require(isRead, "what waits are frames");
            end += (int)length;
            Take((int)length);
        }

        lane.Gathered.Add(_head with { Body = _head.Body[..end] });
        _head = _head with { Body = _head.Body[end..] };
    }

    /// <summary>All parts of a frame at once: nothing may come between them in the lane.</summary>
    private void ReleaseParts(LinkSendLane lane)
    {
        var bytes = 0;
        while (true)
        {
            lane.Gathered.Add(_head);
            bytes += _head.Body.Length;
            var isLast = _head.Part == LinkPart.Last;
            _head = default;
            if (isLast)
            {
                break;
            }

            var hasMore = Waiting!.TryTake(out _head);
            Invariant.Require(hasMore, "all parts of a frame wait together");
        }

        Take(bytes);
    }
}
