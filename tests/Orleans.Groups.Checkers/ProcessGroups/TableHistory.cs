namespace Orleans.Groups.Checkers;

/// <summary>
/// A node's own table at every version since all was quiet: as sums of hashes, which need no order and no list.
/// </summary>
internal sealed class TableHistory
{
    private readonly SortedList<long, UInt128> _versions = new() { [0] = default };
    private readonly Dictionary<string, List<(long Ver, UInt128 Hash)>> _groups = new(StringComparer.Ordinal);

    internal long Last { get; private set; }

    /// <summary>Nothing is known of versions up to this one, but of this one itself.</summary>
    internal long Floor { get; private set; }

    internal void Add(long version, Held[] added, Held[] taken)
    {
        _versions[version] = _versions.GetValueOrDefault(Last) + Sum(added) - Sum(taken);
        Last = version;
        foreach (var held in added)
        {
            AddToGroup(held.Group, HashOf(held));
        }

        foreach (var held in taken)
        {
            AddToGroup(held.Group, default(UInt128) - HashOf(held));
        }
    }

    internal UInt128? HashAt(long version) => _versions.TryGetValue(version, out var hash) ? hash : null;

    /// <summary>Of the members of one group; nothing where the version is not known.</summary>
    internal UInt128? GroupHashAt(string group, long version)
    {
        if (version > Last || version < Floor)
        {
            return null;
        }

        var steps = _groups.GetValueOrDefault(group, []);
        var index = steps.FindLastIndex(step => step.Ver <= version);
        return index < 0 ? default(UInt128) : steps[index].Hash;
    }

    internal void ForgetAllButLast()
    {
        var last = _versions.GetValueOrDefault(Last);
        _versions.Clear();
        _versions[Last] = last;
        Floor = Last;
        foreach (var (group, steps) in _groups.ToList())
        {
            steps.RemoveRange(0, steps.Count - 1);
            if (steps[0].Hash == default)
            {
                _groups.Remove(group);
            }
        }
    }

    internal static UInt128 Sum(Held[] held)
    {
        var sum = default(UInt128);
        foreach (var one in held)
        {
            sum += HashOf(one);
        }

        return sum;
    }

    internal static UInt128 HashOf(Held held)
    {
        // Two 64-bit FNV hashes with different starts; the group's end is marked by a character no name has.
        var (low, high) = (14_695_981_039_346_656_037UL, 1_099_511_628_211_000_037UL);
        Mix(held.Group);
        Mix("\n");
        Mix(held.Member);
        return new UInt128(high, low);

        void Mix(string text)
        {
            foreach (var character in text)
            {
                low = unchecked((low ^ character) * 1_099_511_628_211UL);
                high = unchecked((high ^ character) * 14_029_467_366_897_019_727UL);
                high ^= high >> 29;
            }
        }
    }

    private void AddToGroup(string group, UInt128 difference)
    {
        if (!_groups.TryGetValue(group, out var steps))
        {
            _groups.Add(group, steps = []);
        }

        var before = steps.Count > 0 ? steps[^1].Hash : default;
        if (steps.Count > 0 && steps[^1].Ver == Last)
        {
            steps[^1] = (Last, before + difference);
        }
        else
        {
            steps.Add((Last, before + difference));
        }
    }
}
