using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace Orleans.Groups.ClientProgram;

/// <summary>
/// A cluster of Orleans silos: one connection for questions, and one more per place, each bound to one silo.
/// </summary>
internal sealed class OrleansCluster : ICluster
{
    private readonly ClientSettings _settings;
    private readonly IConfiguration _configuration;
    private readonly OrleansConnection _connection;
    private readonly Lock _lock = new();
    private readonly List<OrleansConnection> _places = [];
    private Dictionary<string, IPEndPoint> _gateways = [];

    private OrleansCluster(ClientSettings settings, IConfiguration configuration, OrleansConnection connection)
    {
        _settings = settings;
        _configuration = configuration;
        _connection = connection;
    }

    /// <inheritdoc/>
    public IGroups Groups => _connection.Client;

    /// <summary>Finds the cluster.</summary>
    /// <exception cref="ClientException">No silo answers in time.</exception>
    internal static async Task<OrleansCluster> ConnectAsync(
        ClientSettings settings,
        IConfiguration configuration,
        CancellationToken cancellationToken)
    {
        var gateways = settings.UsesDatabase ? null : await FindGatewaysAsync(settings, cancellationToken);
        return new OrleansCluster(
            settings,
            configuration,
            await OrleansConnection.OpenAsync(settings, configuration, gateways, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<IProcessGroups> OpenScopeAsync(ScopeName? scope, CancellationToken cancellationToken)
    {
        var groups = scope is { } name ? Groups.GetProcessGroups(name) : Groups.ProcessGroups;
        await InTimeAsync(stop => _connection.Client.ReadyAsync(groups.Scope, stop), cancellationToken);
        return groups;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<ScopeName>> GetScopesAsync(CancellationToken cancellationToken) =>
        await InTimeAsync(stop => _connection.Management.GetScopesAsync(stop).AsTask(), cancellationToken);

    /// <inheritdoc/>
    public async Task<RingView> GetRingAsync(GroupName group, CancellationToken cancellationToken)
    {
        var report = await InTimeAsync(
            stop => _connection.Management.GetRingAsync(group, stop).AsTask(),
            cancellationToken);
        return new RingView(report.Members, report.Silent);
    }

    /// <inheritdoc/>
    public async Task<IPlace> OpenPlaceAsync(IReadOnlyCollection<string> avoid, CancellationToken cancellationToken)
    {
        await RefreshGatewaysAsync(cancellationToken);
        Exception? last = null;
        var candidates = _gateways.ToArray();
        Random.Shared.Shuffle(candidates);
        foreach (var (silo, gateway) in candidates.OrderBy(candidate => avoid.Contains(candidate.Key)))
        {
            if ((await OrleansConnection.FindListeningAsync([gateway], cancellationToken)).Count == 0)
            {
                continue;
            }

            try
            {
                var place = await OrleansConnection.OpenAsync(_settings, _configuration, [gateway], cancellationToken);
                place.Closing = Forget;
                lock (_lock)
                {
                    _places.Add(place);
                }

                return place;
            }
            catch (ClientException error)
            {
                last = error;
            }
        }

        throw new ClientException(ClientExitCode.Unavailable, "no silo takes a connection now", last);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<OrleansConnection> all;
        lock (_lock)
        {
            all = [_connection, .. _places];
        }

        await Task.WhenAll(all.Select(connection => connection.CloseAsync()));
    }

    private static async Task<List<IPEndPoint>> FindGatewaysAsync(
        ClientSettings settings,
        CancellationToken cancellationToken)
    {
        var gateways = await settings.ResolveGatewaysAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(settings.ConnectTimeout));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        try
        {
            while (true)
            {
                if (await OrleansConnection.FindListeningAsync(gateways, limit.Token) is { Count: > 0 } listening)
                {
                    return listening;
                }

                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var where = settings.Gateway.Count > 0 ? string.Join(", ", settings.Gateway)
                : $"127.0.0.1, ports {gateways[0].Port} to {gateways[^1].Port}";
            throw new ClientException(
                ClientExitCode.Unavailable,
                $"no silo listens at {where} within {settings.ConnectTimeout} s; start one, or say with --gateway "
                + "where one is");
        }
    }

    private void Forget(OrleansConnection place)
    {
        lock (_lock)
        {
            _places.Remove(place);
        }
    }

    /// <summary>Any connection will do; when none answers, what was known before has to.</summary>
    private async Task RefreshGatewaysAsync(CancellationToken cancellationToken)
    {
        List<OrleansConnection> all;
        lock (_lock)
        {
            all = [_connection, .. Enumerable.Reverse(_places)];
        }

        foreach (var connection in all)
        {
            try
            {
                _gateways = await connection.GetGatewaysAsync(cancellationToken);
                return;
            }
            catch (Exception error) when (error is TimeoutException or OrleansException or InvalidOperationException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task InTimeAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken) =>
        await InTimeAsync(
            async stop =>
            {
                await action(stop);
                return true;
            },
            cancellationToken);

    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(_settings.ConnectTimeout));
        try
        {
            return await action(limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClientException(
                ClientExitCode.Unavailable,
                $"the cluster does not answer within {_settings.ConnectTimeout} s",
                error);
        }
    }
}
