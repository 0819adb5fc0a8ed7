namespace Orleans.Groups.Tests;

/// <summary>What an application does on one silo of a workload.</summary>
internal sealed class WorkSilo
{
    private const int MaxMembers = 4;
    private const int MaxRings = 3;

    /// <summary>With so many calls open, nothing more is published until one of them ends.</summary>
    private const int MaxOpenCalls = 16;

    private static readonly string[] Groups = ["red", "green", "blue", "black"];

    private readonly IProcessGroups _groups;
    private readonly IMulticast _multicast;
    private readonly Lock _gate = new();
    private readonly List<IGroupMember> _members = [];
    private readonly List<IMembershipMonitor> _pulled = [];
    private readonly List<IMembershipMonitor> _pushed = [];
    private readonly List<IMulticastGroup> _rings = [];
    private readonly Dictionary<string, IMulticastGroup> _anchors = new(StringComparer.Ordinal);
    private int _joining;

    /// <param name="silo">The silo.</param>
    /// <param name="around">Put between the silo and the recorder; <see langword="null"/> for nothing.</param>
    internal WorkSilo(LinkSilo silo, Func<IMulticast, IMulticast>? around)
    {
        Silo = silo;
        _groups = silo.Recorder.Wrap(silo.Groups.ProcessGroups);
        var multicast = silo.Groups.Multicast;
        _multicast = silo.Recorder.Wrap(around?.Invoke(multicast) ?? multicast, HandlerFailurePolicy.Skip);
    }

    internal LinkSilo Silo { get; }

    /// <summary>The calls that are not awaited.</summary>
    internal CallList Calls { get; } = new();

    /// <summary>The ring members that live here.</summary>
    internal List<IMulticastGroup> Rings
    {
        get
        {
            lock (_gate)
            {
                _rings.RemoveAll(static ring => ring.Completion.IsCompleted);
                return [.. _rings, .. _anchors.Values];
            }
        }
    }

    /// <summary>Those that joined to stay.</summary>
    internal IReadOnlyCollection<IMulticastGroup> Anchors
    {
        get
        {
            lock (_gate)
            {
                return [.. _anchors.Values];
            }
        }
    }

    internal async Task JoinGroupsAsync(Random random)
    {
        if (_members.Count < MaxMembers)
        {
            _members.Add(Silo.Recorder.Wrap(await Silo.Groups.CreateMemberAsync("m")));
        }

        var member = _members[random.Next(_members.Count)].Id;
        if (random.Next(2) == 0)
        {
            await _groups.JoinAsync(Any(random), member);
            return;
        }

        await _groups.JoinAsync([Any(random), Any(random)], [member, _members[0].Id]);
    }

    internal async Task LeaveGroupsAsync(Random random)
    {
        if (_members.Count > 0)
        {
            await _groups.LeaveAsync([Any(random), Any(random)], [_members[random.Next(_members.Count)].Id]);
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

    internal void Read(Random random)
    {
        _groups.GetMembers(Any(random));
        _groups.GetGroups();
        _groups.GetLocalGroups();
        _ = _groups[Any(random)].LocalMembers;
    }

    internal async Task ChangeMonitorsAsync(Random random)
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
            var options = new MonitorOptions { BufferChanges = 2 + random.Next(10) };
            _pulled.Add(await _groups.MonitorGroupAsync(Any(random), options));
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

    /// <summary>A ring member comes, or one goes. Nobody waits for it.</summary>
    internal void ChangeRings(Random random)
    {
        var rings = Rings;
        if (rings.Count + Volatile.Read(ref _joining) < MaxRings)
        {
            Interlocked.Increment(ref _joining);
            Calls.Start(() => JoinAsync(random.Next(3) == 0 ? Workload.SmallRing : Workload.LargeRing));
        }
        else if (rings.Count > Anchors.Count)
        {
            Calls.Start(() => rings[0].LeaveAsync()); // Those that joined to stay come last.
        }
    }

    internal void Publish(Random random)
    {
        var rings = Rings;
        if (rings.Count == 0 || Calls.Copy().Count > MaxOpenCalls)
        {
            return;
        }

        var ring = rings[random.Next(rings.Count)];
        var payload = new byte[random.Next(300)];
        random.NextBytes(payload);
        Calls.Start(random.Next(4) switch
        {
            0 => () => ring.ConfirmedBroadcastAsync(payload).AsTask(),
            1 => () => ring.ConfirmedBroadcastAsync(payload, ConfirmLevel.ProcessedByAll).AsTask(),
            _ => () => ring.BroadcastAsync(payload).AsTask(),
        });
    }

    /// <summary>A member that stays, so that somebody is there to bury those that do not.</summary>
    internal async Task JoinForGoodAsync(string ring)
    {
        if (!_anchors.TryGetValue(ring, out var anchor) || anchor.Completion.IsCompleted)
        {
            var joined = await _multicast.JoinAsync(ring, new WorkHandler());
            lock (_gate)
            {
                _anchors[ring] = joined;
            }
        }
    }

    private async Task JoinAsync(string ring)
    {
        try
        {
            var joined = await _multicast.JoinAsync(ring, new WorkHandler());
            lock (_gate)
            {
                _rings.Add(joined);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _joining);
        }
    }

    private static GroupName Any(Random random) => Groups[random.Next(Groups.Length)];
}
