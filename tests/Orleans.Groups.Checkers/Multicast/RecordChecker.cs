namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S13: every write of a record is one of: found, make again, insert one to the right of its living author, mark
/// dead, erase the dead, take the author out, close. Nobody comes back.
/// </summary>
internal sealed class RecordChecker(RunModel run, RingsModel rings) : Checker
{
    private readonly Dictionary<string, HashSet<string>> _goneByEpoch = new(StringComparer.Ordinal);

    internal override void Check(LogEvent next)
    {
        if (next is not LogEvent.RegWrite write)
        {
            return;
        }

        var ring = rings.RingOf(write.Group);
        var isNew = ring.LastWritten is null || ring.LastWritten.Epoch != write.Epoch;
        var fault = write.Entries.DistinctBy(static entry => entry.Member).Count() < write.Entries.Length
            ? "an id is listed twice"
            : isNew ? FaultOfNew(ring, write)
            : FaultOfEdit(ring.LastWritten!, write);
        var gone = GoneBefore(write);
        var returned = Array.Find(write.Entries, entry => entry.Alive && gone.Contains(entry.Member)).Member;
        fault ??= returned is null ? null : $"{returned} is back";
        Require(
            fault is null,
            "G-S13",
            () => $"the record of {write.Group}, v{write.Ver} by {write.Author}: {fault}",
            write,
            ring.LastWritten?.ShownBy);
        Remember(ring.LastWritten, write, gone, isNew);
    }

    private string? FaultOfNew(RingModel ring, LogEvent.RegWrite write)
    {
        // Where logs were merged, nobody knows between which writes the store lost its record.
        var mayBeLost = ring.WasLost && !run.IsRealTime;
        if (!mayBeLost && ring.Current is { Status: RingState.Open, HasAlive: true } current)
        {
            return $"a living ring is replaced: {current}";
        }

        if (write.Parent.Length == 0)
        {
            return write.Entries is [{ Alive: true }] ? null : "founded with others, or with nobody";
        }

        var copied = ring.Find(write.Parent, write.Ver - 1);
        return copied is null || copied.Entries.AsSpan().SequenceEqual(write.Entries)
            ? null
            : $"made again as another than {copied}";
    }

    private static string? FaultOfEdit(RecordModel before, LogEvent.RegWrite write)
    {
        var after = new RecordModel(write.Epoch, write.Ver, write.Entries, write, write.Status);
        var added = write.Entries.Where(entry => !before.Lists(entry.Member)).ToList();
        var removed = before.Entries.Where(entry => !after.Lists(entry.Member)).ToList();
        var died = before.Entries.Where(e => e.Alive && after.Lists(e.Member) && !after.ListsAlive(e.Member)).ToList();
        var revived = before.Entries.Any(e => !e.Alive && after.ListsAlive(e.Member));
        var kept = before.Entries.Where(entry => after.Lists(entry.Member)).Select(static entry => entry.Member);
        var stayed = write.Entries.Where(entry => before.Lists(entry.Member)).Select(static entry => entry.Member);
        var isAuthorAlive = before.ListsAlive(write.Author);
        if (revived || !kept.SequenceEqual(stayed, StringComparer.Ordinal))
        {
            return revived ? "a dead one is revived" : "the order has changed";
        }

        return (added.Count, removed.Count, died.Count) switch
        {
            (0, 0, 0) => write.Status != before.Status && before.Status == RingState.Open ? null : "nothing is changed",
            (1, 0, 0) => !added[0].Alive || !isAuthorAlive
                || after.IndexOf(added[0].Member) != after.IndexOf(write.Author) + 1
                    ? "somebody is not inserted alive to the right of a living author"
                    : null,
            (0, 0, _) => null,
            (0, 1, 0) when removed[0].Member == write.Author => isAuthorAlive ? null : "a dead one takes itself out",
            (0, _, 0) => removed.TrueForAll(static entry => !entry.Alive)
                ? isAuthorAlive ? null : "a dead one erases"
                : "a living one is erased",
            _ => "several changes at once",
        };
    }

    private HashSet<string> GoneBefore(LogEvent.RegWrite write)
    {
        if (!_goneByEpoch.TryGetValue(write.Epoch, out var gone))
        {
            // A record that is made again may not know of deaths that only the lost one knew.
            gone = [.. _goneByEpoch.GetValueOrDefault(write.Parent) ?? []];
            gone.ExceptWith(write.Entries.Where(static entry => entry.Alive).Select(static entry => entry.Member));
            _goneByEpoch.Add(write.Epoch, gone);
        }

        return gone;
    }

    private static void Remember(RecordModel? before, LogEvent.RegWrite write, HashSet<string> gone, bool isNew)
    {
        foreach (var entry in write.Entries)
        {
            if (!entry.Alive)
            {
                gone.Add(entry.Member);
            }
        }

        foreach (var entry in isNew ? [] : before!.Entries)
        {
            if (!Array.Exists(write.Entries, kept => kept.Member == entry.Member))
            {
                gone.Add(entry.Member);
            }
        }
    }
}
