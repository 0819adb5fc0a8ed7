using Microsoft.Extensions.Logging;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>What the node of a silo works with.</summary>
internal sealed class SiloCore : EngineCore
{
    /// <summary>Most frames of one scope that wait for one peer before a snapshot is better.</summary>
    private const int FramesPerScope = 64;

    /// <summary>What a frame of a ring has beside its messages: names and numbers, mostly less than that.</summary>
    private const int FrameHeaderBytes = 1024;

    private readonly IRecordStore _records;
    private INodeNetwork? _nodes;

    internal SiloCore(
        GroupsOptions options,
        TimeProvider time,
        ILogger logger,
        ulong seed,
        RecordStoreFactory records,
        WorkCounter? work,
        GroupsInstruments instruments)
        : base(options.ProcessGroups, options.Multicast, time, logger, seed, FramesPerScope, work, instruments)
    {
        Instruments = instruments;

        // A frame that fits into a batch of a link is written where it is sent from, and read where it has arrived. A
        // larger one takes large memory at both ends, and is copied once more to be put together.
        var fitting = SiloNetwork.Settings.MaxBatchBytes - FrameHeaderBytes;
        RingSettings = RingSettings with { MaxFrameBytes = Math.Min(RingSettings.MaxFrameBytes, fitting) };
        _records = new WatchedRecordStore(records(Work, time), instruments.Records, time);
    }

    /// <summary>What is counted.</summary>
    internal GroupsInstruments Instruments { get; }

    /// <inheritdoc/>
    internal override INodeNetwork Nodes =>
        _nodes ?? throw new InvariantViolationException("the network is set before anything uses it");

    /// <inheritdoc/>
    internal override IRecordStore Records => _records;

    /// <summary>Sets the network. Once, before anything else.</summary>
    internal void Connect(INodeNetwork nodes) => _nodes = nodes;
}
