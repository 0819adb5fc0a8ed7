using Orleans.Groups.Checkers;

namespace Orleans.Groups.ProcessHost;

/// <summary>
/// Members of process groups that join, leave and end at random, and a monitor that reads all changes.
/// </summary>
internal sealed class GroupWork : IDisposable
{
    private const int Groups = 5;
    private const int Members = 6;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);
    private readonly IGroups _source;
    private readonly NodeRecorder _node;
    private readonly IProcessGroups _groups;
    private readonly IProcessGroups _plain;
    private CancellationTokenSource _stop = new();
    private Task _working = Task.CompletedTask;
    private IMembershipMonitor? _monitor;
    private Task _reading = Task.CompletedTask;
    private CancellationTokenSource _stopReading = new();

    internal GroupWork(IGroups groups, NodeRecorder node)
    {
        _source = groups;
        _node = node;
        _plain = groups.ProcessGroups;
        _groups = node.Wrap(groups.ProcessGroups);
    }

    /// <summary>Begins to work.</summary>
    internal async Task StartAsync(int seed)
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        if (_monitor is null)
        {
            _monitor = await _groups.MonitorScopeAsync();
            _reading = ReadAsync(_monitor, _stopReading.Token);
        }

        _working = Task.Run(() => WorkAsync(new Random(seed), _stop.Token));
    }

    /// <summary>Ends the work; the members stay where they are.</summary>
    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _working;
    }

    /// <summary>The memberships of this node's members, one text each.</summary>
    internal List<string> GetLocal() =>
        [.. _plain.GetLocalGroups().SelectMany(group => _plain.GetLocalMembers(group).Select(m => Text(group, m)))];

    /// <summary>Completes when this node sees exactly these memberships.</summary>
    internal async Task WaitForAsync(List<string> memberships)
    {
        var wanted = memberships.Order(StringComparer.Ordinal).ToList();
        await WaitUntilAsync(() => GetAll().SequenceEqual(wanted));
    }

    /// <summary>Completes when this node sees no membership of a node that is no more.</summary>
    internal Task WaitForNoneOfAsync(string node) => WaitUntilAsync(() =>
        !_plain.GetGroups().SelectMany(group => _plain.GetMembers(group)).Any(m => LogIds.Of(m.Node) == node));

    /// <summary>Reads what the monitor has now, so that the log has it before the quiet.</summary>
    internal async Task ReadMonitorsEmptyAsync()
    {
        if (_monitor is null)
        {
            return;
        }

        await _stopReading.CancelAsync();
        await _reading;
        while (_monitor.TryRead(out _))
        {
        }

        _stopReading.Dispose();
        _stopReading = new CancellationTokenSource();
        _reading = ReadAsync(_monitor, _stopReading.Token);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _stopReading.Dispose();
    }

    private static async Task ReadAsync(IMembershipMonitor monitor, CancellationToken stop)
    {
        try
        {
            while (await monitor.WaitToReadAsync(stop))
            {
                while (monitor.TryRead(out _))
                {
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task WorkAsync(Random random, CancellationToken stop)
    {
        var members = new List<IGroupMember>();
        using var timer = new PeriodicTimer(Pace);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (members.Count < Members)
            {
                var name = $"m{random.Next(1000)}";
                members.Add(_node.Wrap(await _source.CreateMemberAsync(name, null, CancellationToken.None)));
            }

            var member = members[random.Next(members.Count)];
            var group = new GroupName($"group-{random.Next(Groups)}");
            switch (random.Next(10))
            {
                case 0:
                    members.Remove(member);
                    member.End();
                    break;
                case < 6:
                    await _groups.JoinAsync(group, member.Id, CancellationToken.None);
                    break;
                default:
                    await _groups.LeaveAsync(group, member.Id, CancellationToken.None);
                    break;
            }
        }
    }

    private async Task WaitUntilAsync(Func<bool> condition)
    {
        await using var monitor = await _plain.MonitorScopeAsync();
        while (!condition() && await monitor.WaitToReadAsync())
        {
            while (monitor.TryRead(out _))
            {
            }
        }
    }

    private List<string> GetAll() =>
    [
        .. _plain.GetGroups().SelectMany(group => _plain.GetMembers(group).Select(member => Text(group, member)))
            .Order(StringComparer.Ordinal),
    ];

    private static string Text(GroupName group, MemberId member) => $"{group} {LogIds.Of(member)}";
}
