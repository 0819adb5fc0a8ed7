using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Groups.SiloProgram;

namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// A silo of the relay, in this process. With localhost clustering the program's own silo, in which no member lives and
/// which nobody kills, keeps the list of silos; with a PostgreSQL connection the database does.
/// </summary>
internal sealed class RelaySilo : IAsyncDisposable
{
    /// <summary>Environment variable with a connection string of PostgreSQL; optional.</summary>
    internal const string ConnectionVariable = "RELAY_CONNECTION";

    // Away from the ports of a cluster that somebody may have running.
    private const int FirstPort = 21_000;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);
    private readonly IHost _host;
    private readonly PortLease _ports;

    private RelaySilo(IHost host, PortLease ports, string clusterId)
    {
        _host = host;
        _ports = ports;
        ClusterId = clusterId;
        Groups = host.Services.GetRequiredService<IGroups>();
    }

    /// <summary>The groups, as this silo sees them.</summary>
    internal IGroups Groups { get; }

    /// <summary>The port at which other silos reach this one.</summary>
    internal int SiloPort => _ports.SiloPort;

    /// <summary>The cluster of this run.</summary>
    internal string ClusterId { get; }

    /// <summary>Starts a silo, the first one of a cluster or one that joins it.</summary>
    /// <param name="options">What the run is to do.</param>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="primaryPort">Port of the first silo; nothing: this is the first one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RelayException">It cannot start.</exception>
    internal static async Task<RelaySilo> StartAsync(
        RelayOptions options,
        string clusterId,
        int? primaryPort,
        CancellationToken cancellationToken)
    {
        var connection = Environment.GetEnvironmentVariable(ConnectionVariable);
        PortLease? ports = null;
        try
        {
            ports = PortLease.Take(IPAddress.Loopback, null, null, FirstPort, FirstPort + PortLease.Range);
            var builder = SiloHost.CreateBuilder(
                Settings(options, clusterId, connection, primaryPort ?? ports.SiloPort));
            var settings = SiloSettings.Read(builder.Configuration);
            if (settings.Init)
            {
                await new Database(connection!, TimeSpan.FromSeconds(settings.JoinTimeout))
                    .CreateTablesAsync(cancellationToken);
            }

            SiloHost.AddSilo(builder, settings, ports);
            builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
            var host = builder.Build();
            await host.StartAsync(cancellationToken);
            return new RelaySilo(host, ports, clusterId);
        }
        catch (Exception error) when (error is not (OutOfMemoryException or OperationCanceledException))
        {
            ports?.Dispose();
            throw new RelayException($"a silo cannot start: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>Stops in order: others learn it from this silo itself.</summary>
    internal Task StopAsync() => EndAsync(StopLimit);

    /// <summary>Ends; the other silos may be dead, so it does not wait for them for long.</summary>
    public ValueTask DisposeAsync() => new(EndAsync(EndLimit));

    private async Task EndAsync(TimeSpan time)
    {
        using var limit = new CancellationTokenSource(time);
        try
        {
            await _host.StopAsync(limit.Token);
            await ((IAsyncDisposable)_host).DisposeAsync();
        }
        finally
        {
            _ports.Dispose();
        }
    }

    private static Dictionary<string, string?> Settings(
        RelayOptions options,
        string clusterId,
        string? connection,
        int primaryPort) => new()
    {
        ["Silo:ClusterId"] = clusterId,
        ["Silo:ServiceId"] = clusterId,
        ["Silo:Clustering"] = connection is null ? "localhost" : "adonet",
        ["Silo:Connection"] = connection,
        ["Silo:Init"] = connection is null ? "false" : "true",
        ["Silo:PrimaryPort"] = $"{primaryPort}",
        ["Groups:Multicast:MaxPayloadBytes"] = $"{options.PayloadLimit}",
        ["Groups:Multicast:WindowBytes"] = $"{Math.Max(new MulticastOptions().WindowBytes, options.PayloadLimit + 64)}",
        ["Groups:Multicast:MaxMembers"] = "4096",
        ["Logging:LogLevel:Default"] = "Critical",
        ["Logging:LogLevel:Orleans"] = "Critical",
        ["Logging:LogLevel:Orleans.Groups"] = "Error",
    };

    /// <summary>Signals are the program's business.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
