using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Orleans.Groups.Checkers;

/// <summary>Records one life of a node. Any thread.</summary>
public sealed class NodeRecorder : INodeLog
{
    private readonly ConcurrentDictionary<RingRecorder, bool> _rings = new();
    private readonly ConcurrentDictionary<string, RecordingProcessGroups> _scopes = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<MemberId, string> _texts = [];
    private long _lastId;

    internal NodeRecorder(EventRecorder recorder, string node, bool isObserved)
    {
        IsObserved = isObserved;
        Recorder = recorder;
        Node = node;
    }

    /// <summary>The recorder of its log.</summary>
    public EventRecorder Recorder { get; }

    /// <summary>The node as its log names it.</summary>
    public string Node { get; }

    /// <summary>Whether it has stopped or was killed.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether somebody sees every record that a ring member goes by, so that none need be sampled.</summary>
    internal bool IsObserved { get; }

    internal long LastSeq => Recorder.Sink.LastSeq;

    /// <summary>Adds an event of this node, for what the wrappers do not see.</summary>
    public void Log(LogEvent logEvent)
    {
        ArgumentNullException.ThrowIfNull(logEvent);
        logEvent.Node = Node;
        Recorder.Sink.Append(logEvent);
    }

    /// <summary>Records a scope of this node; the same wrapper whenever the scope is the same.</summary>
    public RecordingProcessGroups Wrap(IProcessGroups groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return _scopes.GetOrAdd(groups.Scope.ToString(), _ => new RecordingProcessGroups(groups, this));
    }

    /// <summary>Records the rings that are joined here.</summary>
    /// <param name="multicast">The node's.</param>
    /// <param name="policy">What becomes of handlers that throw, if known.</param>
    public IMulticast Wrap(IMulticast multicast, HandlerFailurePolicy? policy = null) =>
        new RecordingMulticast(multicast, this, policy);

    /// <summary>Records the end of a member.</summary>
    public IGroupMember Wrap(IGroupMember member) => new RecordingMember(member, this);

    /// <summary>Kills the node.</summary>
    public async Task KillAsync(Func<Task> kill)
    {
        ArgumentNullException.ThrowIfNull(kill);
        Log(new LogEvent.Fault(LogFaults.Crash, [Node], On: true));
        HasEnded = true;
        await kill();
        Log(new LogEvent.NodeCrash());
    }

    /// <summary>Kills the node.</summary>
    public void Kill(Action kill)
    {
        ArgumentNullException.ThrowIfNull(kill);
        Log(new LogEvent.Fault(LogFaults.Crash, [Node], On: true));
        HasEnded = true;
        kill();
        Log(new LogEvent.NodeCrash());
    }

    /// <summary>Stops the node in order.</summary>
    public async Task StopAsync(Func<Task> stop)
    {
        ArgumentNullException.ThrowIfNull(stop);
        Log(new LogEvent.Fault(LogFaults.Stop, [Node], On: true));
        HasEnded = true;
        await stop();
        End();
    }

    /// <summary>Stops a scope on the node.</summary>
    public async Task StopScopeAsync(ScopeName scope, Func<Task> stop)
    {
        ArgumentNullException.ThrowIfNull(stop);
        Log(new LogEvent.ScopeStop(scope.ToString(), LogReasons.Stopping));
        await stop();
        Log(new LogEvent.ScopeStop(scope.ToString(), LogReasons.Stopped));
    }

    /// <summary>Starts a stopped scope again.</summary>
    public async Task StartScopeAsync(ScopeName scope, Func<Task> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        await start();
        Log(new LogEvent.ScopeStart(scope.ToString(), Life: 0));
    }

    /// <summary>
    /// This node's scopes and rings have handled that others are dead; from now on nothing of these may be shown.
    /// </summary>
    public void Saw(params IEnumerable<NodeId> dead) => Log(new LogEvent.Seen(0, [.. dead.Select(LogIds.Of)]));

    /// <summary>Notes by which record each ring member of this node goes.</summary>
    public void SampleRings()
    {
        foreach (var ring in _rings.Keys)
        {
            ring.Sample();
        }
    }

    /// <summary>Reads everything there is: all scopes, and what the rings have left over.</summary>
    public void ReadAll()
    {
        foreach (var scope in _scopes.Values)
        {
            scope.ReadAll();
        }

        foreach (var ring in _rings.Keys)
        {
            ring.Probe();
        }
    }

    /// <summary>It has stopped.</summary>
    internal void End()
    {
        HasEnded = true;
        Log(new LogEvent.NodeStop(LogReasons.Stopped));
    }

    internal long NextId() => Interlocked.Increment(ref _lastId);

    /// <inheritdoc/>
    string INodeLog.TextOf(MemberId member) => TextOf(member);

    internal string TextOf(MemberId member) => _texts.GetValue(member, LogIds.Of);

    internal string[] TextOf(IEnumerable<MemberId> members) => [.. members.Select(TextOf)];

    internal Held[] TextOf(MembershipSnapshot snapshot) =>
    [
        .. snapshot.Groups.SelectMany(group =>
            group.Members.Select(member => new Held(group.Group.ToString(), TextOf(member)))),
    ];

    internal void Add(RingRecorder ring) => _rings.TryAdd(ring, true);

    internal void Remove(RingRecorder ring) => _rings.TryRemove(ring, out _);
}
