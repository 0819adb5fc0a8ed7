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

    private const string MarkKey = "orleans-groups-revival";

    private readonly ILogger _logger = loggerFactory.CreateLogger("Orleans.Groups");
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();

    /// <summary>Grains that are being brought back, and what came for them meanwhile.</summary>
    private readonly Dictionary<GrainId, Revival> _revivals = [];

    /// <summary>How long the stop of the silo waits for grains to be activated elsewhere.</summary>
    internal TimeSpan StopLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Grains that are being brought back.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _revivals.Count;
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

    /// <summary>
    /// Brings a grain back. Does not wait. When it is being brought back already, it is once more after that.
    /// </summary>
    internal void Revive(GrainId grain, ImmutableArray<GrainMembership> memberships)
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            if (_revivals.TryGetValue(grain, out var running))
            {
                running.Next = [.. memberships];
                return;
            }

            silo.Network.Core.Work.Begin();
            var revival = new Revival(grain) { Next = [.. memberships] };
            _revivals.Add(grain, revival);
            revival.Run = Task.Run(() => RunAsync(revival, _stop.Token));
        }
    }

    /// <summary>Whether the code that asks is activated by a call that brings its grain back.</summary>
    internal static bool IsReviving(GrainId grain) => RequestContext.Get(MarkKey) as string == grain.ToString();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Never throws.</summary>
    private async Task RunAsync(Revival revival, CancellationToken stopping)
    {
        try
        {
            while (TakeNext(revival) is { } memberships)
            {
                if (await ReviveAsync(revival.Grain, memberships, stopping).ConfigureAwait(false) is { } failure)
                {
                    GiveUp(revival, failure);
                    break;
                }
            }
        }
        catch (Exception exception) // The silo has waited for long enough.
        {
            GiveUp(revival, exception);
        }
        finally
        {
            silo.Network.Core.Work.End();
        }
    }

    private void GiveUp(Revival revival, Exception failure)
    {
        lock (_gate)
        {
            _revivals.Remove(revival.Grain);
        }

        _logger.GrainNotRevived(failure, revival.Grain);
    }

    /// <returns>
    /// Why it was given up; <see langword="null"/> when the grain is back, or nobody is left to have it.
    /// </returns>
    private async Task<Exception?> ReviveAsync(
        GrainId grain,
        GrainMembership[] memberships,
        CancellationToken stopping)
    {
        // Told to the activation that the call makes: if that fails, this goes on, and nobody else need begin.
        RequestContext.Set(MarkKey, grain.ToString());
        var core = silo.Network.Core;
        Exception? failure = null;
        for (var tries = 0; tries < MaxTries; tries++)
        {
            if (silo.Host.IsStopping && !HasOtherSilos())
            {
                return null;
            }

            try
            {
                await grains.GetGrain<IGrainRevival>(grain).RejoinAsync(memberships).AsTask()
                    .WaitAsync(stopping)
                    .ConfigureAwait(false);
                return null;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                failure = exception;
            }

            await Task.Delay(core.Backoff(tries), core.Time, stopping).ConfigureAwait(false);
        }

        return failure;
    }

    /// <summary>What to bring the grain back for; <see langword="null"/> when that is done.</summary>
    private GrainMembership[]? TakeNext(Revival revival)
    {
        lock (_gate)
        {
            var next = revival.Next;
            revival.Next = null;
            if (next is null)
            {
                _revivals.Remove(revival.Grain); // From here on another revival may begin.
            }

            return next;
        }
    }

    private bool HasOtherSilos() =>
        membership.CurrentSnapshot.Members.Values.Any(member =>
            member.Status == SiloStatus.Active && !member.SiloAddress.Equals(silo.Network.Silo));

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _revivals.Values.Select(static revival => revival.Run)];
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

    private sealed class Revival(GrainId grain)
    {
        internal GrainId Grain { get; } = grain;

        internal GrainMembership[]? Next { get; set; }

        internal Task Run { get; set; } = Task.CompletedTask;
    }
}
