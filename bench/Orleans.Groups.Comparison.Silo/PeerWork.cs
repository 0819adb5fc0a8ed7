using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.BroadcastChannel;
using Orleans.Concurrency;
using Orleans.Streams;

namespace Orleans.Groups.Comparison;

/// <summary>What a user of Orleans would write without this library to reach one receiver on each silo.</summary>
internal sealed class PeerWork(IServiceProvider services)
{
    private readonly IGrainFactory _grains = services.GetRequiredService<IGrainFactory>();

    /// <summary>Performs one command.</summary>
    internal async Task<JsonNode?> PerformAsync(string verb, JsonElement command)
    {
        int Whole(string name) => command.GetProperty(name).GetInt32();
        switch (verb)
        {
            case "peer-settle":
                await SettleAsync(Whole("silo"));
                return null;
            case "peer-expect":
                PeerCount.Expect(Whole("count"));
                return null;
            case "peer-await-expected":
                return await PeerCount.Expected;
            case "peer-send":
                var send = Sender(command.GetProperty("way").GetString()!, Whole("bytes"));
                return await SendAsync(send, Whole("count"), Whole("inFlight"));
            case "peer-answer":
                var one = Sender(command.GetProperty("way").GetString()!, Whole("bytes"));
                return await AnswerAsync(one, Whole("count"));
            default:
                throw new ArgumentException($"unknown command {verb}", nameof(verb));
        }
    }

    /// <summary>Activates this silo's receivers here.</summary>
    private async Task SettleAsync(int silo)
    {
        await _grains.GetGrain<IReceiver>(GrainId.Create(CallReceiver.Type, $"{silo}")).SettleAsync();
        await _grains.GetGrain<IRelay>(GrainId.Create(RelayGrain.Type, $"{silo}")).SettleAsync();
        var id = GrainId.Create($"receiver-{silo}", PeerNames.Key);
        await _grains.GetGrain<IReceiver>(id).SettleAsync();
    }

    private Func<Task> Sender(string way, int bytes)
    {
        var payload = new byte[bytes];
        switch (way)
        {
            case "calls":
                var receivers = Enumerable.Range(0, PeerNames.Silos)
                    .Select(silo => _grains.GetGrain<IReceiver>(GrainId.Create(CallReceiver.Type, $"{silo}")))
                    .ToArray();
                return () => Task.WhenAll(receivers.Select(receiver => receiver.TakeAsync(payload.AsImmutable())));
            case "channel":
                var writer = services.GetRequiredKeyedService<IBroadcastChannelProvider>(PeerNames.Channel)
                    .GetChannelWriter<Immutable<byte[]>>(ChannelId.Create(PeerNames.Namespace, PeerNames.Key));
                return () => writer.Publish(payload.AsImmutable());
            case "stream":
                var stream = services.GetRequiredKeyedService<IStreamProvider>(PeerNames.Stream)
                    .GetStream<byte[]>(StreamId.Create(PeerNames.Namespace, PeerNames.Key));
                return () => QueueAsync(stream, payload);
            case "relay":
                var second = _grains.GetGrain<IRelay>(GrainId.Create(RelayGrain.Type, "1"));
                return () => second.HandOnAsync(1, payload.AsImmutable());
            case "lap":
                var answered = _grains.GetGrain<IRelay>(GrainId.Create(RelayGrain.Type, "1"));
                return () => LapAsync(answered.LapAsync, payload);
            case "lap-one-way":
                var silent = _grains.GetGrain<IRelay>(GrainId.Create(RelayGrain.Type, "1"));
                return () => LapAsync(silent.LapOneWayAsync, payload);
            default:
                throw new ArgumentException($"unknown way {way}", nameof(way));
        }
    }

    private static Task LapAsync(Func<int, Immutable<byte[]>, Task> first, byte[] payload)
    {
        var lap = RelayLap.BeginAsync();
        first(PeerNames.Silos - 1, payload.AsImmutable()).Ignore();
        return lap;
    }

    /// <summary>
    /// A queue of a memory stream holds 16 384 events, and refuses more instead of letting the sender wait.
    /// </summary>
    private static async Task QueueAsync(IAsyncStream<byte[]> stream, byte[] payload)
    {
        while (true)
        {
            try
            {
                await stream.OnNextAsync(payload);
                return;
            }
            catch (InvalidOperationException full) when (full.Message.Contains("maximum", StringComparison.Ordinal))
            {
                await Task.Delay(1);
            }
        }
    }

    /// <summary>Sends with so many under way at any time.</summary>
    /// <returns>When it began and when the last send had completed.</returns>
    private static async Task<JsonNode?> SendAsync(Func<Task> send, int count, int inFlight)
    {
        var start = Clock.Now;
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await send();
            }
        })));
        return new JsonObject { ["start"] = start, ["end"] = Clock.Now };
    }

    /// <summary>Sends one after the other.</summary>
    /// <returns>The median of nanoseconds until each had completed.</returns>
    private static async Task<JsonNode?> AnswerAsync(Func<Task> send, int count)
    {
        var times = new double[count];
        for (var index = 0; index < count; index++)
        {
            var start = Clock.Now;
            await send();
            times[index] = Clock.Now - start;
        }

        return Clock.Median(times);
    }
}
