using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Orleans.Groups;

/// <summary>Activates grains again that have ended on this silo without having left their groups.</summary>
/// <remarks>
/// When the silo stops, its grains end after everything else of the application; then the stop waits, for a limited
/// time, until they have been activated elsewhere. A grain that comes to another silo that is stopping is brought back
/// by that one in turn (<see cref="GrainRevival"/>); the last silo has nobody to bring anything back to.
/// </remarks>
internal sealed class GrainReviver(
    IGrainFactory grains,
    SiloGroups silo,
    IClusterMembershipService membership,
    ILoggerFactory loggerFactory)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>So often a grain is called; the waits between double, and follow the settings for retries.</summary>
    private const int MaxTries = 10;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = loggerFactory.CreateLogger("Orleans.Groups");
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Grains that are being brought back.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _running.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(
            nameof(GrainReviver),
            ServiceLifecycleStage.GrainDirectoryShutdown, // Stages stop downwards: behind the last grain.
            static _ => Task.CompletedTask,
            StopAsync);

    /// <summary>Brings a grain back. Does not wait.</summary>
    internal void Revive(GrainId grain, ImmutableArray<GrainMembership> memberships)
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            // On a thread of its own, so that it cannot end before it is known to run.
            var run = Task.Run(() => ReviveAsync(grain, [.. memberships], _stop.Token));
            _running.Add(run);
            run.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => Forget(run));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Never throws.</summary>
    private async Task ReviveAsync(GrainId grain, GrainMembership[] memberships, CancellationToken stopping)
    {
        var core = silo.Network.Core;
        core.Work.Begin();
        Exception? failure = null;
        try
        {
            for (var tries = 0; tries < MaxTries; tries++)
            {
                if (silo.Host.IsStopping && !HasOtherSilos())
                {
                    return;
                }

                try
                {
                    await grains.GetGrain<IGrainRevival>(grain).RejoinAsync(memberships).AsTask()
                        .WaitAsync(stopping)
                        .ConfigureAwait(false);
                    return;
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    failure = exception;
                }

                await Task.Delay(core.Backoff(tries), core.Time, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception)
        {
            failure ??= exception;
        }
        finally
        {
            core.Work.End();
        }

        _logger.GrainNotRevived(failure, grain);
    }

    private bool HasOtherSilos() =>
        membership.CurrentSnapshot.Members.Values.Any(member =>
            member.Status == SiloStatus.Active && !member.SiloAddress.Equals(silo.Network.Silo));

    private void Forget(Task run)
    {
        lock (_gate)
        {
            _running.Remove(run);
        }
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        try
        {
            await Task.WhenAll(running)
                .WaitAsync(StopLimit, silo.Network.Core.Time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // Whoever is left is named in the log.
        }

        Task cancelling;
        lock (_gate)
        {
            cancelling = _stop.CancelAsync();
        }

        await cancelling.ConfigureAwait(false);
    }
}
