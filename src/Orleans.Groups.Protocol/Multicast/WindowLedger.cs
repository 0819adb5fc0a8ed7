using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Which of this member's own messages every alive member has processed (rule R1): its window, and who holds it up.
/// </summary>
/// <remarks>
/// What has been processed leaves the window when it has been acked, too. Race: (1) a member takes in a newcomer that
/// nobody can reach; (2) the publisher does not know of it, since views go round by the newcomer; (3) everybody the
/// publisher knows processes and reports straight, but nothing comes back to it. Without the ack the window would stay
/// open, and what is pending would grow without a bound.
/// </remarks>
internal sealed class WindowLedger(MemberId self)
{
    private const int EarlyReports = 64;

    private readonly Queue<(long Last, long Bytes)> _unprocessed = new();
    private readonly Dictionary<MemberId, long> _processed = [];

    /// <summary>Number of the last message published.</summary>
    internal long Published { get; private set; }

    /// <summary>Bytes of messages that not everybody has processed, or that are not acked.</summary>
    internal long UnprocessedBytes { get; private set; }

    /// <summary>Everybody alive has processed everything up to here.</summary>
    internal long ProcessedThrough { get; private set; }

    /// <summary>
    /// The alive member, not this one, that is furthest behind on what was published; <see langword="null"/> when
    /// nobody is.
    /// </summary>
    internal MemberId? Slowest { get; private set; }

    internal void Add(PublicationBatch batch)
    {
        _unprocessed.Enqueue((batch.Last, batch.Bytes));
        UnprocessedBytes += batch.Bytes;
        Published = batch.Last;
    }

    /// <summary>How far a member has come; 0 when it has not said.</summary>
    internal long ProcessedBy(MemberId member) => _processed.GetValueOrDefault(member);

    /// <summary>
    /// A member reports. Ignored when it would go back, or beyond what was published; whether it was taken.
    /// </summary>
    internal bool Report(MemberId member, long through, RingView view)
    {
        if (through > Published || through <= ProcessedBy(member))
        {
            return false;
        }

        // Reports may come ahead of the view that knows their author, so authors are bounded and not checked.
        if (_processed.Count >= 2 * view.Record.Entries.Length + EarlyReports && !_processed.ContainsKey(member))
        {
            ForgetStrangers(view);
        }

        _processed[member] = through;
        return true;
    }

    internal void Forget(MemberId member) => _processed.Remove(member);

    /// <summary>Works out anew what everybody alive has processed.</summary>
    internal void Recompute(ImmutableArray<RecordEntry> entries)
    {
        var through = ProcessedBy(self);
        var slowest = Published;
        Slowest = null;
        foreach (var entry in entries)
        {
            if (!entry.IsAlive || entry.Member.Equals(self))
            {
                continue;
            }

            var processed = ProcessedBy(entry.Member);
            through = Math.Min(through, processed);
            if (processed < slowest)
            {
                slowest = processed;
                Slowest = entry.Member;
            }
        }

        ProcessedThrough = through;
    }

    /// <summary>Lets go what everybody alive has processed and what is acked.</summary>
    /// <returns>Bytes that left the window.</returns>
    internal long Release(long ackedThrough)
    {
        var through = Math.Min(ProcessedThrough, ackedThrough);
        var released = 0L;
        while (_unprocessed.TryPeek(out var head) && head.Last <= through)
        {
            released += head.Bytes;
            _ = _unprocessed.Dequeue();
        }

        UnprocessedBytes -= released;
        return released;
    }

    /// <summary>
    /// Members that came and went between two views of this one leave their reports behind; the living report again.
    /// </summary>
    private void ForgetStrangers(RingView view)
    {
        foreach (var member in _processed.Keys)
        {
            if (!view.IsAlive(member))
            {
                _ = _processed.Remove(member);
            }
        }
    }
}
