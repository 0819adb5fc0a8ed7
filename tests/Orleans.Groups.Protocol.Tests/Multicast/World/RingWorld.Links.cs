namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <content>Links, sessions, watches: what the link machine and the node host do in an engine.</content>
internal sealed partial class RingWorld
{
    private readonly Dictionary<(NodeId From, NodeId To), WorldLink> _linkByEnds = [];

    internal List<WorldLink> Links { get; } = [];

    internal WorldLink Link(WorldNode from, WorldNode to) => _linkByEnds[(from.Id, to.Id)];

    /// <summary>The oldest frame of a link arrives.</summary>
    internal void DeliverNext(WorldLink link)
    {
        var (session, frame) = link.Dequeue();
        var (from, to) = (link.From, link.To);
        if (!to.IsAlive)
        {
            return;
        }

        if (frame is WorldFrame.NodeDead)
        {
            to.PeerOf(from).IsKnownDead = true;
            EndLocally(to, from, DownCause.NodeDead);
            return;
        }

        var peer = to.PeerOf(from);
        if (!ReferenceEquals(from, to) && (peer.IsKnownDead || !peer.IsUp || peer.Session != session))
        {
            See("frame of an ended session");
            return;
        }

        Accept(from, to, frame);
    }

    /// <summary>
    /// A node ends its session with another, whatever the reason. The other end accepts some of what it had been sent.
    /// </summary>
    /// <param name="observer">Who ends it.</param>
    /// <param name="other">The other end.</param>
    /// <param name="kept">How many of the observer's frames still arrive.</param>
    internal void EndSession(WorldNode observer, WorldNode other, int kept = int.MaxValue)
    {
        if (!observer.IsAlive || !observer.IsConnected(other))
        {
            return;
        }

        Note($"{observer} ends its session with {other}");
        var session = observer.PeerOf(other).Session;
        EndLocally(observer, other, DownCause.SessionOver);
        Link(other, observer).Clear();
        var link = Link(observer, other);
        link.CutTo(kept);
        link.Enqueue(session, new WorldFrame.SessionOver());
    }

    /// <summary>Whether two nodes could begin a new session.</summary>
    internal static bool CanConnect(WorldNode a, WorldNode b) =>
        a.IsAlive && b.IsAlive && !ReferenceEquals(a, b)
        && !a.IsDeclaredDead && !b.IsDeclaredDead
        && !a.PeerOf(b).IsUp && !b.PeerOf(a).IsUp;

    /// <summary>Begins a new session between two nodes that have none.</summary>
    internal void OpenSession(WorldNode a, WorldNode b)
    {
        Link(a, b).Clear();
        Link(b, a).Clear();
        Connect(a, b);
        PeerUp(a, b);
        PeerUp(b, a);
        See("session opened again");
    }

    /// <summary>
    /// A node's code stops at once. The others accept so many of its last frames and hear of it behind them.
    /// </summary>
    internal void Crash(WorldNode node, Func<WorldLink, int>? kept = null)
    {
        Note($"{node} crashes");
        node.IsAlive = false;
        foreach (var member in node.Members)
        {
            if (member.IsRunning)
            {
                End(member, WorldPhase.Crashed);
            }

            member.Deliveries.Clear();
            member.Reports.Clear();
        }

        Link(node, node).Clear();
        DeclareDead(node, kept);
    }

    /// <summary>Membership declares a node dead, which may be news to that node.</summary>
    internal void DeclareDead(WorldNode node, Func<WorldLink, int>? kept = null)
    {
        if (node.IsDeclaredDead)
        {
            return;
        }

        Note($"{node} is declared dead");
        node.IsDeclaredDead = true;
        foreach (var other in Nodes)
        {
            if (ReferenceEquals(other, node) || !other.IsAlive || other.PeerOf(node).IsKnownDead)
            {
                continue;
            }

            var link = Link(node, other);
            link.CutTo(kept?.Invoke(link) ?? int.MaxValue);
            link.Enqueue(0, new WorldFrame.NodeDead());
        }
    }

    /// <summary>A member's machine vanishes; its node says so to those who watch.</summary>
    internal void Kill(WorldMember member)
    {
        Note($"{member} is killed");
        End(member, WorldPhase.Crashed);
    }

    private static void Connect(WorldNode a, WorldNode b)
    {
        var session = Math.Max(a.PeerOf(b).Session, b.PeerOf(a).Session) + 1;
        foreach (var peer in new[] { a.PeerOf(b), b.PeerOf(a) })
        {
            peer.Session = session;
            peer.IsUp = true;
        }
    }

    private static void PeerUp(WorldNode node, WorldNode other)
    {
        foreach (var member in node.Members)
        {
            if (member.IsRunning)
            {
                member.Mailbox.Enqueue(new RingInput.PeerUp(other.Id));
            }
        }
    }

    private void AddLink(WorldNode node, WorldNode other)
    {
        foreach (var (from, to) in new[] { (node, other), (other, node) })
        {
            if (!_linkByEnds.ContainsKey((from.Id, to.Id)))
            {
                var link = new WorldLink(from, to);
                _linkByEnds.Add((from.Id, to.Id), link);
                Links.Add(link);
            }
        }
    }

    private WorldNode NodeOf(NodeId id) => Nodes.Find(node => node.Id.Equals(id))!;

    private void Transmit(WorldNode from, NodeId to, WorldFrame frame)
    {
        var target = NodeOf(to);
        if (from.IsConnected(target))
        {
            Link(from, target).Enqueue(ReferenceEquals(from, target) ? 0 : from.PeerOf(target).Session, frame);
        }
        else
        {
            See("frame without a session");
        }
    }

    private void Accept(WorldNode from, WorldNode to, WorldFrame frame)
    {
        switch (frame)
        {
            case WorldFrame.ToRing ring:
                if (to.Find(ring.To) is { IsRunning: true } receiver)
                {
                    receiver.Mailbox.Enqueue(new RingInput.Received(ring.From, ring.Message));
                }

                break;
            case WorldFrame.WatchMember watch:
                if (to.Find(watch.Member) is { IsRunning: true })
                {
                    to.RemoteWatches.Add((watch.Member, from));
                }
                else
                {
                    Transmit(to, from.Id, new WorldFrame.MemberEnded(watch.Member));
                }

                break;
            case WorldFrame.MemberEnded ended:
                RaiseDown(to, member => member.Equals(ended.Member), DownCause.Ended);
                break;
            case WorldFrame.SessionOver:
                EndLocally(to, from, DownCause.SessionOver);
                break;
            default:
                throw Invariant.Unreachable(frame);
        }
    }

    /// <summary>
    /// One end of a session is over: nothing more of it is accepted, and all watches of the other node's members fire.
    /// </summary>
    private void EndLocally(WorldNode node, WorldNode other, DownCause cause)
    {
        node.PeerOf(other).IsUp = false;
        node.RemoteWatches.RemoveAll(watch => ReferenceEquals(watch.Watcher, other));
        RaiseDown(node, member => member.Node.Equals(other.Id), cause);
        EndSurveys(node, other, cause == DownCause.NodeDead);
        See($"session over {cause}");
        if (cause == DownCause.NodeDead && other.IsAlive)
        {
            // A node that lives on although it was declared dead finds that nobody talks to it any more.
            Link(node, other).Enqueue(other.PeerOf(node).Session, new WorldFrame.SessionOver());
        }
    }

    private void RaiseDown(WorldNode node, Predicate<MemberId> which, DownCause cause)
    {
        foreach (var watcher in node.Members)
        {
            foreach (var member in watcher.Watches.FindAll(which))
            {
                watcher.Watches.Remove(member);
                watcher.Mailbox.Enqueue(new RingInput.MemberDown(member, cause));
            }
        }
    }

    private void Watch(WorldMember watcher, MemberId member)
    {
        watcher.Watches.Remove(member);
        watcher.Watches.Add(member);
        var node = watcher.Node;
        var target = NodeOf(member.Node);
        if (node.IsConnected(target))
        {
            Transmit(node, target.Id, new WorldFrame.WatchMember(member));
            return;
        }

        watcher.Watches.Remove(member);
        var cause = node.PeerOf(target).IsKnownDead ? DownCause.NodeDead : DownCause.SessionOver;
        watcher.Mailbox.Enqueue(new RingInput.MemberDown(member, cause));
    }

    private void AnnounceEnd(WorldMember member)
    {
        var node = member.Node;
        if (!node.IsAlive)
        {
            return;
        }

        // Distinct: a watcher may have asked twice.
        var watches = node.RemoteWatches.Where(watch => watch.Member.Equals(member.Id));
        foreach (var watcher in watches.Select(static watch => watch.Watcher).Distinct().ToList())
        {
            Transmit(node, watcher.Id, new WorldFrame.MemberEnded(member.Id));
        }

        node.RemoteWatches.RemoveAll(watch => watch.Member.Equals(member.Id));
    }
}
