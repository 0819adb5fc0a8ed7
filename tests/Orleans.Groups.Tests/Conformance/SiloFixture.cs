using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Groups.Conformance;
using Orleans.Groups.Engine;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Orleans.Groups.Tests;

/// <summary>A TestCluster for one fact: one silo for each node of the fact, and nothing else.</summary>
internal sealed class SiloFixture : IGroupsFixture
{
    private const string StorageName = "records";

    private static readonly ConcurrentDictionary<string, SiloFixture> Fixtures = new();

    private readonly WorkCounter _work = new();
    private readonly FixtureOptions _options;
    private readonly Action<ISiloBuilder>? _configure;
    private readonly FaultyNetwork _network;
    private readonly RecordFaults _faults;
    private readonly TestRecordStorage _storage = new();
    private readonly TestMembershipTable _membership = new();
    private readonly string _key = Guid.NewGuid().ToString();
    private readonly TestCluster _cluster;
    private readonly Lock _gate = new();
    private readonly List<SiloNode> _nodes = [];
    private readonly Dictionary<string, short> _instances = [];

    internal SiloFixture(
        FixtureOptions options,
        bool usesLocalDirectory,
        Action<ISiloBuilder>? configure = null)
    {
        _options = options;
        _configure = configure;
        _network = new FaultyNetwork(_work);
        _faults = new RecordFaults(LoseRecordAsync, group => Task.FromResult(_storage.Exists(group)));
        var builder = new TestClusterBuilder(1);
        builder.Options.UseTestClusterMembership = false;
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.Options.ConnectionTransport = ConnectionTransportType.InMemory;
        if (usesLocalDirectory)
        {
            builder.Options.SiloBuilderConfiguratorTypes.RemoveAll(
                static type => type.Contains("ConfigureDistributedGrainDirectory", StringComparison.Ordinal));
        }

        // Not by a delegate that makes the silos: TestCluster would then use sockets, whatever it was told.
        Fixtures[_key] = this;
        builder.Properties[nameof(SiloFixture)] = _key;
        builder.AddSiloBuilderConfigurator<Configurator>();
        _cluster = builder.Build();
    }

    public IRecordFaults Records => _faults;

    public async Task<INodeFixture> AddNodeAsync(string name)
    {
        if (!_instances.TryGetValue(name, out var instance)) // A node's next life has the ports of the one before.
        {
            instance = (short)_instances.Count;
            _instances[name] = instance;
        }

        var handle = await _cluster.StartSiloAsync(instance, _cluster.Options);
        return await ConnectAsync(Add(name, handle));
    }

    public async Task StopNodeAsync(INodeFixture node)
    {
        var silo = (SiloNode)node;
        await _cluster.StopSiloAsync(silo.Handle);
        await ForgetAsync(silo);
    }

    public async Task KillNodeAsync(INodeFixture node)
    {
        // What TestCluster calls killing still runs the stop of everything: so the node falls silent before.
        var silo = (SiloNode)node;
        _network.Kill(silo.Address);
        silo.Groups.Host.Kill();
        await _cluster.KillSiloAsync(silo.Handle);
        await ForgetAsync(silo);
    }

    public Task CutAsync(INodeFixture from, INodeFixture to)
    {
        _network.Cut(((SiloNode)from).Address, ((SiloNode)to).Address);
        return Task.CompletedTask;
    }

    public Task DeclareDownAsync(INodeFixture observer, INodeFixture node) =>
        GiveUpAsync((SiloNode)observer, (SiloNode)node);

    public async Task SplitAsync(INodeFixture left, INodeFixture right)
    {
        await CutAsync(left, right);
        await CutAsync(right, left);
        await GiveUpAsync((SiloNode)left, (SiloNode)right);
        await GiveUpAsync((SiloNode)right, (SiloNode)left);
    }

    /// <summary>Nobody new gets to know a node, nor it them, until <see cref="IntroduceAll"/>.</summary>
    internal void KeepStrangersFrom(SiloNode node) => _network.KeepStrangersFrom(node.Address);

    internal void IntroduceAll() => _network.IntroduceAll();

    public Task HealAsync(INodeFixture left, INodeFixture right)
    {
        _network.Heal(((SiloNode)left).Address, ((SiloNode)right).Address);
        return Task.CompletedTask;
    }

    public Task DrainAsync(CancellationToken cancellationToken = default) =>
        _work.WaitForIdleAsync(cancellationToken);

    public async Task WaitForConvergenceAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var starts = _work.Starts;
            await _work.WaitForIdleAsync(cancellationToken);
            if (HasConverged())
            {
                return;
            }

            await _work.WaitForIdleAsync(starts, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _network.IntroduceAll();
        _network.HealAll();
        await _faults.ReleaseAsync();
        await _faults.SetUnavailableAsync(false);
        foreach (var node in CopyNodes())
        {
            node.Groups.Host.Kill(); // The end of a test drains nothing.
        }

        foreach (var node in CopyNodes())
        {
            await _cluster.KillSiloAsync(node.Handle); // One by one: together they would write to the table in turns.
        }

        await _cluster.DisposeAsync();
        Fixtures.TryRemove(_key, out _);
        lock (_gate)
        {
            _nodes.Clear(); // What keeps this alive should not keep silos.
        }
    }

    private void Configure(ISiloBuilder silo)
    {
        silo.StaySmall();
        silo.AddGroups(options =>
        {
            options.RecordStorage = StorageName;
            OptionsCopy.Copy(_options.ProcessGroups, options.ProcessGroups);
            OptionsCopy.Copy(_options.Multicast, options.Multicast);
        });
        var services = silo.Services;
        services.AddSingleton<IMembershipTable>(_membership);
        services.AddSingleton(_work);
        services.AddSingleton<IFatalErrorHandler, SurvivingSilo>();
        services.AddSingleton<GrainServiceTransport>();
        services.Replace(ServiceDescriptor.Singleton<ISiloTransport>(provider => new FaultyTransport(
            _network,
            provider.GetRequiredService<GrainServiceTransport>(),
            provider.GetRequiredService<ILocalSiloDetails>())));
        services.AddKeyedSingleton<IGrainStorage>(StorageName, _storage);
        services.AddSingleton<RecordStoreFactory>(provider => (work, time) => _faults.Around(new GrainRecordStore(
            provider.GetRequiredService<IGrainFactory>(),
            work,
            time,
            provider.GetRequiredService<ILogger<GrainRecordStore>>())));
        _configure?.Invoke(silo);
    }

    private async Task LoseRecordAsync(GroupName group)
    {
        _storage.Lose(group);
        await Task.CompletedTask;
    }

    private SiloNode Add(string name, SiloHandle handle)
    {
        var node = new SiloNode(name, (InProcessSiloHandle)handle);
        lock (_gate)
        {
            _nodes.Add(node);
        }

        return node;
    }

    internal List<SiloNode> CopyNodes()
    {
        lock (_gate)
        {
            return [.. _nodes];
        }
    }

    /// <summary>Completes when the node has a session with all others, and scopes have been told.</summary>
    private async Task<INodeFixture> ConnectAsync(SiloNode node)
    {
        foreach (var other in CopyNodes())
        {
            if (other == node || !_network.IsWhole(node.Address, other.Address))
            {
                continue;
            }

            await UntilAsync(() => IsConnected(node, other), node, other);
            await other.Groups.Host.PassAsync();
            await node.Groups.Host.PassAsync();
        }

        return node;
    }

    private async Task ForgetAsync(SiloNode node)
    {
        lock (_gate)
        {
            _nodes.Remove(node);
        }

        foreach (var other in CopyNodes())
        {
            await UntilAsync(() => other.Groups.Network.IsDead(node.Id) && SessionOf(other, node) == 0, other);
            await other.Groups.Host.PassAsync();
        }
    }

    private static async Task GiveUpAsync(SiloNode observer, SiloNode node)
    {
        if (LinkOf(observer, node) is { Session: var session and not 0 } link)
        {
            link.EndSession(session);
            await UntilAsync(() => SessionOf(observer, node) != session, observer);
            await observer.Groups.Host.PassAsync();
        }
    }

    /// <summary>
    /// Completes when a condition holds, which is looked at whenever something changes at one of the nodes.
    /// </summary>
    private static async Task UntilAsync(Func<bool> condition, params SiloNode[] nodes)
    {
        using var changed = new SemaphoreSlim(0);
        void OnChanged() => changed.Release();
        foreach (var node in nodes)
        {
            node.Groups.Network.Changed += OnChanged;
        }

        while (!condition())
        {
            await changed.WaitAsync();
        }

        foreach (var node in nodes)
        {
            node.Groups.Network.Changed -= OnChanged;
        }
    }

    private static LinkHost? LinkOf(SiloNode from, SiloNode to) =>
        from.Groups.Network.CopyAllLinks().Find(link => link.Silo.Equals(to.Address));

    private static long SessionOf(SiloNode from, SiloNode to) => from.Groups.Host.Sessions.GetValueOrDefault(to.Id);

    private static bool IsConnected(SiloNode left, SiloNode right) =>
        SessionOf(left, right) != 0 && SessionOf(left, right) == SessionOf(right, left);

    private bool HasConverged()
    {
        var nodes = CopyNodes();
        return Convergence.IsReached(
            [.. nodes.Select(static node => node.Groups.Host)],
            (left, right) => IsWhole(
                nodes.Find(node => node.Groups.Host == left)!,
                nodes.Find(node => node.Groups.Host == right)!),
            _storage.CopyAll());
    }

    private bool IsWhole(SiloNode left, SiloNode right) =>
        _network.IsWhole(left.Address, right.Address) && IsConnected(left, right);

    /// <summary>Made by TestCluster, which knows only its type: it finds its fixture by a key.</summary>
    private sealed class Configurator : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) =>
            Fixtures[siloBuilder.Configuration[nameof(SiloFixture)]!].Configure(siloBuilder);
    }
}
