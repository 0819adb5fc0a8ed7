using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Who waits for proof about this member's own messages (rule R12). At most one per message in the window.
/// </summary>
internal sealed class ConfirmTable
{
    private readonly Queue<Waiting> _received = new();
    private readonly Queue<Waiting> _processed = new();
    private long _readThrough;

    /// <summary>Whether nobody waits.</summary>
    internal bool IsEmpty => _received.Count == 0 && _processed.Count == 0;

    /// <summary>Whether somebody waits for a read of the record that has not been started.</summary>
    internal bool WantsRead { get; private set; }

    /// <summary>Somebody waits for a message.</summary>
    /// <param name="number">Of the message; not lower than those before.</param>
    /// <param name="request">Who and what for.</param>
    /// <param name="needsRead">Published alone: only the record proves that the member still was alone.</param>
    internal void Add(long number, ConfirmRequest request, bool needsRead)
    {
        var queue = request.Level == ConfirmLevel.ReceivedByAll ? _received : _processed;
        queue.Enqueue(new Waiting(number, request.Confirm, needsRead));
        WantsRead |= needsRead;
    }

    /// <summary>A read of the record starts: its answer covers everything that waits now.</summary>
    internal void ReadStarted() => WantsRead = false;

    /// <summary>The record still listed this member when it was read, for messages up to a number.</summary>
    internal void ReadProved(long through) => _readThrough = through;

    /// <summary>
    /// Answers everybody whose message has been received by all and, where asked for, processed by all.
    /// </summary>
    internal void Settle(long receivedThrough, long processedThrough, EffectList<RingEffect> effects)
    {
        Settle(_received, receivedThrough, effects);
        Settle(_processed, System.Math.Min(receivedThrough, processedThrough), effects);
    }

    /// <summary>The record could not be read: whoever needed that for a message up to a number gets no proof.</summary>
    internal void ReadFailed(long through, EffectList<RingEffect> effects)
    {
        ReadFailed(_received, through, effects);
        ReadFailed(_processed, through, effects);
    }

    /// <summary>There will be no proof for anybody.</summary>
    internal void FailAll(BroadcastReason reason, EffectList<RingEffect> effects)
    {
        foreach (var queue in new[] { _received, _processed })
        {
            while (queue.TryDequeue(out var waiting))
            {
                effects.Add(new RingEffect.ConfirmSettled(
                    waiting.Confirm,
                    new BroadcastOutcome(BroadcastStatus.Unknown, reason)));
            }
        }

        WantsRead = false;
    }

    private static void ReadFailed(Queue<Waiting> queue, long through, EffectList<RingEffect> effects)
    {
        for (var count = queue.Count; count > 0; count--)
        {
            var waiting = queue.Dequeue();
            if (waiting.NeedsRead && waiting.Number <= through)
            {
                effects.Add(new RingEffect.ConfirmSettled(
                    waiting.Confirm,
                    new BroadcastOutcome(BroadcastStatus.Unknown, BroadcastReason.RecordUnavailable)));
            }
            else
            {
                queue.Enqueue(waiting);
            }
        }
    }

    private void Settle(Queue<Waiting> queue, long through, EffectList<RingEffect> effects)
    {
        while (queue.TryPeek(out var head)
            && head.Number <= through
            && (!head.NeedsRead || head.Number <= _readThrough))
        {
            _ = queue.Dequeue();
            effects.Add(new RingEffect.ConfirmSettled(head.Confirm, BroadcastOutcome.Ok));
        }
    }

    private readonly record struct Waiting(long Number, long Confirm, bool NeedsRead);
}
