namespace Orleans.Groups.Checkers;

/// <summary>One scope of all nodes.</summary>
internal sealed class ScopeModel(string name)
{
    private static readonly List<Count> None = [];

    private readonly Dictionary<string, GroupModel> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Count>> _byMember = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Count>> _byNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PlaceModel> _places = new(StringComparer.Ordinal);

    internal string Name { get; } = name;

    internal IEnumerable<GroupModel> Groups => _groups.Values;

    internal GroupModel GroupOf(string group)
    {
        if (!_groups.TryGetValue(group, out var model))
        {
            _groups.Add(group, model = new GroupModel(group));
        }

        return model;
    }

    internal GroupModel? FindGroup(string group) => _groups.GetValueOrDefault(group);

    internal Count? Find(string group, string member) => FindGroup(group)?.Counts.GetValueOrDefault(member);

    internal PlaceModel At(string node)
    {
        if (!_places.TryGetValue(node, out var place))
        {
            _places.Add(node, place = new PlaceModel());
        }

        return place;
    }

    internal IReadOnlyList<Count> Of(string member) => _byMember.GetValueOrDefault(member, None);

    internal IReadOnlyList<Count> CountsOf(string node) => _byNode.GetValueOrDefault(node, None);

    internal Count CountOf(Held held, string node)
    {
        var group = GroupOf(held.Group);
        if (!group.Counts.TryGetValue(held.Member, out var count))
        {
            count = new Count(held, node, At(node));
            group.Counts.Add(held.Member, count);
            Index(count);
        }

        return count;
    }

    /// <summary>Nothing is under way: whoever has ended is gone, and after another time forgotten.</summary>
    internal void Settle(RunModel run)
    {
        _byMember.Clear();
        _byNode.Clear();
        foreach (var group in _groups.Values)
        {
            foreach (var count in group.Counts.Values.ToList())
            {
                if (count.HasEnded || !run.NodeOf(count.Node).IsAlive)
                {
                    count.Clear();
                }

                if (count.Most == 0 && count.IsSettled)
                {
                    group.Counts.Remove(count.Held.Member);
                    continue;
                }

                count.EverMost = count.Most;
                count.IsSettled = true;
                Index(count);
            }
        }
    }

    private void Index(Count count)
    {
        Add(_byMember, count.Held.Member, count);
        Add(_byNode, count.Node, count);
    }

    private static void Add(Dictionary<string, List<Count>> index, string key, Count count)
    {
        if (!index.TryGetValue(key, out var list))
        {
            index.Add(key, list = []);
        }

        list.Add(count);
    }
}

/// <summary>A scope on one node.</summary>
internal sealed class PlaceModel
{
    internal bool IsRunning { get; set; } = true;

    /// <summary>Whether it is about to end: from now on nothing is certain to be shown.</summary>
    internal bool IsStopping { get; set; }

    /// <summary>Counts its stops.</summary>
    internal long Generation { get; set; }

    internal long LastStop { get; set; }
}

/// <summary>One group.</summary>
internal sealed class GroupModel(string name)
{
    internal string Name { get; } = name;

    internal Dictionary<string, Count> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Per node the number of the last event that ended a call on this group there.</summary>
    internal Dictionary<string, long> LastEnd { get; } = new(StringComparer.Ordinal);
}

/// <summary>How often one member may be in one group.</summary>
internal sealed class Count(Held held, string node, PlaceModel place)
{
    internal Held Held { get; } = held;

    internal string Node { get; } = node;

    /// <summary>Joins that have ended well.</summary>
    internal long JoinsDone { get; set; }

    /// <summary>Joins that have begun and not failed.</summary>
    internal long Joins { get; set; }

    internal long JoinsOpen { get; set; }

    /// <summary>What leaves say that they took away.</summary>
    internal long Removed { get; set; }

    /// <summary>What leaves that have not ended may take away.</summary>
    internal long LeavesOpen { get; set; }

    /// <summary>The most that any node may still be told of.</summary>
    internal long EverMost { get; set; }

    /// <summary>Whether the member has ended; the node follows soon.</summary>
    internal bool HasEnded { get; set; }

    internal long Least => HasEnded || place.IsStopping ? 0 : Math.Max(0, JoinsDone - Removed - LeavesOpen);

    internal long Most => Math.Max(0, Joins - Removed);

    /// <summary>Whether it was there when all was quiet; once more, and nobody need remember it.</summary>
    internal bool IsSettled { get; set; }

    internal void Clear() => (JoinsDone, Joins, JoinsOpen, Removed, LeavesOpen) = (0, 0, 0, 0, 0);
}
