using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>A batch that was sent and is not acked: kept as it is, to be sent again.</summary>
internal sealed class LinkSentBatch(long number, in LinkChunk chunk, ImmutableArray<LinkCredit> credits)
{
    internal long Number { get; } = number;

    internal LinkChunk Chunk { get; } = chunk;

    internal ImmutableArray<LinkCredit> Credits { get; } = credits;

    /// <summary>How often it was sent.</summary>
    internal int Attempts { get; set; }

    /// <summary>The period of the retry timer in which it was sent last.</summary>
    internal long Period { get; set; }

    /// <summary>Whether the peer holds it until those before it arrive.</summary>
    internal bool IsHeld { get; set; }

    /// <summary>Whether the transport said that it was lost.</summary>
    internal bool HasFailed { get; set; }
}

/// <summary>The sending half of one lane: what is gathered, and what is in flight.</summary>
internal sealed class LinkSendLane(LinkLane lane)
{
    private const int FirstBlockBytes = 4096;

    private readonly LinkSentBatch?[] _inFlight = new LinkSentBatch?[LinkSettings.MostBatchesInFlight + 1];
    private long _inFlightBytes;

    internal LinkLane Lane { get; } = lane;

    /// <summary>What has not been sent yet.</summary>
    internal LinkFrameQueue Gathered { get; } = new(FirstBlockBytes);

    /// <summary>Number of the last batch that was sent.</summary>
    internal long Last { get; private set; }

    /// <summary>All batches up to this number are acked.</summary>
    internal long Through { get; private set; }

    internal int InFlight => (int)(Last - Through);

    internal long InFlightBytes => _inFlightBytes;

    /// <summary>Bytes that wait for an ack, sent or not.</summary>
    internal long Bytes => _inFlightBytes + Gathered.Bytes;

    internal bool IsEmpty => InFlight == 0 && Gathered.IsEmpty;

    internal void Reset(int maxChunkBytes, int maxFrameBytes)
    {
        System.Array.Clear(_inFlight);
        _inFlightBytes = 0;
        Last = 0;
        Through = 0;
        Gathered.Reset(maxChunkBytes, maxFrameBytes);
    }

    /// <summary>
    /// Whether something gathered should go now: anything while few are in flight, then whole chunks only.
    /// </summary>
    internal bool WantsToSend(int eager, int window) =>
        (InFlight < eager && !Gathered.IsEmpty) || (InFlight < window && Gathered.HasWholeChunk);

    /// <summary>Makes the next batch; empty when nothing is gathered.</summary>
    internal LinkSentBatch Next(ImmutableArray<LinkCredit> credits)
    {
        Invariant.Require(InFlight < LinkSettings.MostBatchesInFlight, "a batch more may be in flight");
        if (!Gathered.TryTake(out var chunk))
        {
            chunk = new LinkChunk(default, LinkPart.None, default);
        }

        var batch = new LinkSentBatch(++Last, chunk, credits);
        _inFlight[SlotOf(Last)] = batch;
        _inFlightBytes += chunk.Body.Length;
        return batch;
    }

    /// <summary>The batch of a number, if it is in flight.</summary>
    internal LinkSentBatch? Find(long number) => number > Through && number <= Last ? _inFlight[SlotOf(number)] : null;

    /// <summary>What the peer says has arrived.</summary>
    /// <returns>Whether that was news; <see langword="null"/> when it cannot be true.</returns>
    internal bool? Acked(long through, ulong held)
    {
        if (through > Last)
        {
            return null;
        }

        var isNews = through > Through;
        while (Through < through)
        {
            ref var slot = ref _inFlight[SlotOf(++Through)];
            _inFlightBytes -= slot!.Chunk.Body.Length;
            slot = null;
        }

        for (; held != 0; held &= held - 1)
        {
            var number = through + 1 + System.Numerics.BitOperations.TrailingZeroCount(held);
            if (Find(number) is { IsHeld: false } batch)
            {
                batch.IsHeld = true;
                isNews = true;
            }
        }

        return isNews;
    }

    private static int SlotOf(long number) => (int)(number & LinkSettings.MostBatchesInFlight);
}
