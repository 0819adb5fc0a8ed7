using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.InMemory;

/// <summary>What all nodes of a cluster share.</summary>
internal sealed class ClusterCore : EngineCore
{
    private const string Category = "Orleans.Groups.InMemory";

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    internal ClusterCore(InMemoryClusterOptions options)
        : base(
            options.ProcessGroups,
            options.Multicast,
            options.TimeProvider,
            (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger(Category),
            options.Seed ?? (ulong)Random.Shared.NextInt64(),
            Math.Clamp(options.MaxHeldFramesPerLink / 4, 1, 64))
    {
        Options = options;
        Network = new Network(this);
        RecordStore = new InMemoryRecordStore(this);
    }

    internal InMemoryClusterOptions Options { get; }

    internal InMemoryRecordStore RecordStore { get; }

    internal Network Network { get; }

    /// <inheritdoc/>
    internal override INodeNetwork Nodes => Network;

    /// <inheritdoc/>
    internal override IRecordStore Records => RecordStore;

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
