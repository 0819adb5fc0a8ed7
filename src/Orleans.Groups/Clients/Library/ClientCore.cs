using Microsoft.Extensions.Logging;

namespace Orleans.Groups;

/// <summary>What everything of one client works with.</summary>
internal sealed class ClientCore(
    GroupsClientOptions options,
    IClientTransport transport,
    TimeProvider time,
    ILogger logger,
    ClientGateways? gateways = null) : IDisposable
{
    private static readonly TimeSpan ShortestBackoff = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();

    internal GroupsClientOptions Options { get; } = options;

    internal IClientTransport Transport { get; } = transport;

    internal TimeProvider Time { get; } = time;

    internal ILogger Logger { get; } = logger;

    /// <summary>Through which answers come.</summary>
    internal ClientGateways Gateways { get; } = gateways ?? new ClientGateways();

    /// <summary>Cancelled when the client has stopped.</summary>
    internal CancellationToken Stopped => _stop.Token;

    /// <summary>Whether it has stopped, or is about to.</summary>
    internal bool IsStopping { get; set; }

    /// <summary>Ends all waiting.</summary>
    internal void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    internal static GroupException ShuttingDown(string what) =>
        new(GroupErrorCode.ShuttingDown, isTransient: false, $"{what}: the client has stopped or is stopping.");

    /// <summary>Waits before something is tried again: longer each time, with jitter.</summary>
    internal Task BackOffAsync(int tries)
    {
        var doubled = ShortestBackoff.Ticks * Math.Pow(2, Math.Min(tries, 20));
        var wait = Math.Min(doubled, LongestBackoff.Ticks) * (0.5 + (0.5 * Random.Shared.NextDouble()));
        return Task.Delay(TimeSpan.FromTicks((long)wait), Time, Stopped);
    }

    /// <summary>Whether some silo says that a silo is dead; <see langword="false"/> when nobody answers.</summary>
    internal async Task<bool> IsDeadAsync(SiloAddress silo)
    {
        try
        {
            var reply = await Transport.GreetAsync(new GatewayRequest { AskedAfter = silo })
                .WaitAsync(Options.CallTimeout, Time, Stopped)
                .ConfigureAwait(false);
            return reply.IsDead;
        }
        catch (Exception exception)
        {
            Logger.ClientCallFailed(exception, "Greet", silo);
            return false;
        }
    }
}
