namespace Orleans.Groups;

/// <summary>
/// Lets clients go elsewhere before the silo's node stops, and ends sessions on other silos for clients that came from
/// there.
/// </summary>
internal sealed class SiloClientsLifecycle(SiloClients clients, SiloGroups groups, IGrainFactory grains)
    : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>How long clients may take at most.</summary>
    private static readonly TimeSpan LongestMove = TimeSpan.FromSeconds(5);

    /// <summary>How often the end of an earlier session is tried; after that its lease ends it.</summary>
    private const int MaxTries = 5;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        clients.CloseElsewhere = key => _ = CloseAsync(key); // Never throws.
        lifecycle.Subscribe(
            nameof(SiloClients),
            ServiceLifecycleStage.Active + 1, // Stops before the scope grain does.
            static _ => Task.CompletedTask,
            cancellationToken => clients.StopAsync(
                TimeSpan.FromTicks(Math.Min(LongestMove.Ticks, clients.Options.ClientLease.Ticks)),
                cancellationToken));
    }

    private async Task CloseAsync(PinnedKey key)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            try
            {
                await grains.GetGrain<IClientSessionGrain>(key.ToString()).CloseAsync().ConfigureAwait(false);
                return;
            }
            catch (Exception exception) // Whatever it is: the lease is what ends a session for certain.
            {
                groups.Host.Core.Logger.CloseElsewhereFailed(exception, key.Silo);
            }

            if (groups.Network.IsDead(SiloNames.ToNode(key.Silo, Guid.Empty)))
            {
                return;
            }

            await Task.Delay(groups.Host.Core.Backoff(tries), clients.Time).ConfigureAwait(false);
        }
    }
}
