using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>One life of a node: its members, scopes, rings, and what it knows of its peers.</summary>
internal sealed partial class NodeHost
{
    private readonly ConcurrentDictionary<ScopeName, ScopeFront> _scopes = new();
    private readonly NodePost _post;
    private ITimer? _digestTimer;
    private volatile bool _isStopping;
    private volatile bool _isOver;

    internal NodeHost(EngineCore core, NodeId id)
    {
        Core = core;
        Id = id;
        Members = new MemberTable(core, id);
        Rings = new RingTable();
        Acquaintances = new Acquaintances(this);
        Watches = new WatchTable(this);
        Surveys = new Surveyor(this);
        Postman = new Postman(this);
        Multicast = new MulticastFront(this);
        _post = new NodePost(this);
    }

    internal EngineCore Core { get; }

    internal NodeId Id { get; }

    internal MemberTable Members { get; }

    internal RingTable Rings { get; }

    /// <summary>What its ring members do, for whoever operates the node.</summary>
    internal RingCensus RingCensus { get; } = new();

    /// <summary>With whom it has had a session.</summary>
    internal Acquaintances Acquaintances { get; }

    internal WatchTable Watches { get; }

    internal Surveyor Surveys { get; }

    internal Postman Postman { get; }

    internal MulticastFront Multicast { get; }

    /// <summary>Watches the machines of this node, in tests. Set before the node is started.</summary>
    internal IProtocolObserver? Observer { get; set; }

    /// <summary>The other living nodes.</summary>
    internal ConcurrentDictionary<NodeId, Peer> Peers { get; } = new();

    /// <summary>The running sessions. Changed under the network's lock; each change is a new value.</summary>
    internal ImmutableDictionary<NodeId, long> Sessions { get; private set; } = ImmutableDictionary<NodeId, long>.Empty;

    /// <summary>Whether it takes nothing new any more.</summary>
    internal bool IsStopping => _isStopping;

    /// <summary>Whether it has stopped, or was killed.</summary>
    internal bool IsOver => _isOver;

    /// <summary>All scopes that were ever used here.</summary>
    internal IEnumerable<ScopeFront> Scopes => _scopes.Values;

    internal static GroupException ShuttingDown(NodeId node, string what) =>
        new(
            GroupErrorCode.ShuttingDown,
            isTransient: false,
            $"{what}: node {node} has stopped or is stopping. Use another node.");

    /// <summary>Starts the scopes that always run, and the timer. Called once, after it was connected.</summary>
    internal void Start()
    {
        var options = Core.ProcessGroups;
        GetScope(options.DefaultScope);
        foreach (var scope in options.Scopes)
        {
            GetScope(scope);
        }

        _digestTimer = Timers.Create(Core.Time, TellDigestDue, options.DigestInterval, options.DigestInterval);
        if (_isOver)
        {
            _digestTimer.Dispose();
        }

        Core.Logger.NodeStarted(Id);
    }

    /// <summary>The scope of that name, which appears on first use unless the options list the scopes.</summary>
    internal ScopeFront GetScope(ScopeName name)
    {
        if (name.IsDefault)
        {
            throw new ArgumentException("default(ScopeName) names no scope.", nameof(name));
        }

        if (_scopes.TryGetValue(name, out var scope))
        {
            return scope;
        }

        var options = Core.ProcessGroups;
        if (options.Scopes.Count > 0 && !options.Scopes.Contains(name.Value))
        {
            throw new UnknownScopeException(name, options.Scopes);
        }

        lock (_scopes)
        {
            if (_scopes.TryGetValue(name, out scope))
            {
                return scope;
            }

            if (_scopes.Count >= options.MaxScopes)
            {
                throw new GroupLimitException(
                    nameof(ProcessGroupsOptions.MaxScopes),
                    options.MaxScopes,
                    $"Scope {name} on node {Id}");
            }

            scope = new ScopeFront(name, this);
            _scopes[name] = scope;
        }

        scope.Start();
        return scope;
    }

    /// <summary>A session has begun; called under the network's lock and those of the lanes.</summary>
    internal void PeerUp(NodeId peer, long session)
    {
        Sessions = Sessions.SetItem(peer, session);
        Acquaintances.Add(peer);
        foreach (var scope in _scopes.Values)
        {
            scope.Life?.Tell(new ScopeInput.PeerUp(peer, session));
        }

        Rings.TellSessions(Sessions, new RingInput.PeerUp(peer, IsFirst: session == 1));
        foreach (var frame in Multicast.TakeUntold(peer))
        {
            _post.Answer(peer, frame);
        }
    }

    /// <summary>
    /// A session has ended, or the other node has died; called under the network's lock and those of the lanes.
    /// </summary>
    /// <param name="peer">The other node.</param>
    /// <param name="session">The session that ended; <see langword="null"/> when there was none any more.</param>
    /// <param name="isDead">Whether membership says that the node is dead.</param>
    internal void PeerDown(NodeId peer, long? session, bool isDead)
    {
        if (isDead)
        {
            Acquaintances.Remove(peer);
            Multicast.TakeUntold(peer); // It need not know any more.
        }

        if (session is { } ended)
        {
            Sessions = Sessions.Remove(peer);
            foreach (var scope in _scopes.Values)
            {
                scope.Life?.Tell(new ScopeInput.PeerDown(peer, ended));
            }
        }

        Watches.PeerDown(peer, isDead ? DownCause.NodeDead : DownCause.SessionOver);
        Surveys.PeerDown(peer, isDead);
        Postman.PeerDown(peer);
    }

    /// <summary>There is room for frames of a scope towards a peer again, or none.</summary>
    internal void TellWritable(ScopeName scope, NodeId peer, long session, bool hasRoom)
    {
        if (_scopes.TryGetValue(scope, out var front))
        {
            front.Life?.TellWritable(peer, session, hasRoom);
        }
    }

    /// <summary>Completes when all machines have handled what waits for them now.</summary>
    internal Task PassAsync()
    {
        var barrier = new Barrier();
        foreach (var scope in _scopes.Values)
        {
            scope.Life?.Pass(barrier);
        }

        foreach (var ring in Rings.CopyAll())
        {
            ring.Pass(barrier);
        }

        barrier.Signal();
        return barrier.Task;
    }

    /// <summary>
    /// Stops in order: scopes say goodbye, ring members leave, then all others learn that the node has gone.
    /// </summary>
    internal async Task StopAsync()
    {
        BeginStopping();
        foreach (var scope in _scopes.Values)
        {
            scope.Stop();
        }

        await Multicast.StopAllAsync(drains: true).ConfigureAwait(false);
        if (Core.Nodes.Remove(this))
        {
            End();
            Core.Logger.NodeStopped(Id);
        }
    }

    /// <summary>Stops without draining: for the end of the whole cluster. Handlers are still told.</summary>
    internal async Task EndAsync()
    {
        BeginStopping();
        foreach (var scope in _scopes.Values)
        {
            scope.Stop();
        }

        await Multicast.StopAllAsync(drains: false).ConfigureAwait(false);
        if (Core.Nodes.Remove(this))
        {
            End();
        }
    }

    /// <summary>
    /// Ends because the others have declared this life of the node dead: nothing more is sent, and handlers are told.
    /// </summary>
    internal async Task LoseMembershipAsync()
    {
        BeginStopping();
        foreach (var scope in _scopes.Values)
        {
            scope.Abandon();
        }

        await Multicast.LoseAllAsync().ConfigureAwait(false);
        _isOver = true;
        if (Core.Nodes.Remove(this))
        {
            End();
        }
    }

    /// <summary>Ends as a killed process does: nothing more is sent or called.</summary>
    internal void Kill()
    {
        if (_isOver)
        {
            return;
        }

        // Everything here falls silent before the others learn of the death. A machine that still ran while its links
        // go would take all others for lost, and could say so in a record.
        BeginStopping();
        _isOver = true;
        _post.Shut();
        foreach (var scope in _scopes.Values)
        {
            scope.Abandon();
        }

        Multicast.AbandonAll();
        Members.AbandonAll();
        if (Core.Nodes.Remove(this))
        {
            End();
            Core.Logger.NodeKilled(Id);
        }
    }

    /// <summary>From now on no machine is made here: all that there are can be found and ended.</summary>
    private void BeginStopping()
    {
        lock (Core.Nodes.Gate)
        {
            _isStopping = true;
        }

        Members.Refuse();
    }

    private void End()
    {
        _isOver = true;
        _digestTimer?.Dispose();
        Members.EndAll();
        Postman.Dispose();
        Multicast.Dispose();
        _post.Shut();
    }

    private void TellDigestDue()
    {
        foreach (var scope in _scopes.Values)
        {
            scope.Life?.Tell(ScopeInput.DigestDue.Instance);
        }
    }
}
