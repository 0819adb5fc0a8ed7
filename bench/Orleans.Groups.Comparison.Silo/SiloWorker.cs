using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Orleans.Groups.Comparison;

/// <summary>A silo that measures what it is told, and ends when its standard input ends.</summary>
internal sealed class SiloWorker
{
    private readonly IGroups _groups;
    private readonly IClusterMembershipService _membership;
    private readonly PeerWork _peers;
    private readonly SocketWork _sockets = new();
    private NodeWork _work;

    private SiloWorker(IServiceProvider services)
    {
        _groups = services.GetRequiredService<IGroups>();
        _membership = services.GetRequiredService<IClusterMembershipService>();
        _peers = new PeerWork(services);
        _work = new NodeWork(new Node(_groups));
    }

    /// <summary>Runs a silo on these ports.</summary>
    internal static async Task<int> RunAsync(int[] ports)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.Configure<ConsoleLoggerOptions>(options =>
            options.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.UseOrleans(silo => Configure(silo, ports));
        using var host = builder.Build();
        await host.StartAsync();
        var worker = new SiloWorker(host.Services);
        WorkerLoop.Say(new JsonObject { ["event"] = "ready" });
        await WorkerLoop.RunAsync(worker.PerformAsync);
        worker._sockets.Dispose();
        await host.StopAsync();
        return 0;
    }

    private static void Configure(ISiloBuilder silo, int[] ports)
    {
        silo.UseLocalhostClustering(ports[0], ports[1], new IPEndPoint(IPAddress.Loopback, ports[2]));
        silo.AddGroups(options =>
        {
            options.ProcessGroups.MaxScopes = 10_000; // Each measurement has one of its own.
            options.Multicast.MaxPayloadBytes = RingWork.LargestMessage;
        });
        silo.AddBroadcastChannel(PeerNames.Channel, options => options.FireAndForgetDelivery = false);
        silo.AddMemoryGrainStorage("PubSubStore");
        silo.AddMemoryStreams(PeerNames.Stream);
    }

    private async Task<JsonNode?> PerformAsync(string verb, JsonElement command)
    {
        switch (verb)
        {
            case "await-silos":
                await WaitForSilosAsync(command.GetProperty("count").GetInt32());
                return null;
            case "clear":
                await _work.DisposeAsync();
                _work = new NodeWork(new Node(_groups));
                return null;
            default:
                return verb.Split('-')[0] switch
                {
                    "peer" => await _peers.PerformAsync(verb, command),
                    "socket" => await _sockets.PerformAsync(verb, command),
                    _ => await _work.PerformAsync(verb, command),
                };
        }
    }

    private async Task WaitForSilosAsync(int count)
    {
        bool IsWhole(ClusterMembershipSnapshot snapshot) =>
            snapshot.Members.Values.Count(member => member.Status == SiloStatus.Active) == count;
        if (IsWhole(_membership.CurrentSnapshot))
        {
            return;
        }

        await foreach (var snapshot in _membership.MembershipUpdates)
        {
            if (IsWhole(snapshot))
            {
                return;
            }
        }
    }

    private sealed class Node(IGroups groups) : IBenchNode
    {
        public IMulticast Multicast => groups.Multicast;

        public IProcessGroups GetScope(string scope) => groups.GetProcessGroups(scope);

        public ValueTask<IGroupMember> CreateMemberAsync(string name, Func<MemberMessage, ValueTask>? onMessage) =>
            groups.CreateMemberAsync(name, onMessage);
    }
}
