using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Groups.Checkers;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Orleans.Groups.Tests;

/// <summary>
/// Three silos whose connections have faults, and one event log of all that their applications and machines do.
/// </summary>
/// <remarks>
/// Membership and the grain directory are in the test's memory, so that a cut does not concern them, and any silo may
/// die. Nobody is declared dead but by the test.
/// </remarks>
internal sealed class LinkCluster : IAsyncDisposable
{
    private const string StorageName = "records";

    private readonly InProcessTestCluster _cluster;
    private readonly TestRecordStorage _storage = new();
    private readonly RecordingStorage _recordedStorage;
    private readonly ConcurrentDictionary<NodeId, NodeRecorder> _recorders = new();
    private readonly ConcurrentDictionary<int, RecordFaults> _recordFaults = new();
    private readonly ProtocolRecorder _store;
    private readonly List<LinkSilo> _silos = [];
    private readonly int _connections;

    private LinkCluster(int seed, int connections)
    {
        _connections = connections;
        Faults = new ConnectionFaults(seed);
        Recorder = new EventRecorder(Log);
        _store = new ProtocolRecorder(Recorder.StartNode(new NodeId("store", new Incarnation(1, Guid.NewGuid()))));
        _recordedStorage = new RecordingStorage(_storage, OnKept);
        var builder = new InProcessTestClusterBuilder(3);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSilo(Configure);
        _cluster = builder.Build();
    }

    internal MemoryEventLog Log { get; } = new();

    internal EventRecorder Recorder { get; }

    internal ConnectionFaults Faults { get; }

    /// <summary>The silos that live.</summary>
    internal IReadOnlyList<LinkSilo> Silos => _silos;

    internal static async Task<LinkCluster> StartAsync(int seed, int connections = 1)
    {
        var cluster = new LinkCluster(seed, connections);
        await cluster._cluster.DeployAsync();
        foreach (var handle in cluster._cluster.Silos)
        {
            cluster._silos.Add(new LinkSilo(handle, cluster.RecorderOf));
        }

        await cluster.ConnectAsync();
        return cluster;
    }

    /// <summary>The faults of the record store as one silo sees it.</summary>
    internal RecordFaults RecordFaultsOf(LinkSilo silo) => _recordFaults[silo.Port];

    /// <summary>Starts one more silo, and completes when it is connected with all.</summary>
    internal async Task<LinkSilo> AddSiloAsync()
    {
        var silo = new LinkSilo(await _cluster.StartAdditionalSiloAsync(true), RecorderOf);
        _silos.Add(silo);
        await ConnectAsync();
        return silo;
    }

    /// <summary>
    /// Ends a silo as if its process were killed: its connections are reset, it says nothing any more, and then another
    /// silo declares it dead. Completes when all others have handled that.
    /// </summary>
    internal async Task KillAsync(LinkSilo silo)
    {
        _silos.Remove(silo);
        await silo.Recorder.KillAsync(() =>
        {
            Faults.Isolate(silo.Port);
            silo.Groups.Host.Kill();
            return Task.CompletedTask;
        });
        await BuryAsync(silo);
    }

    /// <summary>Declares a silo dead, which may live. Completes when all others have handled it.</summary>
    internal async Task BuryAsync(LinkSilo silo)
    {
        _silos.Remove(silo);
        Assert.True(await _silos[0].Membership.TryKill(silo.Address).LimitAsync("a silo is declared dead"));
        foreach (var other in _silos)
        {
            await other.Membership.Refresh();
            await UntilAsync(() => other.HasBuried(silo), other).LimitAsync("a silo knows of a death");
            await other.Groups.Host.PassAsync();
            other.Recorder.Saw(silo.Node);
        }
    }

    /// <summary>Completes when all silos have sessions with each other.</summary>
    internal async Task ConnectAsync()
    {
        await UntilAsync(IsWhole, [.. _silos]).LimitAsync("all silos are connected");
        foreach (var silo in _silos)
        {
            await silo.Groups.Host.PassAsync();
        }
    }

    /// <summary>
    /// Completes when all silos agree, rings list who lives, and nothing is on its way or waits for a handler.
    /// </summary>
    internal async Task SettleAsync()
    {
        using var limit = new CancellationTokenSource(Within.Limit);
        try
        {
            var work = _silos.ConvertAll(static silo => silo.Work);
            while (true)
            {
                var starts = work.ConvertAll(static counter => counter.Starts);
                await Task.WhenAll(work.Select(counter => counter.WaitForIdleAsync(limit.Token)));

                // Each was idle once. When none has begun anything since, all of them are idle now.
                var areIdle = starts.SequenceEqual(work.Select(static counter => counter.Starts));
                if (areIdle && IsWhole() && HasConverged() && IsDrained())
                {
                    return;
                }

                if (areIdle)
                {
                    await WaitForWorkAsync(work, starts, limit.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail("All silos do not agree: " + Describe());
        }
    }

    /// <summary>Completes when a condition holds, which is looked at whenever sessions of the silos change.</summary>
    internal static async Task UntilAsync(Func<bool> condition, params LinkSilo[] silos)
    {
        using var changed = new SemaphoreSlim(0);
        void OnChanged() => changed.Release();
        foreach (var silo in silos)
        {
            silo.Groups.Network.Changed += OnChanged;
        }

        while (!condition())
        {
            await changed.WaitAsync();
        }

        foreach (var silo in silos)
        {
            silo.Groups.Network.Changed -= OnChanged;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Faults.Heal();
        await Recorder.StopAllAsync(() =>
        {
            _silos.ForEach(static silo => silo.Groups.Host.Kill()); // The end of a test drains nothing.
            return Task.CompletedTask;
        });
        await Task.WhenAll(_cluster.Silos.ToList().Select(silo => _cluster.KillSiloAsync(silo)));
        await _cluster.DisposeAsync();
    }

    /// <summary>Completes when one of them has done anything more.</summary>
    private static async Task WaitForWorkAsync(List<WorkCounter> work, List<long> starts, CancellationToken limit)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(limit);
        await Task.WhenAny(work.Select((counter, index) => counter.WaitForIdleAsync(starts[index], enough.Token)));
        await enough.CancelAsync();
        limit.ThrowIfCancellationRequested();
    }

    private void Configure(InProcessTestSiloSpecificOptions options, ISiloBuilder silo)
    {
        silo.StaySmall();
        Faults.Install(silo, options.SiloPort);
        silo.Configure<ConnectionOptions>(connections => connections.ConnectionsPerEndpoint = _connections);
        silo.Configure<ClusterMembershipOptions>(static membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromHours(1);
            membership.TableRefreshTimeout = TimeSpan.FromHours(1);
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromHours(1);
        });
        silo.AddGroups(static groups => groups.RecordStorage = StorageName);
        var services = silo.Services;
        services.AddSingleton<WorkCounter>();
        services.AddSingleton<IFatalErrorHandler, SurvivingSilo>();
        services.AddSingleton<GrainServiceTransport>();
        services.Replace(ServiceDescriptor.Singleton<ISiloTransport>(provider => new StuckCalls(
            provider.GetRequiredService<GrainServiceTransport>(),
            provider.GetRequiredService<WorkCounter>())));
        services.AddKeyedSingleton<IGrainStorage>(StorageName, _recordedStorage);
        var recordFaults = _recordFaults.GetOrAdd(options.SiloPort, _ => new RecordFaults(
            group => Task.Run(() => _storage.Lose(group)),
            group => Task.FromResult(_storage.Exists(group))));
        services.AddSingleton<RecordStoreFactory>(provider => (work, time) => recordFaults.Around(new GrainRecordStore(
            provider.GetRequiredService<IGrainFactory>(),
            work,
            time,
            provider.GetRequiredService<ILogger<GrainRecordStore>>())));
        services.Replace(ServiceDescriptor.Singleton(provider =>
        {
            var groups = ActivatorUtilities.CreateInstance<SiloGroups>(provider);
            groups.Host.Observer = new ProtocolRecorder(RecorderOf(groups.Node));
            return groups;
        }));
    }

    private NodeRecorder RecorderOf(NodeId node) => _recorders.GetOrAdd(
        node,
        _ => Recorder.StartNode(node, [.. ProtocolRecorder.Hooks, LogHooks.Store]));

    private void OnKept(GroupRecord record) => _store.RecordWritten(record.Operations[^1].Id.Author, record);

    private bool IsWhole() => _silos.TrueForAll(left => _silos.TrueForAll(right =>
        left == right || (left.SessionWith(right) is not 0 and var session && session == right.SessionWith(left))));

    private bool HasConverged() => Convergence.IsReached(
        [.. _silos.Select(static silo => silo.Groups.Host)],
        static (_, _) => true,
        _storage.CopyAll());

    private bool IsDrained() => _silos.TrueForAll(static silo => silo.Groups.Host.Rings.CopyAll().TrueForAll(
        static ring => ring.GetStatus() is { PendingBytes: 0, UnprocessedBytes: 0, QueuedDeliveries: 0 }));

    private string Describe()
    {
        var records = _storage.CopyAll().Select(static record => record.ToString());
        var rings = _silos.SelectMany(static silo => silo.Groups.Host.Rings.CopyAll())
            .Select(static ring => ring.GetStatus().ToString());
        var links = _silos.SelectMany(static silo => silo.Groups.Network.CopyAllLinks())
            .Select(static link => $"{link.Silo}: {link.GetStatus()}");
        return string.Join('\n', [$"whole {IsWhole()}", $"converged {HasConverged()}", .. records, .. rings, .. links]);
    }
}
