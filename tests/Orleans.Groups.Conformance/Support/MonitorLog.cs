using System.Collections.Immutable;

namespace Orleans.Groups.Conformance;

/// <summary>
/// Reads a monitor and folds its changes over its snapshot: the fold is what the monitor says the groups are. Checks
/// that numbers follow, that no change is empty, and that nobody is taken away who was not there.
/// </summary>
internal sealed class MonitorLog : IAsyncDisposable
{
    private readonly Dictionary<GroupName, List<MemberId>> _fold = [];
    private readonly List<MembershipChange> _changes = [];

    private MonitorLog(IProcessGroups groups, IMembershipMonitor monitor)
    {
        Groups = groups;
        Monitor = monitor;
        Restart(monitor.Snapshot);
    }

    internal IProcessGroups Groups { get; }

    internal IMembershipMonitor Monitor { get; }

    /// <summary>Everything read so far.</summary>
    internal IReadOnlyList<MembershipChange> Changes => _changes;

    /// <summary>Watches one group, or the scope when none is named.</summary>
    internal static async Task<MonitorLog> StartAsync(IProcessGroups groups, GroupName? group =
        null, MonitorOptions? options = null)
    {
        var monitor = group is { } name
            ? await groups.MonitorGroupAsync(name, options).WithinAsync("the monitor starts")
            : await groups.MonitorScopeAsync(options).WithinAsync("the monitor starts");
        return new MonitorLog(groups, monitor);
    }

    /// <summary>Waits for the next change.</summary>
    internal async Task<MembershipChange> NextAsync()
    {
        MembershipChange? change = null;
        await Deadline.RunAsync(
            "the monitor says something",
            async limit =>
            {
                while (!Monitor.TryRead(out change))
                {
                    Assert.True(await Monitor.WaitToReadAsync(limit), "The monitor has ended.");
                }
            },
            Describe);
        Apply(change!);
        return change!;
    }

    /// <summary>Takes what is there now, without waiting.</summary>
    internal ImmutableArray<MembershipChange> ReadAvailable()
    {
        var first = _changes.Count;
        while (Monitor.TryRead(out var change))
        {
            Apply(change!);
        }

        return [.. _changes.Skip(first)];
    }

    /// <summary>Reads until the fold satisfies a condition.</summary>
    internal async Task UntilAsync(string what, Func<MonitorLog, bool> condition)
    {
        await Deadline.RunAsync(
            what,
            async limit =>
            {
                while (!condition(this))
                {
                    Assert.True(await Monitor.WaitToReadAsync(limit), "The monitor has ended.");
                    if (Monitor.TryRead(out var change))
                    {
                        Apply(change!);
                    }
                }
            },
            Describe);
    }

    /// <summary>Reads until the fold has exactly these memberships in a group.</summary>
    internal Task SeesAsync(GroupName group, params IEnumerable<IGroupMember> members)
    {
        var expected = members.Select(static member => member.Id).Order().ToArray();
        return UntilAsync(
            $"the monitor shows [{string.Join(", ", expected.AsEnumerable())}] in {group}",
            log => log.FoldOf(group).Order().SequenceEqual(expected));
    }

    internal IReadOnlyList<MemberId> FoldOf(GroupName group) =>
        _fold.TryGetValue(group, out var members) ? members : [];

    /// <summary>Checks that the fold is what the node shows when read. Only when nothing is under way.</summary>
    internal void AssertFoldIsRegistry()
    {
        ReadAvailable();
        Assert.Equal(Groups.GetGroups().Order(), _fold.Keys.Order());
        foreach (var (group, members) in _fold)
        {
            Assert.Equal(Groups.GetMembers(group).Order(), members.Order());
        }
    }

    /// <summary>Checks one change.</summary>
    internal static void AssertChange(
        MembershipChange change,
        MembershipChangeKind kind,
        GroupName group,
        ChangeReason reason,
        params IEnumerable<IGroupMember> members)
    {
        Assert.Equal((kind, group, reason), (change.Kind, change.Group, change.Reason));
        Assert.Equal(members.Select(static member => member.Id).Order(), change.Members.Order());
        Assert.Null(change.Snapshot);
    }

    public ValueTask DisposeAsync() => Monitor.DisposeAsync();

    private void Apply(MembershipChange change)
    {
        _changes.Add(change);
        Assert.Equal(_changes.Count, change.Number);
        if (change.Kind == MembershipChangeKind.Restarted)
        {
            Assert.Equal(ChangeReason.MonitorOverflow, change.Reason);
            Assert.Empty(change.Members);
            Restart(change.Snapshot!);
            return;
        }

        Assert.NotEmpty(change.Members);
        Assert.False(change.Group.IsDefault);
        if (!_fold.TryGetValue(change.Group, out var members))
        {
            _fold.Add(change.Group, members = []);
        }

        foreach (var member in change.Members)
        {
            if (change.Kind == MembershipChangeKind.Joined)
            {
                members.Add(member);
            }
            else
            {
                Assert.True(members.Remove(member), $"{member} left {change.Group} and was not in it. {Describe()}");
            }
        }

        if (members.Count == 0)
        {
            _fold.Remove(change.Group);
        }
    }

    private void Restart(MembershipSnapshot snapshot)
    {
        _fold.Clear();
        foreach (var (group, members) in snapshot.Groups)
        {
            Assert.NotEmpty(members);
            Assert.Equal(members.Order(), snapshot.GetMembers(group).Order());
            _fold.Add(group, [.. members]);
        }
    }

    private string Describe()
    {
        var tail = _changes.TakeLast(10).Select(static change =>
            $"{change.Number} {change.Kind} {change.Group} [{string.Join(", ", change.Members)}] {change.Reason}");
        return $"It said {_changes.Count} things, in the end: {string.Join("; ", tail)}.";
    }
}
