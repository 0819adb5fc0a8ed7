using BenchmarkDotNet.Attributes;
using Orleans.Groups.Comparison;

namespace Orleans.Groups.Benchmarks;

/// <summary>The machines of a ring alone: no engine, no thread, no queue.</summary>
[MemoryDiagnoser]
public class RingMachineBenchmarks
{
    private RingOnPaper _ring = null!;
    private ReadOnlyMemory<byte>[] _payloads = null!;

    /// <summary>Members of the ring.</summary>
    [Params(3, 16)]
    public int Members { get; set; }

    /// <summary>Messages that are published in one batch.</summary>
    [Params(1, 100)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _ring = new RingOnPaper();
        for (var member = 0; member < Members; member++)
        {
            _ring.Add();
        }

        _payloads = [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[100], Batch)];
    }

    /// <summary>Round the ring, back, and once more with the ack.</summary>
    [Benchmark]
    public long Broadcast()
    {
        _ring.Broadcast(_payloads);
        return _ring.Delivered;
    }
}
