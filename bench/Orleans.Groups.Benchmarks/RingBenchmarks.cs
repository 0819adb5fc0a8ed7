using BenchmarkDotNet.Attributes;
using Orleans.Groups.InMemory;

namespace Orleans.Groups.Benchmarks;

/// <summary>A ring with one sender: messages until all have processed them, and the wait for one confirm.</summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    private InMemoryCluster _cluster = null!;
    private IMulticastGroup _sender = null!;
    private byte[] _payload = null!;

    /// <summary>Members of the ring, one per node.</summary>
    [Params(3, 8)]
    public int Members { get; set; }

    /// <summary>Payload bytes.</summary>
    [Params(100, 1_000)]
    public int Bytes { get; set; }

    /// <summary>Messages per invocation of <see cref="Broadcast"/>.</summary>
    public int Messages { get; set; } = 100_000;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _cluster = new InMemoryCluster();
        _payload = new byte[Bytes];
        for (var index = 0; index < Members; index++)
        {
            var place = await _cluster.AddNode($"n{index}").Multicast.JoinAsync("ring", new SilentHandler());
            _sender ??= place;
        }
    }

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _cluster.DisposeAsync();

    [Benchmark]
    public async Task Broadcast()
    {
        for (var message = 1; message < Messages; message++)
        {
            await _sender.BroadcastAsync(_payload);
        }

        (await _sender.ConfirmedBroadcastAsync(_payload, ConfirmLevel.ProcessedByAll)).ThrowIfNotOk();
    }

    [Benchmark]
    public async Task Confirm() => (await _sender.ConfirmedBroadcastAsync(_payload)).ThrowIfNotOk();

    private sealed class SilentHandler : MulticastHandler
    {
        public override ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) => default;
    }
}
