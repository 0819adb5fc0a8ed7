using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>Who lives, as one silo knows it, and the links to them. Any thread.</summary>
/// <remarks>
/// Membership decides: a silo is a peer from when this silo sees it active, and no longer when it is dead (rules H1,
/// H3). A link begins when both have introduced themselves; see <see cref="Introduction"/>.
/// </remarks>
internal sealed partial class SiloNetwork : INodeNetwork
{
    /// <summary>
    /// Dead silos that are remembered, so that one that lives on learns from the links that it was declared dead.
    /// </summary>
    private const int MaxRememberedDead = 64;

    /// <summary>How links are set.</summary>
    internal static readonly LinkSettings Settings = new()
    {
        MaxFrameBytes = 64 * 1024 * 1024,
        MaxChannelWaitingBytes = 1024L * 1024 * 1024,
        MaxWaitingBytes = 1024L * 1024 * 1024,
    };

    private readonly Dictionary<SiloAddress, SiloPeer> _peers = [];
    private readonly ConcurrentDictionary<Guid, SiloPeer> _byToken = new();
    private readonly Queue<SiloPeer> _dead = new();
    private readonly SiloDirectory _directory;
    private NodeHost? _host;
    private bool _knowsWhoLives;
    private bool _isOver;

    internal SiloNetwork(SiloCore core, SiloAddress silo, SiloDirectory directory, ISiloTransport transport)
    {
        Core = core;
        Silo = silo;
        Self = SiloNames.ToNode(silo, core.NextGuid());
        Transport = transport;
        _directory = directory;
    }

    /// <inheritdoc/>
    public Lock Gate { get; } = new();

    /// <inheritdoc/>
    public bool KnowsWhoLives
    {
        get
        {
            lock (Gate)
            {
                return _knowsWhoLives;
            }
        }
    }

    internal SiloCore Core { get; }

    /// <summary>This silo.</summary>
    internal SiloAddress Silo { get; }

    /// <summary>Its node.</summary>
    internal NodeId Self { get; }

    internal ISiloTransport Transport { get; }

    internal LinkChannels Channels { get; } = new();

    /// <summary>The node that runs here.</summary>
    internal NodeHost Host => _host ?? throw new InvariantViolationException("the node is made with its network");

    /// <summary>Completed when membership, or a peer, says that this silo is dead although it runs.</summary>
    internal TaskCompletionSource DeclaredDeadSource { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Sessions or membership have changed. Raised outside all locks, on any thread; for waiting.</summary>
    internal event Action? Changed;

    /// <summary>Sets the node. Once, before anything else.</summary>
    internal void Connect(NodeHost host) => _host = host;

    /// <summary>What membership says now. Versions may be skipped, and a death may be said again.</summary>
    internal void Update(ClusterMembershipSnapshot snapshot)
    {
        List<SiloPeer> born = [];
        List<SiloPeer> died = [];
        lock (Gate)
        {
            if (_isOver)
            {
                return;
            }

            foreach (var member in snapshot.Members.Values)
            {
                if (member.Status == SiloStatus.Active
                    && !member.SiloAddress.Equals(Silo)
                    && !_peers.ContainsKey(member.SiloAddress))
                {
                    born.Add(Add(member.SiloAddress, snapshot.Version));
                }
            }

            foreach (var peer in _peers.Values)
            {
                if (!peer.IsDead && snapshot.GetSiloStatus(peer.Silo, peer.SeenAt) == SiloStatus.Dead)
                {
                    died.Add(peer);
                }
            }

            foreach (var peer in died)
            {
                Bury(peer);
            }

            _knowsWhoLives = true;
            Host.Acquaintances.Look();
        }

        foreach (var peer in died.Where(static peer => peer.Link is not null))
        {
            peer.Link!.Tell(LinkInput.PeerDead.Instance); // Behind what has arrived, the node learns it.
        }

        foreach (var peer in born)
        {
            Ask(peer);
        }

        if (snapshot.GetSiloStatus(Silo) == SiloStatus.Dead)
        {
            DeclaredDead(Silo);
        }

        Core.Work.Pulse();
        Changed?.Invoke();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A silo that has not introduced itself is listed with an incarnation that nobody has, so that a question that all
    /// must answer stays open.
    /// </remarks>
    public List<NodeId> CopyLiving()
    {
        lock (Gate)
        {
            List<NodeId> living = _isOver ? [] : [Self];
            foreach (var peer in _peers.Values)
            {
                if (!peer.IsDead)
                {
                    living.Add(peer.Link?.Peer ?? SiloNames.ToNode(peer.Silo, Guid.Empty));
                }
            }

            return living;
        }
    }

    /// <inheritdoc/>
    public bool IsDead(NodeId node)
    {
        if (node.Equals(Self) || !SiloNames.TryToSilo(node, out var silo))
        {
            return false;
        }

        lock (Gate)
        {
            if (_peers.TryGetValue(silo, out var peer))
            {
                return peer.IsDead;
            }
        }

        return !silo.Equals(Silo) && _directory.IsDead(silo);
    }

    /// <inheritdoc/>
    public bool Remove(NodeHost node)
    {
        List<LinkHost> links;
        lock (Gate)
        {
            if (_isOver)
            {
                return false;
            }

            _isOver = true;
            links = [.. CopyLinks()];
            node.Peers.Clear();
        }

        foreach (var link in links)
        {
            if (node.IsOver)
            {
                link.Silence(); // Killed: not a word more.
            }
            else
            {
                link.Tell(new LinkInput.Close(Drain: true));
            }
        }

        Core.Work.Pulse();
        return true;
    }

    /// <summary>Completes when all links have said goodbye, or the limit has passed.</summary>
    internal async Task WaitForGoodbyesAsync(TimeSpan limit)
    {
        List<LinkHost> links;
        lock (Gate)
        {
            links = [.. CopyLinks()];
        }

        try
        {
            await Task.WhenAll(links.Select(static link => link.Closed))
                .WaitAsync(limit, Core.Time)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Core.Logger.GoodbyeGaveUp(Silo, limit);
        }

        foreach (var link in links)
        {
            link.Silence();
        }
    }

    /// <summary>The links to all living silos that have introduced themselves.</summary>
    internal List<LinkHost> CopyAllLinks()
    {
        lock (Gate)
        {
            return [.. CopyLinks()];
        }
    }

    /// <summary>All other silos that live, as they are seen here.</summary>
    internal IReadOnlyList<PeerSnapshot> CopyPeers()
    {
        List<(SiloAddress Silo, LinkHost? Link, long ChangedAt)> peers;
        lock (Gate)
        {
            peers = _isOver
                ? []
                : [
                    .. _peers.Values
                        .Where(static peer => !peer.IsDead)
                        .Select(static peer => (peer.Silo, peer.Link, peer.ChangedAt)),
                ];
        }

        return
        [
            .. peers.Select(peer => new PeerSnapshot(
                peer.Silo,
                peer.Link?.Peer,
                peer.Link?.Session ?? 0,
                Core.Time.GetElapsedTime(peer.ChangedAt),
                peer.Link?.GetStatus())),
        ];
    }

    /// <summary>A session has begun; called by a link's pump.</summary>
    internal void SessionBegan(LinkHost link, long session)
    {
        lock (Gate)
        {
            if (_isOver)
            {
                return;
            }

            NoteChange(link);
            Host.PeerUp(link.Peer, session);
        }

        Core.Instruments.Links.SessionBegan();
        Core.Logger.SessionBegan(session, Self, link.Peer);
        Changed?.Invoke();
    }

    /// <summary>A session has ended, behind its last frame; called by a link's pump.</summary>
    /// <remarks>
    /// Race: membership declares this silo dead; another, with which it shares a ring, ends the session for that; a
    /// member here would take its neighbour there for lost, and say so in the record before the record knows that this
    /// member is dead: one that is well would go. So whoever knows that its silo is dead tells its members nothing any
    /// more but that.
    /// </remarks>
    internal void SessionEnded(LinkHost link, long session, LinkEndReason reason)
    {
        lock (Gate)
        {
            if (_isOver)
            {
                return;
            }

            NoteChange(link);
            if (reason != LinkEndReason.DeclaredDead && !DeclaredDeadSource.Task.IsCompleted)
            {
                var isDead = _peers.TryGetValue(link.Silo, out var peer) && peer.IsDead;
                Host.PeerDown(link.Peer, session, isDead);
                if (isDead)
                {
                    Host.Peers.TryRemove(link.Peer, out _);
                }
            }
        }

        Core.Instruments.Links.SessionEnded(reason);
        var isGoodbye = reason is LinkEndReason.Closed or LinkEndReason.PeerClosed;
        var level = isGoodbye ? LogLevel.Information : LogLevel.Warning;
        Core.Logger.LinkSessionEnded(level, Silo, session, link.Silo, reason);
        Changed?.Invoke();
        if (reason == LinkEndReason.DeclaredDead)
        {
            DeclaredDead(link.Silo);
        }
    }

    /// <summary>Somebody says that this silo is dead, although it runs.</summary>
    internal void DeclaredDead(SiloAddress by)
    {
        if (DeclaredDeadSource.TrySetResult())
        {
            Core.Logger.DeclaredDead(Silo, by);
        }
    }

    private IEnumerable<LinkHost> CopyLinks() =>
        _peers.Values.Where(static peer => peer.Link is not null && !peer.IsDead).Select(static peer => peer.Link!);

    private void NoteChange(LinkHost link)
    {
        if (_peers.TryGetValue(link.Silo, out var peer))
        {
            peer.ChangedAt = Core.Time.GetTimestamp();
        }
    }

    private SiloPeer Add(SiloAddress silo, MembershipVersion seenAt)
    {
        var peer = new SiloPeer(silo, Core.NextGuid(), Core.NextGuid(), seenAt, Core.Time.GetTimestamp());
        _peers.Add(silo, peer);
        _byToken[peer.Token] = peer;
        return peer;
    }

    private void Bury(SiloPeer peer)
    {
        peer.IsDead = true;
        if (peer.Link is { Session: 0 } link)
        {
            // No session will end, so nothing else tells the node.
            Host.PeerDown(link.Peer, null, isDead: true);
            Host.Peers.TryRemove(link.Peer, out _);
        }

        _dead.Enqueue(peer);
        if (_dead.Count > MaxRememberedDead)
        {
            var forgotten = _dead.Dequeue();
            forgotten.Link?.Silence();
            _byToken.TryRemove(forgotten.Token, out _);
            _peers.Remove(forgotten.Silo);
            _directory.RememberDead(forgotten.Silo);
        }
    }
}
