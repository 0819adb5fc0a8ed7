using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Who is too slow for this member's window although it always makes some progress (rule R1): whoever has had much of a
/// window in its own queue, without a break, for <see cref="RingSettings.EjectAfter"/>.
/// </summary>
/// <remarks>
/// <para>
/// A member's <i>backlog</i> is what is acked and not processed by it. What is acked has been all the way round, so it
/// waits for that member's handler and for nothing else: neither a slow link nor a long ring makes a backlog, and one
/// slow member makes none at its neighbours. A member falls <i>behind</i> with a backlog of half a window, and has
/// caught up with less than a quarter: what the publisher gets back comes in batches of up to a quarter.
/// </para>
/// <para>
/// Invariant: whoever is named has been behind at every moment of <see cref="RingSettings.EjectAfter"/>, and whenever
/// it was looked at in that time, at least half of the living, this member included, were not. So nobody is named for a
/// publisher that is too fast for most of them, nor for a pause after which it catches up.
/// </para>
/// <para>
/// Time comes as ticks, <see cref="TicksToEject"/> of them in <see cref="RingSettings.EjectAfter"/>, and only while
/// somebody is behind. Between ticks only a report can end a member's time behind, so nothing else is looked at.
/// </para>
/// </remarks>
internal sealed class BacklogWatch(MemberId self, long windowBytes)
{
    /// <summary>So many ticks are the whole time; the first at which somebody is behind is not counted.</summary>
    internal const int TicksToEject = 8;

    private readonly Queue<(long Last, long Bytes)> _unacked = new();
    private readonly BacklogMark _fallenBehind = new(Math.Max(1, windowBytes / 2));
    private readonly BacklogMark _notCaughtUp = new(Math.Max(1, windowBytes / 4));
    private readonly Dictionary<MemberId, int> _ticks = [];

    /// <summary>Something was published.</summary>
    internal void Add(PublicationBatch batch) => _unacked.Enqueue((batch.Last, batch.Bytes));

    /// <summary>Everybody has received everything up to here.</summary>
    internal void Ack(long through)
    {
        while (_unacked.TryPeek(out var batch) && batch.Last <= through)
        {
            _ = _unacked.Dequeue();
            _fallenBehind.Add(batch.Last, batch.Bytes);
            _notCaughtUp.Add(batch.Last, batch.Bytes);
        }
    }

    /// <summary>Whether half a window or more waits at whoever has come so far.</summary>
    internal bool HasFallenBehind(long processed) => _fallenBehind.IsReachedBy(processed);

    /// <summary>A member has come so far: perhaps it has caught up.</summary>
    internal void Report(MemberId member, long processed)
    {
        if (!_notCaughtUp.IsReachedBy(processed))
        {
            _ = _ticks.Remove(member);
        }
    }

    /// <summary>Forgets a member that is gone.</summary>
    internal void Forget(MemberId member) => _ticks.Remove(member);

    /// <summary>A part of the time has passed.</summary>
    /// <param name="entries">The members, in the order of the record.</param>
    /// <param name="ledger">How far they have come.</param>
    /// <param name="isAnyBehind">Whether there must be another tick.</param>
    /// <returns>Who has been behind for the whole time; one at a time.</returns>
    internal MemberId? Tick(ImmutableArray<RecordEntry> entries, WindowLedger ledger, out bool isAnyBehind)
    {
        MemberId? named = null;
        var (alive, behind) = (0, 0);
        foreach (var entry in entries)
        {
            if (!entry.IsAlive)
            {
                continue;
            }

            alive++;
            if (!_ticks.TryGetValue(entry.Member, out var ticks)
                && !HasFallenBehind(ledger.ProcessedBy(entry.Member)))
            {
                continue;
            }

            behind++;
            _ticks[entry.Member] = ticks + 1;
            named ??= ticks >= TicksToEject && !entry.Member.Equals(self) ? entry.Member : null;
        }

        isAnyBehind = behind > 0;
        if (2 * behind <= alive)
        {
            return named;
        }

        _ticks.Clear();
        return null;
    }
}

/// <summary>The number from which on a given size of acked messages has not been processed.</summary>
/// <param name="bytes">That size.</param>
internal sealed class BacklogMark(long bytes)
{
    private readonly Queue<(long Last, long Bytes)> _newest = new();
    private long _newestBytes;
    private long _through;

    /// <summary>Messages up to this number are acked.</summary>
    internal void Add(long last, long size)
    {
        _newest.Enqueue((last, size));
        _newestBytes += size;
        while (_newestBytes - _newest.Peek().Bytes >= bytes)
        {
            var (through, old) = _newest.Dequeue();
            _newestBytes -= old;
            _through = through;
        }
    }

    /// <summary>Whether so much waits at whoever has processed everything up to a number.</summary>
    internal bool IsReachedBy(long processed) => processed <= _through && _newestBytes >= bytes;
}
