using System.Buffers.Binary;
using System.Collections.Frozen;
using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>
/// Looks on: numbers the events and gives them to the checkers, counts situations, hashes everything, writes a trace.
/// </summary>
internal sealed class WorldLog : IWorldWatcher
{
    private static readonly FrozenDictionary<Type, ulong> Kinds = typeof(LogEvent).GetNestedTypes()
        .ToFrozenDictionary(static kind => kind, static kind => StableHash.Of(kind.Name));

    private readonly CheckerRun _checkers;
    private readonly ProtocolRecorder _storeRecorder;
    private readonly MarkSpotter _spotter;
    private readonly Trace? _trace;
    private readonly Dictionary<MemberId, string> _texts = [];
    private World? _world;

    internal WorldLog(CheckSettings settings, Trace? trace)
    {
        _checkers = new CheckerRun(settings, isRealTime: true);
        _trace = trace;
        _spotter = new MarkSpotter(Note);
        _storeRecorder = new ProtocolRecorder(new Recorder(this, ""));
    }

    /// <inheritdoc/>
    public long LastSeq { get; private set; }

    /// <summary>Packets that were sent.</summary>
    internal long Packets { get; private set; }

    /// <summary>Of everything that was logged and sent.</summary>
    internal ulong Hash { get; private set; }

    /// <summary>How often each mark was seen.</summary>
    internal long[] Marks { get; } = new long[MarkNames.Count];

    /// <summary>What no log event shows.</summary>
    internal List<Violation> Violations { get; } = [];

    /// <summary>Whether anything is broken so far.</summary>
    internal bool HasFound => Violations.Count > 0 || _checkers.Findings.Counts.Count > 0;

    internal void Attach(World world) => _world = world;

    /// <inheritdoc/>
    public void Log(LogEvent logEvent)
    {
        logEvent.Seq = ++LastSeq;
        logEvent.Order = LastSeq;
        logEvent.T = _world!.Now;
        var kind = Kinds[logEvent.GetType()];
        Hash = StableHash.Combine(Hash, kind + (ulong)logEvent.T + DigestOf(logEvent));
        _trace?.Write(logEvent);
        _spotter.Logged(logEvent);
        _checkers.Add(logEvent);
    }

    /// <inheritdoc/>
    public void Note(Mark mark) => Marks[(int)mark]++;

    /// <inheritdoc/>
    public IProtocolObserver? WatchNode(SimNode node) => new NodeWatch(this, node);

    /// <inheritdoc/>
    public void RecordWritten(RecordEdit edit, GroupRecord after)
    {
        _storeRecorder.RecordWritten(edit, after);
        _spotter.RecordWritten(edit, after);
    }

    /// <inheritdoc/>
    public void RecordLost(GroupName group) => _storeRecorder.RecordLost(group);

    /// <inheritdoc/>
    public void PacketSent(SimNode from, NodeId to, LinkMessage message, ReadOnlySpan<byte> bytes)
    {
        Packets++;
        Hash = StableHash.Combine(Hash, HashOf(bytes) + (ulong)_world!.Now);
        _trace?.Packet(_world.Now, from, to, message);
    }

    /// <inheritdoc/>
    public void Tell(SimNode? node, string what, object detail) => _trace?.Tell(_world!.Now, node, what, detail);

    /// <inheritdoc/>
    public void Violated(string property, string sentence)
    {
        _trace?.Tell(_world!.Now, null, "VIOLATION", $"{property}: {sentence}");
        Violations.Add(new Violation(property, sentence, []));
    }

    /// <summary>All that was found.</summary>
    internal CheckReport Finish() => _checkers.Finish(static _ => []);

    private static ulong HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * 0x9E37_79B9_7F4A_7C15;
            hash ^= hash >> 29;
            bytes = bytes[8..];
        }

        foreach (var one in bytes)
        {
            hash = (hash ^ one) * 0x9E37_79B9_7F4A_7C15;
        }

        return hash;
    }

    /// <summary>What tells one event of a kind from another.</summary>
    private static ulong DigestOf(LogEvent logEvent) => logEvent switch
    {
        LogEvent.Deliver e => (ulong)e.Num + StableHash.Of(e.Hash),
        LogEvent.Receive e => (ulong)((e.First * 31) + e.Last),
        LogEvent.Adopt e => (ulong)e.Ver + StableHash.Of(e.Epoch),
        LogEvent.RegWrite e => (ulong)e.Ver + StableHash.Of(e.Epoch),
        LogEvent.Confirm e => (ulong)((e.Call * 8) + (int)e.Status),
        LogEvent.Read e => (ulong)e.Result.Length,
        LogEvent.Applied e => (ulong)e.Ver,
        LogEvent.MonEvent e => (ulong)((e.N * 31) + e.Members.Length),
        LogEvent.Op e => (ulong)((e.Id * 8) + (int)e.Phase),
        LogEvent.Progress e => (ulong)((e.Published * 31) + e.Acked),
        _ => 0,
    };

    private string TextOf(MemberId member)
    {
        if (!_texts.TryGetValue(member, out var text))
        {
            _texts.Add(member, text = LogIds.Of(member));
        }

        return text;
    }

    private sealed class Recorder(WorldLog log, string node) : INodeLog
    {
        public void Log(LogEvent logEvent)
        {
            logEvent.Node = node;
            log.Log(logEvent);
        }

        public string TextOf(MemberId member) => log.TextOf(member);

        public string TextOf(NodeId node) => log._world!.TextOf(node);
    }

    private sealed class NodeWatch(WorldLog log, SimNode node) : IProtocolObserver
    {
        private readonly ProtocolRecorder _recorder = new(new Recorder(log, node.Text));

        public void RingStepped(
            GroupName group,
            MemberId self,
            RingInput input,
            ReadOnlySpan<RingEffect> effects,
            GroupRecord? before,
            GroupRecord? after)
        {
            log._trace?.Ring(log._world!.Now, self, input, effects);
            _recorder.RingStepped(group, self, input, effects, before, after);
            log._spotter.RingStepped(self, input, effects, after);
        }

        public void ScopeStepped(ScopeInput input, ReadOnlySpan<ScopeEffect> effects, ScopeStatus after)
        {
            log._trace?.Scope(log._world!.Now, node, input, effects);
            _recorder.ScopeStepped(input, effects, after);
            log._spotter.ScopeStepped(input, effects);
        }

        public void RecordWritten(RecordEdit edit, GroupRecord after) => log.RecordWritten(edit, after);

        public void RecordLost(GroupName group) => log.RecordLost(group);
    }
}
