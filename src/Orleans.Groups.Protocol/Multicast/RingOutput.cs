using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>Publications and acks gathered for the right neighbour until the end of the turn.</summary>
/// <remarks>
/// Publishers stay in the order in which they were first touched. Acks are cumulative, so later ones replace earlier
/// ones. When the right neighbour changes, the gathered output is dropped: the state sent to the new one contains it.
/// </remarks>
internal sealed class RingOutput
{
    private readonly Dictionary<MemberId, int> _positions = [];
    private readonly List<Gathered> _gathered = [];

    /// <summary>Whether nothing is gathered.</summary>
    internal bool IsEmpty => _gathered.Count == 0;

    internal void Publish(MemberId publisher, PublicationBatch batch)
    {
        var gathered = Find(publisher);
        gathered.Batches.Add(batch);
    }

    internal void Ack(MemberId publisher, long through)
    {
        var gathered = Find(publisher);
        gathered.AckedThrough = Math.Max(gathered.AckedThrough, through);
    }

    /// <summary>Asks for reports of what a publisher has published, behind everything that is gathered.</summary>
    internal void Ask(MemberId publisher) => Find(publisher).IsAsked = true;

    internal void Clear()
    {
        _positions.Clear();
        _gathered.Clear();
    }

    /// <summary>
    /// Takes everything out as frames of at most about <paramref name="maxBytes"/>; a single batch may be larger.
    /// </summary>
    /// <param name="maxBytes">Size at which a new frame begins.</param>
    /// <param name="leavesOutPayload">Whether the receiver answers for the publisher, and so gets numbers only.</param>
    internal List<ImmutableArray<ActivityEntry>> Take(int maxBytes, Func<MemberId, bool> leavesOutPayload)
    {
        var frames = new List<ImmutableArray<ActivityEntry>>(1);
        var frame = ImmutableArray.CreateBuilder<ActivityEntry>(_gathered.Count);
        var bytes = 0L;
        foreach (var gathered in _gathered)
        {
            if (gathered.Batches.Count == 0 && gathered.AckedThrough == 0)
            {
                continue; // A question alone.
            }

            if (gathered.Batches.Count == 0 || leavesOutPayload(gathered.Publisher))
            {
                var last = gathered.Batches.Count == 0 ? 0 : gathered.Batches[^1].Last;
                frame.Add(new ActivityEntry(gathered.Publisher, [], last, gathered.AckedThrough));
                continue;
            }

            var batches = ImmutableArray.CreateBuilder<PublicationBatch>(gathered.Batches.Count);
            foreach (var batch in gathered.Batches)
            {
                if (bytes > 0 && bytes + batch.Bytes > maxBytes)
                {
                    // Acks go with the last part: they may cover publications of every part.
                    AddPart(frame, gathered.Publisher, batches, 0);
                    frames.Add(frame.ToImmutable());
                    frame.Clear();
                    bytes = 0;
                }

                batches.Add(batch);
                bytes += batch.Bytes;
            }

            AddPart(frame, gathered.Publisher, batches, gathered.AckedThrough);
        }

        foreach (var gathered in _gathered)
        {
            if (gathered.IsAsked && !leavesOutPayload(gathered.Publisher))
            {
                frame.Add(new ActivityEntry(gathered.Publisher, [], 0, 0));
            }
        }

        if (frame.Count > 0)
        {
            frames.Add(frame.ToImmutable());
        }

        Clear();
        return frames;
    }

    private static void AddPart(
        ImmutableArray<ActivityEntry>.Builder frame,
        MemberId publisher,
        ImmutableArray<PublicationBatch>.Builder batches,
        long ackedThrough)
    {
        if (batches.Count > 0)
        {
            frame.Add(new ActivityEntry(publisher, batches.ToImmutable(), batches[^1].Last, ackedThrough));
            batches.Clear();
        }
    }

    private Gathered Find(MemberId publisher)
    {
        if (!_positions.TryGetValue(publisher, out var position))
        {
            position = _gathered.Count;
            _positions.Add(publisher, position);
            _gathered.Add(new Gathered(publisher));
        }

        return _gathered[position];
    }

    private sealed class Gathered(MemberId publisher)
    {
        internal MemberId Publisher { get; } = publisher;

        internal List<PublicationBatch> Batches { get; } = [];

        internal long AckedThrough { get; set; }

        internal bool IsAsked { get; set; }
    }
}
