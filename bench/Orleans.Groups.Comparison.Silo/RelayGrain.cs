using Orleans.Concurrency;
using Orleans.Placement;

namespace Orleans.Groups.Comparison;

/// <summary>A ring of bare calls: each silo's grain hands on to that of the next silo.</summary>
[Alias("Orleans.Groups.Comparison.IRelay")]
public interface IRelay : IGrainWithStringKey
{
    /// <summary>Has it live here.</summary>
    [Alias("Settle")]
    Task SettleAsync();

    /// <summary>Hands on through so many more silos; answers when the last one has it.</summary>
    [Alias("HandOn")]
    Task HandOnAsync(int hops, Immutable<byte[]> message);

    /// <summary>Goes around, and ends where <see cref="RelayLap"/> waits; each answers at once.</summary>
    [Alias("Lap")]
    Task LapAsync(int hops, Immutable<byte[]> message);

    /// <summary>Goes around, and ends where <see cref="RelayLap"/> waits; nobody answers.</summary>
    [Alias("LapOneWay")]
    [OneWay]
    Task LapOneWayAsync(int hops, Immutable<byte[]> message);
}

/// <summary>The grain of a silo; its key is the silo's number.</summary>
[PreferLocalPlacement]
[GrainType(Type)]
[Reentrant]
public sealed class RelayGrain : Grain, IRelay
{
    /// <summary>Its type in grain ids.</summary>
    internal const string Type = "relay";

    private IRelay? _next;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _next = GrainFactory.GetGrain<IRelay>(GrainId.Create(Type, PeerNames.NextSilo(this.GetPrimaryKeyString())));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task SettleAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task HandOnAsync(int hops, Immutable<byte[]> message) =>
        hops == 0 ? Task.CompletedTask : _next!.HandOnAsync(hops - 1, message);

    /// <inheritdoc/>
    public Task LapAsync(int hops, Immutable<byte[]> message)
    {
        if (hops == 0)
        {
            RelayLap.End();
        }
        else
        {
            _next!.LapAsync(hops - 1, message).Ignore();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task LapOneWayAsync(int hops, Immutable<byte[]> message)
    {
        if (hops == 0)
        {
            RelayLap.End();
            return Task.CompletedTask;
        }

        return _next!.LapOneWayAsync(hops - 1, message);
    }
}

/// <summary>The one lap that is under way in this process.</summary>
internal static class RelayLap
{
    private static TaskCompletionSource _lap = new();

    /// <summary>Begins; completes when <see cref="End"/> is called.</summary>
    internal static Task BeginAsync() => (_lap = new TaskCompletionSource()).Task;

    /// <summary>It is back.</summary>
    internal static void End() => _lap.TrySetResult();
}
