namespace Orleans.Groups.Tests;

/// <summary>
/// A seeded life of the silos of a <see cref="LinkCluster"/>: joins, leaves, ends, monitors, broadcasts and proofs.
/// What happens is drawn from the seed; in which order threads and connections do it is not.
/// </summary>
internal sealed class Workload
{
    internal const string LargeRing = "large";

    internal const string SmallRing = "small";

    /// <summary>How fast the application works; nothing is waited for.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);

    private readonly LinkCluster _cluster;
    private readonly List<WorkSilo> _silos = [];
    private readonly List<WorkSilo> _all = [];
    private readonly Func<IMulticast, IMulticast>? _around;
    private Random _random = new(0);
    private long _window;

    /// <param name="cluster">The silos.</param>
    /// <param name="around">Put between a silo and its recorder; <see langword="null"/> for nothing.</param>
    internal Workload(LinkCluster cluster, Func<IMulticast, IMulticast>? around = null)
    {
        _cluster = cluster;
        _around = around;
        foreach (var silo in cluster.Silos)
        {
            Add(silo);
        }
    }

    internal IReadOnlyList<WorkSilo> Silos => _silos;

    internal WorkSilo Add(LinkSilo silo)
    {
        var work = new WorkSilo(silo, _around);
        _silos.Add(work);
        _all.Add(work);
        return work;
    }

    internal void Remove(LinkSilo silo) => _silos.RemoveAll(work => work.Silo == silo);

    /// <summary>A window begins: what is done in it is drawn from this seed.</summary>
    internal async Task BeginAsync(int seed)
    {
        _random = new Random(seed);
        foreach (var silo in _silos)
        {
            await silo.JoinForGoodAsync(LargeRing).LimitAsync("a member joins");
            await silo.ChangeMonitorsAsync(_random);
        }

        await _silos[0].JoinForGoodAsync(SmallRing).LimitAsync("a member joins");
    }

    /// <summary>At least so many steps, and more until the fault has met enough.</summary>
    internal async Task StepAsync(int steps, Task until)
    {
        using var limit = new CancellationTokenSource(Within.Limit);
        for (var step = 0; step < steps || !until.IsCompleted; step += 2)
        {
            Assert.False(limit.IsCancellationRequested, "The fault meets nothing.");
            await StepAsync();
            await StepAsync();
            await Task.Delay(Pace);
        }
    }

    /// <summary>Ends the window: everything heals, settles, and is read once more.</summary>
    internal async Task SettleAsync()
    {
        _cluster.Faults.Heal();
        await Task.WhenAll(_all.SelectMany(static silo => silo.Calls.Copy())).LimitAsync("all calls end");
        _cluster.Recorder.Heal();
        await _cluster.ConnectAsync();
        await JoinForGoodAsync();
        await _cluster.SettleAsync();
        _silos.ForEach(static silo => silo.ReadMonitors());
        _cluster.Recorder.Quiesce(++_window);
    }

    /// <summary>Whatever has happened to the rings, somebody is there who buries the dead.</summary>
    internal async Task JoinForGoodAsync()
    {
        await _silos[0].JoinForGoodAsync(LargeRing).LimitAsync("a member joins");
        await _silos[0].JoinForGoodAsync(SmallRing).LimitAsync("a member joins");
    }

    private async Task StepAsync()
    {
        var silo = _silos[_random.Next(_silos.Count)];
        try
        {
            await StepAsync(silo);
        }
        catch (GroupException exception) when (exception.Code == GroupErrorCode.ShuttingDown)
        {
            Assert.True(silo.Silo.Groups.Host.IsStopping); // It has just learned that it is dead.
        }
    }

    private async Task StepAsync(WorkSilo silo)
    {
        switch (_random.Next(100))
        {
            case < 18: await silo.JoinGroupsAsync(_random); break;
            case < 28: await silo.LeaveGroupsAsync(_random); break;
            case < 32: silo.EndMember(_random); break;
            case < 40: silo.Read(_random); break;
            case < 44: await silo.ChangeMonitorsAsync(_random); break;
            case < 48: silo.ChangeRings(_random); break;
            case < 96: silo.Publish(_random); break;
            default: silo.ReadMonitors(); break;
        }
    }
}
