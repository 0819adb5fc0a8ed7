namespace Orleans.Groups.Checkers;

/// <summary>One ring: its record's versions as far as they were seen, and who was ever in it.</summary>
internal sealed class RingModel(string group)
{
    private readonly Dictionary<(string Epoch, long Ver), RecordModel> _records = [];
    private readonly Dictionary<(string Epoch, string Member), long> _listedFrom = [];
    private readonly Dictionary<string, RecordModel> _newest = new(StringComparer.Ordinal);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);
    private readonly HashSet<(string Epoch, string Member)> _revived = [];
    private readonly HashSet<string> _returned = new(StringComparer.Ordinal);

    internal string Group { get; } = group;

    internal List<MemberModel> Members { get; } = [];

    /// <summary>What the store holds, where it tells; nothing before the first write and after a loss.</summary>
    internal RecordModel? Current { get; private set; }

    /// <summary>What the store held last, lost or not.</summary>
    internal RecordModel? LastWritten { get; private set; }

    /// <summary>How often the store has lost the record.</summary>
    internal int Losses { get; private set; }

    /// <summary>Whether the store has ever lost something.</summary>
    internal bool WasLost => Losses > 0;

    /// <summary>Whether old versions have been forgotten.</summary>
    internal bool HasForgotten { get; private set; }

    /// <summary>Those that are in the ring and stay, as far as anybody can know.</summary>
    internal IEnumerable<MemberModel> Survivors => Members.Where(static member => member.IsSurvivor);

    internal RecordModel? Find(string epoch, long ver) => _records.GetValueOrDefault((epoch, ver));

    /// <summary>Whether the record says, or said, that the member is out.</summary>
    internal bool HasRemoved(string member) => _removed.Contains(member);

    /// <summary>Whether anybody who stays still counts with the member.</summary>
    internal bool IsKnown(MemberModel member) => Survivors.Any(survivor => survivor.Told.Contains(member.Id));

    /// <summary>The epoch that was founded, of which this one was made again; nothing if that is not known.</summary>
    internal string? RootOf(string epoch)
    {
        for (var steps = 0; steps < 1_000 && _parents.TryGetValue(epoch, out var parent); steps++)
        {
            if (parent.Length == 0)
            {
                return epoch;
            }

            epoch = parent;
        }

        return null;
    }

    /// <summary>
    /// Whether the store lost this epoch and does not go on from it: the record was made again of an earlier one.
    /// </summary>
    internal bool IsCutOff(string epoch)
    {
        var at = LastWritten?.Epoch ?? "";
        for (var steps = 0; steps < 1_000 && at.Length > 0; steps++)
        {
            if (at == epoch)
            {
                return false;
            }

            at = _parents.GetValueOrDefault(at, "");
        }

        return WasLost;
    }

    /// <summary>Whether only a version that the store has lost ever listed the member.</summary>
    internal bool IsLost(MemberModel member) =>
        WasLost && LastWritten is { } record && member.View is { } view
        && view.Epoch != record.Epoch && !record.Lists(member.Id);

    /// <summary>Whether a record that was made again of this epoch lists the member, dead before or not.</summary>
    internal bool IsRevived(string epoch, string member) => _revived.Contains((epoch, member));

    /// <summary>Whether a record that was made again ever listed somebody whom the lost one did not.</summary>
    internal bool HasReturned(string member) => _returned.Contains(member);

    internal void Write(LogEvent.RegWrite e)
    {
        _parents[e.Epoch] = e.Parent;
        Current = Note(e.Epoch, e.Ver, e.Entries, e, e.Status);
        LastWritten = Current;
    }

    internal void Lose()
    {
        Current = null;
        Losses++;
    }

    internal RecordModel Adopt(LogEvent.Adopt e)
    {
        if (e.Parent is { } parent)
        {
            _parents[e.Epoch] = parent;
        }

        return Note(e.Epoch, e.Ver, e.Entries, e, RingState.Open);
    }

    internal void ForgetOldRecords()
    {
        var used = Members.Where(static member => !member.IsOver).Select(static member => member.View).ToHashSet();
        foreach (var (key, record) in _records.ToList())
        {
            if (record != LastWritten && !used.Contains(record))
            {
                _records.Remove(key);
                HasForgotten = true;
            }
        }
    }

    private RecordModel Note(string epoch, long ver, Entry[] entries, LogEvent shownBy, RingState status)
    {
        if (_records.TryGetValue((epoch, ver), out var known))
        {
            return known;
        }

        var record = new RecordModel(epoch, ver, entries, shownBy, status);
        _records.Add((epoch, ver), record);
        if (!_newest.ContainsKey(epoch))
        {
            ForgetUnknownDeaths(epoch, record);
        }

        foreach (var entry in entries)
        {
            if (!_listedFrom.TryGetValue((epoch, entry.Member), out var first) || ver < first)
            {
                _listedFrom[(epoch, entry.Member)] = ver;
            }

            if (!entry.Alive)
            {
                Remove(epoch, entry.Member);
            }
        }

        // Members sample their records, and logs are merged: an older version may be seen after a newer one.
        var newest = _newest.GetValueOrDefault(epoch);
        if (newest is null || newest.Ver < ver)
        {
            _newest[epoch] = record;
        }
        else
        {
            foreach (var entry in entries.Where(entry => !newest.Lists(entry.Member)))
            {
                Remove(epoch, entry.Member);
            }
        }

        foreach (var ((listedEpoch, member), first) in _listedFrom)
        {
            if (listedEpoch == epoch && first < ver && !record.Lists(member))
            {
                Remove(epoch, member);
                _listedFrom.Remove((listedEpoch, member)); // It never comes back.
            }
        }

        return record;
    }

    /// <summary>A record that is made again may not know of deaths that only the lost one knew.</summary>
    private void ForgetUnknownDeaths(string epoch, RecordModel first)
    {
        if (_parents.TryGetValue(epoch, out var parent) && parent.Length > 0)
        {
            foreach (var entry in first.Entries.Where(static entry => entry.Alive))
            {
                if (_removed.Remove(entry.Member))
                {
                    _returned.Add(entry.Member);
                }

                _revived.Add((parent, entry.Member));
            }
        }
    }

    private void Remove(string epoch, string member)
    {
        if (!IsRevived(epoch, member))
        {
            _removed.Add(member);
        }
    }
}

/// <summary>One version of a record.</summary>
internal sealed class RecordModel(string epoch, long ver, Entry[] entries, LogEvent shownBy, RingState status)
{
    private readonly Dictionary<string, bool> _members =
        entries.DistinctBy(static entry => entry.Member).ToDictionary(static e => e.Member, static e => e.Alive);

    internal string Epoch { get; } = epoch;

    internal long Ver { get; } = ver;

    internal Entry[] Entries { get; } = entries;

    internal LogEvent ShownBy { get; } = shownBy;

    internal RingState Status { get; } = status;

    internal IEnumerable<string> Alive => Entries.Where(static entry => entry.Alive).Select(static e => e.Member);

    internal bool Lists(string member) => _members.ContainsKey(member);

    internal bool ListsAlive(string member) => _members.GetValueOrDefault(member);

    internal bool HasAlive => _members.ContainsValue(true);

    internal int IndexOf(string member) => Array.FindIndex(Entries, entry => entry.Member == member);

    /// <summary>Who answers for a member: the first living one to its right, cyclically.</summary>
    internal string? HeirOf(string member)
    {
        var index = IndexOf(member);
        for (var step = 1; index >= 0 && step <= Entries.Length; step++)
        {
            var entry = Entries[(index + step) % Entries.Length];
            if (entry.Alive)
            {
                return entry.Member;
            }
        }

        return null;
    }

    public override string ToString() =>
        $"{Epoch} v{Ver} [{string.Join(", ", Entries.Select(static e => e.Alive ? e.Member : $"({e.Member})"))}]";
}
