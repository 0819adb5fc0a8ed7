using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>
/// The third engine: nodes with the production machines on a made-up network, clock, membership and record store, on
/// one thread. What happens is a function of the settings, the seed and what is done to it.
/// </summary>
/// <remarks>
/// All state is plain objects without delegates, tasks or threads; only what is marked <see cref="WatcherAttribute"/>
/// looks on from outside and is no part of it. So a world can be copied, and two worlds compared.
/// </remarks>
internal sealed partial class World
{
    private readonly EventQueue _queue = new();
    private readonly DeterministicRandom _ids;
    [Watcher]
    private readonly Dictionary<MemberId, string> _texts = []; // Only so that they need not be made again.
    private readonly Dictionary<NodeId, string> _nodeTexts = [];

    private long _lastSeq;

    /// <summary>Makes a world without nodes.</summary>
    /// <param name="settings">What it is made of.</param>
    /// <param name="seed">Of everything that is left to chance.</param>
    /// <param name="watcher">Who looks on, if anybody does.</param>
    internal World(WorldSettings settings, ulong seed, IWorldWatcher? watcher = null)
    {
        Settings = settings;
        Seed = seed;
        Watcher = watcher;
        _ids = new DeterministicRandom(seed ^ 0x1D5);
        Random = new DeterministicRandom(seed ^ 0xACC1DE);
        Store = new RecordStore(this);
    }

    internal WorldSettings Settings { get; }

    internal ulong Seed { get; }

    /// <summary>For what belongs to no node and no wire.</summary>
    internal DeterministicRandom Random { get; }

    /// <summary>Virtual time in microseconds.</summary>
    internal long Now { get; private set; }

    /// <summary>Counts what has happened.</summary>
    internal long Steps { get; private set; }

    /// <summary>All lives of nodes that ever were, in the order in which they began.</summary>
    internal List<SimNode> Nodes { get; } = [];

    internal RecordStore Store { get; }

    /// <summary>Whether all faults are over.</summary>
    internal bool IsHealed { get; private set; }

    /// <summary>Members that others wanted out of their ring because they were slow.</summary>
    internal HashSet<MemberId> Ejected { get; } = [];

    /// <summary>Who looks on.</summary>
    [Watcher]
    internal IWorldWatcher? Watcher { get; set; }

    /// <summary>Nodes that run, whatever the others think of them.</summary>
    internal IEnumerable<SimNode> Running => Nodes.Where(static node => node.IsRunning);

    /// <summary>What is scheduled.</summary>
    internal EventQueue Queue => _queue;

    /// <summary>Something will happen after a time.</summary>
    internal void Schedule(long after, SimEvent next)
    {
        next.At = Now + Math.Max(0, after);
        next.Seq = ++_lastSeq;
        _queue.Add(next);
    }

    /// <summary>Lets the next thing happen; <see langword="false"/> when nothing will ever happen.</summary>
    internal bool Step()
    {
        if (_queue.Count == 0)
        {
            return false;
        }

        var next = _queue.Take();
        Now = next.At;
        if (next.Node is { } node)
        {
            if (!node.IsRunning)
            {
                return true;
            }

            if (node.PausedUntil > Now)
            {
                Schedule(node.PausedUntil - Now, next);
                return true;
            }
        }

        Steps++;
        next.Fire(this);
        return true;
    }

    /// <summary>Lets everything happen up to a time, which it is then.</summary>
    internal void RunUntil(long time)
    {
        while (_queue.Count > 0 && _queue.Peek().At <= time)
        {
            Step();
        }

        Now = Math.Max(Now, time);
    }

    internal ulong NextSeed() => _ids.NextUInt64();

    internal Guid NextGuid() => _ids.NextGuid();

    /// <summary>A time between two, both possible.</summary>
    internal static long Draw(DeterministicRandom random, long minimum, long maximum) =>
        minimum + (maximum > minimum ? random.Next((int)(maximum - minimum + 1)) : 0);

    /// <summary>A node as logs name it.</summary>
    internal string TextOf(NodeId node)
    {
        if (!_nodeTexts.TryGetValue(node, out var text))
        {
            _nodeTexts.Add(node, text = LogIds.Of(node));
        }

        return text;
    }

    /// <summary>A member as logs name it.</summary>
    internal string TextOf(MemberId member)
    {
        if (!_texts.TryGetValue(member, out var text))
        {
            _texts.Add(member, text = LogIds.Of(member));
        }

        return text;
    }

    internal void Log(LogEvent logEvent) => Watcher?.Log(logEvent);

    internal void Note(Mark mark) => Watcher?.Note(mark);
}

/// <summary>Looks on while a world goes on, and changes nothing.</summary>
internal interface IWorldWatcher
{
    /// <summary>Number of the last event in the log.</summary>
    long LastSeq { get; }

    /// <summary>An event for the log; gets its number and time from the watcher.</summary>
    void Log(LogEvent logEvent);

    /// <summary>A rare situation was seen.</summary>
    void Note(Mark mark);

    /// <summary>Who watches the machines of a new node.</summary>
    IProtocolObserver? WatchNode(SimNode node);

    /// <summary>The store has a new version of a record.</summary>
    void RecordWritten(RecordEdit edit, GroupRecord after);

    /// <summary>The store has lost a record, or part of its history.</summary>
    void RecordLost(GroupName group);

    /// <summary>A packet goes out, whatever becomes of it.</summary>
    void PacketSent(SimNode from, NodeId to, LinkMessage message, ReadOnlySpan<byte> bytes);

    /// <summary>A line for whoever reads what happens.</summary>
    void Tell(SimNode? node, string what, object detail);

    /// <summary>Something that no log event says is broken.</summary>
    void Violated(string property, string sentence);
}

/// <summary>Looks on from outside: no part of a world's state.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class WatcherAttribute : Attribute;
