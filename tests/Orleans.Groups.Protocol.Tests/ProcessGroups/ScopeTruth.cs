using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>What a node's members have really joined: the model against which machines are checked.</summary>
internal sealed class ScopeTruth
{
    private readonly SortedDictionary<GroupName, List<MemberId>> _groups = [];

    internal void Join(IEnumerable<GroupName> groups, ImmutableArray<MemberId> members)
    {
        foreach (var group in groups)
        {
            if (!_groups.TryGetValue(group, out var list))
            {
                _groups.Add(group, list = []);
            }

            list.AddRange(members);
        }
    }

    internal List<Membership> Leave(IEnumerable<GroupName> groups, ImmutableArray<MemberId> members)
    {
        var removed = new List<Membership>();
        foreach (var group in groups)
        {
            foreach (var member in members)
            {
                if (_groups.TryGetValue(group, out var list) && list.Remove(member))
                {
                    removed.Add(new Membership(group, member));
                }
            }
        }

        return removed;
    }

    internal void End(MemberId member)
    {
        foreach (var list in _groups.Values)
        {
            list.RemoveAll(m => m == member);
        }
    }

    internal void Clear() => _groups.Clear();

    internal IEnumerable<Membership> Memberships() =>
        _groups.SelectMany(g => g.Value.Select(m => new Membership(g.Key, m)));
}
