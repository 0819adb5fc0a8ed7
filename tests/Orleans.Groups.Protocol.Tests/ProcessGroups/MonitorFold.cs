using System.Collections.Immutable;
using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>What a consumer of a monitor knows: the snapshot with all changes applied to it.</summary>
internal sealed class MonitorFold
{
    private readonly GroupName? _group;
    private readonly Dictionary<GroupName, List<MemberId>> _groups = [];

    internal MonitorFold(GroupName? group, MembershipSnapshot snapshot)
    {
        _group = group;
        Restart(snapshot);
    }

    internal void Restart(MembershipSnapshot snapshot)
    {
        _groups.Clear();
        foreach (var (group, members) in snapshot.Groups)
        {
            Assert.NotEmpty(members);
            _groups.Add(group, [.. members]);
        }
    }

    /// <summary>Applies one operation; every change must be possible, of what is watched, and not empty.</summary>
    internal void Apply(ImmutableArray<ScopeEvent> events)
    {
        Assert.NotEmpty(events);
        foreach (var change in events)
        {
            Assert.True(_group is null || _group == change.Group);
            Assert.NotEmpty(change.Members);
            if (!_groups.TryGetValue(change.Group, out var members))
            {
                _groups.Add(change.Group, members = []);
            }

            foreach (var member in change.Members)
            {
                if (change.Joined)
                {
                    members.Add(member);
                }
                else
                {
                    Assert.True(members.Remove(member), $"{member} left {change.Group}, where it was not");
                }
            }

            if (members.Count == 0)
            {
                _groups.Remove(change.Group);
            }
        }
    }

    /// <summary>Compares with what the registry shows now.</summary>
    internal void AssertShows(ScopeRegistry registry)
    {
        if (_group is { } one)
        {
            Assert.Equal(Sorted(registry.GetMembers(one)), Sorted(_groups.GetValueOrDefault(one, [])));
            return;
        }

        Assert.Equal(Sorted(registry.GetGroups()), Sorted(_groups.Keys));
        foreach (var (group, members) in _groups)
        {
            Assert.Equal(Sorted(registry.GetMembers(group)), Sorted(members));
        }
    }
}
