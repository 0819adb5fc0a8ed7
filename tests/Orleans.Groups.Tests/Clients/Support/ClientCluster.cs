using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Orleans.Groups.Tests;

/// <summary>Three silos in this process, and real clients that reach them over sockets.</summary>
/// <remarks>The first silo holds the membership table, so that one is never ended.</remarks>
internal sealed class ClientCluster : IAsyncDisposable
{
    private readonly TestCluster _cluster;
    private readonly List<ClusterClient> _clients = [];

    private ClientCluster(TestCluster cluster) => _cluster = cluster;

    /// <summary>The silos, the first one first.</summary>
    internal IReadOnlyList<InProcessSiloHandle> Silos => [.. _cluster.Silos.Cast<InProcessSiloHandle>()];

    internal static async Task<ClientCluster> StartAsync(
        Action<GroupsOptions>? configure = null,
        Action<ISiloBuilder>? configureSilo = null)
    {
        var builder = new TestClusterBuilder(3);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.CreateSiloAsync = async (name, configuration) =>
            await InProcessSiloHandle.CreateAsync(name, configuration, host => host.UseOrleans((_, silo) =>
            {
                silo.StaySmall();
                silo.AddGroups(options =>
                {
                    options.ClientLease = TimeSpan.FromSeconds(10);
                    configure?.Invoke(options);
                });
                silo.Services.AddSingleton<IFatalErrorHandler, SurvivingSilo>();
                configureSilo?.Invoke(silo);
            }));
        var cluster = new ClientCluster(builder.Build());
        try
        {
            await cluster._cluster.DeployAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A silo's own view.</summary>
    internal SiloGroups GroupsOf(int silo) => Silos[silo].ServiceProvider.GetRequiredService<SiloGroups>();

    /// <summary>What a silo keeps for clients.</summary>
    internal SiloClients ClientsOf(int silo) => Silos[silo].ServiceProvider.GetRequiredService<SiloClients>();

    /// <summary>
    /// Starts a client that has these silos as gateways (all when none is named), and is served by a silo.
    /// </summary>
    internal async Task<ClusterClient> ConnectAsync(
        Action<GroupsClientOptions>? configure = null,
        int[]? gateways = null,
        int? servedBy = null,
        Action<IClientBuilder>? configureClient = null)
    {
        var endpoints = (gateways ?? [0, 1, 2])
            .Select(index => new IPEndPoint(IPAddress.Loopback, Silos[index].GatewayAddress.Endpoint.Port))
            .ToArray();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(endpoints);
            client.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = _cluster.Options.ClusterId;
                options.ServiceId = _cluster.Options.ServiceId;
            });
            client.Services.TryAddSingleton(static provider =>
                new SteeredTransport(new GrainClientTransport(provider.GetRequiredService<IGrainFactory>())));
            client.Services.AddSingleton<IClientTransport>(static provider =>
                provider.GetRequiredService<SteeredTransport>());
            client.AddGroups(options =>
            {
                options.CallTimeout = TimeSpan.FromSeconds(10); // A silo that just started takes seconds at times,
                options.StopTimeout = Within.Limit; // and a session that was given up stays until its lease ends.
                configure?.Invoke(options);
            });
            configureClient?.Invoke(client);
        });
        var connected = new ClusterClient(builder.Build());
        _clients.Add(connected);
        connected.Transport.Prefer(servedBy is { } silo ? Silos[silo].SiloAddress : null);
        await connected.Host.StartAsync();
        connected.Transport.Prefer(null);
        return connected;
    }

    /// <summary>Ends a silo as a crash does, as far as that goes in one process: it falls silent first.</summary>
    internal async Task KillAsync(int silo)
    {
        var handle = Silos[silo];
        foreach (var client in _clients)
        {
            client.Transport.Cut(handle.SiloAddress);
        }

        GroupsOf(silo).Host.Kill();
        await _cluster.KillSiloAsync(handle);
    }

    /// <summary>Stops a silo in order.</summary>
    internal Task StopAsync(int silo) => _cluster.StopSiloAsync(Silos[silo]);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_clients.Select(static client => client.DisposeAsync().AsTask()));
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}

/// <summary>One client of the cluster.</summary>
internal sealed class ClusterClient(IHost host) : IAsyncDisposable
{
    private bool _isStopped;

    internal IHost Host { get; } = host;

    internal IGroupsClient Groups { get; } = host.Services.GetRequiredService<IGroupsClient>();

    internal IGroupsManagement Management { get; } = host.Services.GetRequiredService<IGroupsManagement>();

    internal SteeredTransport Transport { get; } = host.Services.GetRequiredService<SteeredTransport>();

    internal IClusterClient Grains { get; } = host.Services.GetRequiredService<IClusterClient>();

    internal IProcessGroups Scope => Groups.ProcessGroups;

    /// <summary>Stops it in order.</summary>
    internal async Task StopAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            await Host.StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Host.Dispose();
    }
}
