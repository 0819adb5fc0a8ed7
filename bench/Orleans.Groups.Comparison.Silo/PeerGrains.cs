using Orleans.BroadcastChannel;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Streams;

namespace Orleans.Groups.Comparison;

/// <summary>A receiver of a fan-out; there is one per silo, which lives where it was called first.</summary>
[Alias("Orleans.Groups.Comparison.IReceiver")]
public interface IReceiver : IGrainWithStringKey
{
    /// <summary>Has it live here.</summary>
    [Alias("Settle")]
    Task SettleAsync();

    /// <summary>Takes a message.</summary>
    [Alias("Take")]
    Task TakeAsync(Immutable<byte[]> message);
}

/// <summary>A receiver of calls.</summary>
[PreferLocalPlacement]
[GrainType(Type)]
public sealed class CallReceiver : Grain, IReceiver
{
    /// <summary>Its type in grain ids.</summary>
    internal const string Type = "call-receiver";

    /// <inheritdoc/>
    public Task SettleAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task TakeAsync(Immutable<byte[]> message)
    {
        PeerCount.Add();
        return Task.CompletedTask;
    }
}

/// <summary>
/// What a receiver of a channel and of a stream has. Orleans makes one subscriber per type and channel, so there is a
/// type per silo.
/// </summary>
public abstract class SubscribedReceiver : Grain, IReceiver, IOnBroadcastChannelSubscribed
{
    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stream = this.GetStreamProvider(PeerNames.Stream)
            .GetStream<byte[]>(StreamId.Create(PeerNames.Namespace, PeerNames.Key));
        await stream.SubscribeAsync((_, _) => TakeAsync(default));
    }

    /// <inheritdoc/>
    public Task OnSubscribed(IBroadcastChannelSubscription streamSubscription) =>
        streamSubscription.Attach<Immutable<byte[]>>(TakeAsync);

    /// <inheritdoc/>
    public Task SettleAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task TakeAsync(Immutable<byte[]> message)
    {
        PeerCount.Add();
        return Task.CompletedTask;
    }
}

/// <summary>The one of the first silo.</summary>
[PreferLocalPlacement]
[GrainType("receiver-0")]
[ImplicitChannelSubscription(PeerNames.Namespace)]
[ImplicitStreamSubscription(PeerNames.Namespace)]
public sealed class FirstReceiver : SubscribedReceiver;

/// <summary>The one of the second silo.</summary>
[PreferLocalPlacement]
[GrainType("receiver-1")]
[ImplicitChannelSubscription(PeerNames.Namespace)]
[ImplicitStreamSubscription(PeerNames.Namespace)]
public sealed class SecondReceiver : SubscribedReceiver;

/// <summary>The one of the third silo.</summary>
[PreferLocalPlacement]
[GrainType("receiver-2")]
[ImplicitChannelSubscription(PeerNames.Namespace)]
[ImplicitStreamSubscription(PeerNames.Namespace)]
public sealed class ThirdReceiver : SubscribedReceiver;
