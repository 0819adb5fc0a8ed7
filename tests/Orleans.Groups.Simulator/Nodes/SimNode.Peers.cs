using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>Who else lives, the links to them, and their sessions (rules H1 to H3).</content>
internal sealed partial class SimNode
{
    private readonly Dictionary<NodeId, SimPeer> _peers = [];
    private bool _isDeclaredDead;
    private bool _hasLeftNetwork;

    /// <summary>The version of the membership table that it goes by.</summary>
    internal long SeenVersion { get; private set; }

    /// <summary>Whether it has learned that membership calls it dead.</summary>
    internal bool KnowsItsDeath => _isDeclaredDead;

    /// <summary>The running sessions. Each change is a new dictionary.</summary>
    internal Dictionary<NodeId, long> Sessions { get; private set; } = [];

    internal IEnumerable<SimPeer> Peers => _peers.Values;

    private bool LinksAreClosed => _peers.Values.All(static peer => peer.Link is null or { IsClosed: true });

    /// <summary>The link to a node that it is introduced to, and does not know to be dead.</summary>
    internal SimLink? LinkTo(NodeId node) =>
        !_hasLeftNetwork && _peers.TryGetValue(node, out var peer) && !peer.IsForgotten ? peer.Link : null;

    internal SimPeer? FindPeer(NodeId node) => _peers.GetValueOrDefault(node);

    /// <summary>
    /// Whether this life of a node is known to be over. A node of which nothing is known is not dead.
    /// </summary>
    internal bool IsDead(NodeId node)
    {
        if (node.Equals(Id))
        {
            return false;
        }

        return _peers.TryGetValue(node, out var peer)
            ? peer.IsDead
            : World.Table.Any(entry => entry.Node.Id.Equals(node) && entry.IsDead);
    }

    /// <summary>All living nodes, this one included, as far as it knows.</summary>
    internal List<NodeId> CopyLiving()
    {
        List<NodeId> living = [Id];
        foreach (var peer in _peers.Values)
        {
            if (!peer.IsDead)
            {
                living.Add(peer.Id);
            }
        }

        return living;
    }

    /// <summary>Goes by a version of the membership table from now on.</summary>
    internal void ApplyMembership(long version)
    {
        if (version <= SeenVersion || _hasLeftNetwork || _isDeclaredDead)
        {
            return;
        }

        SeenVersion = version;
        List<SimPeer> died = [];
        var isDead = false;
        foreach (var entry in World.Table)
        {
            var id = entry.Node.Id;
            if (entry.Born > version)
            {
                continue;
            }

            var isDeadThere = entry.IsDead && entry.Died <= version;
            if (id.Equals(Id))
            {
                isDead = isDeadThere;
            }
            else if (!isDeadThere && !_peers.ContainsKey(id))
            {
                _peers.Add(id, new SimPeer(id));
                var wait = World.Draw(Random, 100, World.Settings.GossipMaximum);
                World.Schedule(wait, new Introduced(this, entry.Node));
            }
            else if (isDeadThere && _peers.TryGetValue(id, out var peer) && !peer.IsDead)
            {
                died.Add(peer);
            }
        }

        foreach (var peer in died)
        {
            Bury(peer);
        }

        if (died.Count > 0)
        {
            LogSeen(died);
        }

        if (isDead)
        {
            LoseMembership();
        }
    }

    /// <summary>The two nodes know each other; until then neither listens to the other (rule H3).</summary>
    internal void MeetPeer(SimNode other)
    {
        if (_hasLeftNetwork || !_peers.TryGetValue(other.Id, out var peer) || peer.IsDead || peer.Link is not null)
        {
            return;
        }

        var (there, back) = (World.WireOf(Id.Name, other.Id.Name), World.WireOf(other.Id.Name, Id.Name));
        if (there.Cuts > 0 || back.Cuts > 0)
        {
            World.Schedule(50_000, new Introduced(this, other));
            return;
        }

        peer.Link = new SimLink(this, other.Id, World.Settings.Link with { Versions = VersionsOf(this) });
        peer.Link.Tell(LinkInput.PeerAlive.Instance);
    }

    /// <summary>A message for this address.</summary>
    internal void Receive(LinkMessage message)
    {
        var from = message.Header.From;
        if (_peers.TryGetValue(from, out var peer) && peer.Link is { } link)
        {
            link.Tell(new LinkInput.Received(message));
        }
        else if (peer is { IsDead: true } && message is not LinkMessage.Refused && message.Header.To.Equals(Id))
        {
            var refusal = LinkMachine.RefusalOfTheDead(Id, from, World.Settings.Link);
            World.Transmit(this, from, null, refusal);
        }
        else if (peer is not { IsDead: true } && message.Header.To.Equals(Id))
        {
            World.Note(Mark.PacketBeforeMembership);
        }
    }

    /// <summary>A session has begun.</summary>
    internal void SessionBegan(NodeId peer, long session)
    {
        if (_hasLeftNetwork)
        {
            return;
        }

        Sessions = new Dictionary<NodeId, long>(Sessions) { [peer] = session };
        if (session > 1)
        {
            World.Note(Mark.SessionRenewed);
        }

        TellUntold(peer);
        if (IsUpgraded)
        {
            LinkTo(peer)?.SendNewer(session);
        }

        foreach (var scope in Scopes)
        {
            scope.Life?.Tell(new ScopeInput.PeerUp(peer, session));
        }

        foreach (var ring in Rings.ToList())
        {
            ring.TellSessions(Sessions, new RingInput.PeerUp(peer, IsFirst: session == 1));
        }
    }

    /// <summary>A session has ended, behind its last frame.</summary>
    internal void SessionEnded(NodeId id, long session, LinkEndReason reason)
    {
        if (_hasLeftNetwork)
        {
            return;
        }

        if (reason == LinkEndReason.BufferFull)
        {
            NoteOverflow(id);
        }

        // Whoever knows that it was declared dead tells its members nothing any more but that.
        if (reason != LinkEndReason.DeclaredDead && !_isDeclaredDead)
        {
            PeerDown(id, session, _peers[id].IsDead);
        }
    }

    /// <summary>A session ends because a buffer is too small, which may cost members their membership.</summary>
    internal void NoteOverflow(NodeId peer)
    {
        Log(new LogEvent.Fault("overflow", [LogIds.Of(peer)], On: true));
        World.Note(Mark.LinkBufferFull);
    }

    private static (int Oldest, int Newest) VersionsOf(SimNode node) =>
        (LinkSettings.Version, LinkSettings.Version + (node.IsUpgraded ? 1 : 0));

    /// <summary>Whether it speaks a version more than others (fault F17).</summary>
    internal bool IsUpgraded { get; init; }

    private void Bury(SimPeer peer)
    {
        peer.IsDead = true;
        _untold.RemoveAll(untold => untold.Node.Equals(peer.Id)); // It need not know any more.
        var hadSession = Sessions.ContainsKey(peer.Id);
        if (!hadSession)
        {
            // No session will end, so nothing else tells the machines.
            PeerDown(peer.Id, null, isDead: true);
            peer.IsForgotten = true;
        }

        peer.Link?.Tell(LinkInput.PeerDead.Instance);
        peer.IsForgotten = true;
    }

    private void PeerDown(NodeId peer, long? session, bool isDead)
    {
        if (session is { } ended)
        {
            Sessions = new Dictionary<NodeId, long>(Sessions);
            Sessions.Remove(peer);
            foreach (var scope in Scopes)
            {
                scope.Life?.Tell(new ScopeInput.PeerDown(peer, ended));
            }
        }

        Watches.PeerDown(peer, isDead ? DownCause.NodeDead : DownCause.SessionOver);
        Surveys.PeerDown(peer, isDead);
    }

    /// <summary>Says that the deaths were handled as soon as all machines have got this far.</summary>
    private void LogSeen(List<SimPeer> died)
    {
        var barrier = new SeenBarrier(this, [.. died.Select(static peer => LogIds.Of(peer.Id))]);
        foreach (var scope in Scopes)
        {
            scope.Life?.Pass(barrier);
        }

        foreach (var ring in Rings)
        {
            ring.Pass(barrier);
        }

        barrier.Signal();
    }

    private void CloseLinks()
    {
        _hasLeftNetwork = true;
        foreach (var peer in _peers.Values)
        {
            if (!peer.IsDead)
            {
                peer.Link?.Tell(new LinkInput.Close(Drain: true));
            }
        }
    }

    private void SilenceLinks()
    {
        _hasLeftNetwork = true;
        foreach (var peer in _peers.Values)
        {
            peer.Link?.Silence();
        }
    }
}

/// <summary>Another life of a node as one node sees it.</summary>
internal sealed class SimPeer(NodeId id)
{
    internal NodeId Id { get; } = id;

    /// <summary>Nothing until they are introduced.</summary>
    internal SimLink? Link { get; set; }

    internal bool IsDead { get; set; }

    /// <summary>Whether nothing can be sent to it any more.</summary>
    internal bool IsForgotten { get; set; }
}

/// <summary>Two nodes get to know each other.</summary>
internal sealed class Introduced(SimNode node, SimNode other) : SimEvent(node)
{
    internal override void Fire(World world) => Node!.MeetPeer(other);
}

/// <summary>Counts the machines of a node that have not handled yet that others are dead.</summary>
internal sealed class SeenBarrier(SimNode node, string[] dead)
{
    private int _open = 1;

    internal void Add() => _open++;

    internal void Signal()
    {
        if (--_open == 0 && node.IsRunning)
        {
            node.Log(new LogEvent.Seen(node.SeenVersion, dead));
        }
    }
}
