using Microsoft.Extensions.Logging;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>What the node of a silo works with.</summary>
internal sealed class SiloCore : EngineCore
{
    /// <summary>Most frames of one scope that wait for one peer before a snapshot is better.</summary>
    private const int FramesPerScope = 64;

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
