using System.Collections.Concurrent;
using Orleans.Groups.InMemory;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>One node of a workload, and what lives on it.</summary>
internal sealed class WorkNode
{
    private const string Ring = "ring";

    private readonly IProcessGroups _groups;
    private readonly IMulticast _multicast;
    private readonly List<IGroupMember> _members = [];
    private readonly List<IMembershipMonitor> _pulled = [];
    private readonly List<IMembershipMonitor> _pushed = [];
    private readonly List<IMulticastGroup> _rings = [];

    private IMulticastGroup? _anchor;

    internal WorkNode(InMemoryNode node, NodeRecorder recorder)
    {
        Node = node;
        Recorder = recorder;
        _groups = recorder.Wrap(node.ProcessGroups);
        _multicast = recorder.Wrap(node.Multicast, HandlerFailurePolicy.Skip);
    }

    internal InMemoryNode Node { get; }

    internal NodeRecorder Recorder { get; }

    internal void JoinGroups(Random random, string[] groups)
    {
        if (_members.Count < 4)
        {
            _members.Add(Recorder.Wrap(Node.CreateMember("m")));
        }

        var member = _members[random.Next(_members.Count)].Id;
        if (random.Next(2) == 0)
        {
            _ = _groups.JoinAsync(Any(random, groups), member).AsTask();
            return;
        }

        GroupName[] some = [Any(random, groups), Any(random, groups)];
        _ = _groups.JoinAsync(some, [member, _members[0].Id]).AsTask();
    }

    internal async Task LeaveGroupsAsync(Random random, string[] groups)
    {
        if (_members.Count > 0)
        {
            GroupName[] some = [Any(random, groups), Any(random, groups)];
            await _groups.LeaveAsync(some, [_members[random.Next(_members.Count)].Id]);
        }
    }

    internal void EndMember(Random random)
    {
        if (_members.Count > 0)
        {
            var index = random.Next(_members.Count);
            _members[index].End();
            _members.RemoveAt(index);
        }
    }

    internal void Read(GroupName group)
    {
        _groups.GetMembers(group);
        _ = _groups[group].LocalMembers;
        _groups.GetGroups();
        _groups.GetLocalGroups();
    }

    internal async Task ChangeMonitorsAsync(Random random, string[] groups)
    {
        if (_pulled.Count > 2)
        {
            await _pulled[0].DisposeAsync();
            _pulled.RemoveAt(0);
        }
        else if (_pushed.Count > 2)
        {
            await _pushed[0].DisposeAsync();
            _pushed.RemoveAt(0);
        }
        else if (random.Next(2) == 0)
        {
            var options = new MonitorOptions { OnChange = static _ => ValueTask.CompletedTask };
            _pushed.Add(await _groups.MonitorScopeAsync(options));
        }
        else
        {
            // A small buffer, so that it overflows now and then.
            _pulled.Add(await _groups.MonitorGroupAsync(
                Any(random, groups),
                new MonitorOptions { BufferChanges = 2 + random.Next(10) }));
        }
    }

    internal void ReadMonitors()
    {
        foreach (var monitor in _pulled)
        {
            while (monitor.TryRead(out _))
            {
            }
        }
    }

    internal async Task ChangeRingAsync(Random random)
    {
        _rings.RemoveAll(static ring => ring.Completion.IsCompleted);
        if (_rings.Count < 2)
        {
            _rings.Add(await _multicast.JoinAsync(Ring, new WorkHandler(random.Next())));
        }
        else if (random.Next(2) == 0)
        {
            await _rings[0].LeaveAsync();
        }
        else
        {
            _rings[0].ValidateMembers([_rings[1].Self]);
        }
    }

    /// <summary>A member that stays, so that somebody is there to bury those that do not.</summary>
    internal async Task JoinForGoodAsync()
    {
        if (_anchor is null || _anchor.Completion.IsCompleted)
        {
            _anchor = await _multicast.JoinAsync(Ring, new WorkHandler(0, isQuiet: true));
        }
    }

    internal void Publish(Random random, ConcurrentBag<Task> calls)
    {
        if (_rings.Count == 0)
        {
            return;
        }

        var ring = _rings[random.Next(_rings.Count)];
        var payload = new byte[random.Next(200)];
        random.NextBytes(payload);
        switch (random.Next(4))
        {
            case 0:
                calls.Add(ring.ConfirmedBroadcastAsync(payload).AsTask());
                break;
            case 1:
                calls.Add(ring.ConfirmedBroadcastAsync(payload, ConfirmLevel.ProcessedByAll).AsTask());
                break;
            default:
                calls.Add(ring.BroadcastAsync(payload).AsTask());
                break;
        }
    }

    private static GroupName Any(Random random, string[] groups) => groups[random.Next(groups.Length)];
}
