using System;
using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <summary>The receiving half of one lane: puts batches in order, drops doubles, puts parts together.</summary>
internal sealed class LinkReceiveLane
{
    private readonly LinkMessage.Batch?[] _held = new LinkMessage.Batch?[LinkSettings.MostBatchesInFlight + 1];
    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private LinkChannel _partsChannel;

    /// <summary>All batches up to this number have been accepted.</summary>
    internal long Through { get; private set; }

    /// <summary>Bit i: batch <c>Through + 1 + i</c> is held.</summary>
    internal ulong Held { get; private set; }

    /// <summary>Bytes of a frame of which parts are missing.</summary>
    internal long PartBytes { get; private set; }

    internal void Reset()
    {
        Array.Clear(_held);
        _parts.Clear();
        Through = 0;
        Held = 0;
        PartBytes = 0;
    }

    /// <summary>Takes a batch that has not been here yet, if it is not too far ahead.</summary>
    /// <returns>Why not; <see langword="null"/> if so: now it is held.</returns>
    internal LinkTrace? TryHold(LinkMessage.Batch batch, int window)
    {
        if (batch.Number <= Through)
        {
            return LinkTrace.Duplicate;
        }

        var ahead = batch.Number - Through - 1;
        if (ahead >= window)
        {
            return LinkTrace.BeyondWindow;
        }

        if ((Held & (1UL << (int)ahead)) != 0)
        {
            return LinkTrace.Duplicate;
        }

        Held |= 1UL << (int)ahead;
        _held[SlotOf(batch.Number)] = batch;
        return null;
    }

    /// <summary>The next batch in order, if it is held.</summary>
    internal LinkMessage.Batch? PeekNext() => (Held & 1) == 0 ? null : _held[SlotOf(Through + 1)];

    /// <summary>Takes or drops the next batch, which is held. A dropped one is not acked, and may come again.</summary>
    internal void RemoveNext(bool isAccepted)
    {
        _held[SlotOf(Through + 1)] = null;
        if (isAccepted)
        {
            Held >>= 1;
            Through++;
        }
        else
        {
            Held &= ~1UL;
        }
    }

    /// <summary>Whether a batch goes on where the one before it stopped, within the largest frame.</summary>
    internal bool Fits(LinkMessage.Batch batch, int maxFrameBytes) => batch.Part == LinkPart.None
        ? _parts.Count == 0
        : PartBytes + batch.Body.Length <= maxFrameBytes && (_parts.Count == 0 || batch.Channel == _partsChannel);

    /// <summary>The frames of an accepted batch; none while parts are missing.</summary>
    internal LinkFrames? FramesOf(LinkMessage.Batch batch)
    {
        if (batch.Part == LinkPart.None)
        {
            return batch.Body.IsEmpty ? null : new LinkFrames(batch.Body);
        }

        _parts.Add(batch.Body);
        _partsChannel = batch.Channel;
        PartBytes += batch.Body.Length;
        return batch.Part == LinkPart.Last ? new LinkFrames(batch.Channel, JoinParts()) : null;
    }

    private byte[] JoinParts()
    {
        // Only now: memory is taken for what has arrived, never for what was announced.
        var frame = GC.AllocateUninitializedArray<byte>((int)PartBytes);
        var position = 0;
        foreach (var part in _parts)
        {
            part.Span.CopyTo(frame.AsSpan(position));
            position += part.Length;
        }

        _parts.Clear();
        PartBytes = 0;
        return frame;
    }

    private static int SlotOf(long number) => (int)(number & LinkSettings.MostBatchesInFlight);
}
