using System.Buffers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.InMemory;

/// <summary>What all nodes of a cluster share.</summary>
internal sealed class ClusterCore
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    private readonly Lock _randomGate = new();
    private readonly DeterministicRandom _random;

    internal ClusterCore(InMemoryClusterOptions options)
    {
        Options = options;
        ProcessGroups = options.ProcessGroups;
        Multicast = options.Multicast;
        RingSettings = RingSettings.From(options.Multicast);
        Time = options.TimeProvider;
        Logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger(Log.Category);
        _random = new DeterministicRandom(options.Seed ?? (ulong)Random.Shared.NextInt64());
        Network = new Network(this);
        RecordStore = new InMemoryRecordStore(this);
    }

    internal InMemoryClusterOptions Options { get; }

    internal ProcessGroupsOptions ProcessGroups { get; }

    internal MulticastOptions Multicast { get; }

    internal RingSettings RingSettings { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal WorkCounter Work { get; } = new();

    internal InMemoryRecordStore RecordStore { get; }

    internal Network Network { get; }

    internal ulong NextSeed()
    {
        lock (_randomGate)
        {
            return _random.NextUInt64();
        }
    }

    internal Guid NextGuid()
    {
        lock (_randomGate)
        {
            return _random.NextGuid();
        }
    }

    /// <summary>
    /// A wait that doubles with every try up to the maximum, of which a random half is left out (S13).
    /// </summary>
    internal TimeSpan Backoff(int tries)
    {
        double factor;
        lock (_randomGate)
        {
            factor = 0.5 + (0.5 * _random.NextDouble());
        }

        var doubled = Multicast.RetryMinimum.Ticks * Math.Pow(2, Math.Min(tries, 30));
        return TimeSpan.FromTicks((long)(Math.Min(doubled, Multicast.RetryMaximum.Ticks) * factor));
    }

    /// <summary>
    /// The frame itself, or with <see cref="InMemoryClusterOptions.EncodeMessages"/> what remains of it on a wire.
    /// </summary>
    internal NodeFrame ThroughCodec(NodeFrame frame)
    {
        if (!Options.EncodeMessages)
        {
            return frame;
        }

        var buffer = _buffer ??= new ArrayBufferWriter<byte>();
        buffer.ResetWrittenCount();
        WireCodec.Encode(frame, buffer);
        var decoded = WireCodec.TryDecode(buffer.WrittenSpan.ToArray(), out var copy, out var error);
        Invariant.Require(decoded, $"what was encoded can be decoded, but: {error}");
        return copy!;
    }
}
