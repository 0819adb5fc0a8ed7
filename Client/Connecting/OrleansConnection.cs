using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Orleans.Configuration;

namespace Orleans.Groups.ClientProgram;

/// <summary>An Orleans client of this process; there may be several, each with its own silo.</summary>
internal sealed class OrleansConnection : IPlace
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(3);
    private readonly IHost _host;

    private OrleansConnection(IHost host)
    {
        _host = host;
        Client = host.Services.GetRequiredService<IGroupsClient>();
    }

    /// <summary>Called when it is given up.</summary>
    internal Action<OrleansConnection>? Closing { get; set; }

    /// <summary>The groups.</summary>
    internal IGroupsClient Client { get; }

    /// <summary>What can be asked about the cluster as a whole.</summary>
    internal IGroupsManagement Management => _host.Services.GetRequiredService<IGroupsManagement>();

    /// <inheritdoc/>
    public string Silo => Client.Node.Name;

    /// <inheritdoc/>
    public IMulticast Multicast => Client.Multicast;

    /// <summary>Connects.</summary>
    /// <param name="settings">Which cluster.</param>
    /// <param name="configuration">More settings: section <c>Logging</c>.</param>
    /// <param name="gateways">Gateways to use; nothing: those in the database.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClientException">No silo answers in time.</exception>
    internal static async Task<OrleansConnection> OpenAsync(
        ClientSettings settings,
        IConfiguration configuration,
        IReadOnlyCollection<IPEndPoint>? gateways,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(settings.ConnectTimeout));
        var host = Build(settings, configuration, gateways);
        try
        {
            await host.StartAsync(limit.Token);
            var connection = new OrleansConnection(host);
            await connection.Client.ReadyAsync(limit.Token);
            return connection;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            await ((IAsyncDisposable)host).DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            var where = gateways is null ? "the silos in the database" : string.Join(", ", gateways);
            throw new ClientException(
                ClientExitCode.Unavailable,
                $"no silo of cluster {settings.ClusterId} answers within {settings.ConnectTimeout} s at {where}",
                error);
        }
    }

    /// <summary>The gateways of all silos that are active, by the silo's endpoint.</summary>
    internal async Task<Dictionary<string, IPEndPoint>> GetGatewaysAsync(CancellationToken cancellationToken)
    {
        var management = _host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        var silos = await management.GetDetailedHosts(onlyActive: true).WaitAsync(CallLimit, cancellationToken);
        return silos.Where(silo => silo.ProxyPort > 0).ToDictionary(
            silo => silo.SiloAddress.Endpoint.ToString(),
            silo => new IPEndPoint(silo.SiloAddress.Endpoint.Address, silo.ProxyPort));
    }

    /// <summary>Which of these have somebody who listens.</summary>
    internal static async Task<List<IPEndPoint>> FindListeningAsync(
        IEnumerable<IPEndPoint> gateways,
        CancellationToken cancellationToken)
    {
        var tries = gateways.Select(gateway => (Gateway: gateway, Answers: AnswersAsync(gateway, cancellationToken)))
            .ToList();
        var listening = new List<IPEndPoint>();
        foreach (var (gateway, answers) in tries)
        {
            if (await answers)
            {
                listening.Add(gateway);
            }
        }

        return listening;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Closing?.Invoke(this);
        using var limit = new CancellationTokenSource(CallLimit);
        try
        {
            await _host.StopAsync(limit.Token);
        }
        finally
        {
            await ((IAsyncDisposable)_host).DisposeAsync();
        }
    }

    private static IHost Build(
        ClientSettings settings,
        IConfiguration configuration,
        IReadOnlyCollection<IPEndPoint>? gateways)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.AddConfiguration(configuration.GetSection("Logging"));
        builder.Logging.AddSimpleConsole(options => options.SingleLine = true);
        builder.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = settings.ClusterId;
                options.ServiceId = settings.ServiceId;
            });
            if (gateways is null)
            {
                client.UseAdoNetClustering(options =>
                {
                    options.Invariant = "Npgsql";
                    options.ConnectionString = settings.Connection;
                });
            }
            else
            {
                client.UseStaticClustering([.. gateways]);
            }

            client.UseConnectionRetryFilter(async (_, cancellationToken) =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
                return true;
            });
            client.AddGroups();
        });
        return builder.Build();
    }

    private static async Task<bool> AnswersAsync(IPEndPoint gateway, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        using var socket = new TcpClient(gateway.AddressFamily);
        try
        {
            await socket.ConnectAsync(gateway, limit.Token);
            return true;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}
