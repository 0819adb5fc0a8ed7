using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>
/// What a member knows of one publisher's messages: which it has seen, which it may forget, and the rest.
/// </summary>
/// <remarks>
/// <para>Source: gm.erl's member state, with acks by number (GD5) and the two ack marks apart (rule R11).</para>
/// <para>Invariant (I3, G-S17): the pending messages are exactly those after <see cref="LastAcked"/> up to
/// <see cref="LastPublished"/>.</para>
/// </remarks>
internal sealed class MemberProgress
{
    private readonly Queue<PublicationBatch> _pending = new();

    /// <summary>Highest number seen; 0 when none.</summary>
    internal long LastPublished { get; private set; }

    /// <summary>
    /// Acked through me: everything up to here may be forgotten. Where I answer for the publisher: the highest ack I
    /// issued.
    /// </summary>
    internal long LastAcked { get; private set; }

    /// <summary>
    /// Acks that came back to me: everybody has forgotten everything up to here. Only meaningful where I answer for
    /// the publisher.
    /// </summary>
    internal long LastReturned { get; private set; }

    /// <summary>
    /// Whether this member answers for the publisher: it is the publisher, or the heir of a dead one.
    /// </summary>
    internal bool IsHeld { get; set; }

    /// <summary>
    /// Bytes of the pending messages, counted per batch: a batch counts until its last message is acked.
    /// </summary>
    internal long PendingBytes { get; private set; }

    /// <summary>Number of pending messages.</summary>
    internal long PendingCount => LastPublished - LastAcked;

    /// <summary>Whether nothing of the publisher is on its way any more.</summary>
    internal bool IsSettled => LastReturned == LastPublished;

    /// <summary>Takes over what another member knows; this must be blank.</summary>
    internal static MemberProgress From(ProgressEntry entry)
    {
        var progress = new MemberProgress { LastPublished = entry.LastAcked, LastAcked = entry.LastAcked };
        foreach (var batch in entry.Pending)
        {
            progress.Append(batch);
        }

        Invariant.Require(
            progress.LastPublished == entry.LastPublished,
            "adopted pending messages reach up to the last published");
        return progress;
    }

    /// <summary>The publisher's next messages.</summary>
    internal void Append(PublicationBatch batch)
    {
        Invariant.Require(batch.First == LastPublished + 1, "publications follow each other");
        _pending.Enqueue(batch);
        PendingBytes += batch.Bytes;
        LastPublished = batch.Last;
    }

    /// <summary>Forgets everything up to a number; whatever is acked already stays so.</summary>
    internal void Ack(long through)
    {
        Invariant.Require(through <= LastPublished, "only what was published is acked");
        if (through <= LastAcked)
        {
            return;
        }

        LastAcked = through;
        while (_pending.TryPeek(out var head) && head.Last <= through)
        {
            PendingBytes -= head.Bytes;
            _ = _pending.Dequeue();
        }
    }

    /// <summary>Acks up to a number have come back to whoever answers for the publisher.</summary>
    internal void Return(long through)
    {
        Invariant.Require(through <= LastAcked, "only acks that were issued come back");
        LastReturned = Math.Max(LastReturned, through);
    }

    /// <summary>Rule R11: there is nobody else left to wait for.</summary>
    internal void SettleAlone()
    {
        Ack(LastPublished);
        LastReturned = LastPublished;
    }

    /// <summary>The pending messages, beginning exactly after <see cref="LastAcked"/>.</summary>
    internal ImmutableArray<PublicationBatch> CopyPending()
    {
        var copy = ImmutableArray.CreateBuilder<PublicationBatch>(_pending.Count);
        foreach (var batch in _pending)
        {
            copy.Add(batch.After(LastAcked));
        }

        return copy.MoveToImmutable();
    }
}
