using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>Which ring members of a node want to know when which members of other nodes go down.</summary>
/// <remarks>
/// Each watch is answered once: when the member's node says that it has ended, when the session with that node is over,
/// or when the node is dead. A renewed session needs a new watch.
/// </remarks>
internal sealed class WatchTable(NodeHost node)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<MemberId, List<Watch>> _watches = [];

    /// <summary>
    /// Begins a watch in a session; it is answered at once when that is over or the member's node is gone.
    /// </summary>
    /// <remarks>
    /// Race: (1) a member's turn begins; (2) the session ends and the next one begins; (3) the turn sends a frame in
    /// the session that it knows, which is dropped, and begins a watch. In whatever session runs, that watch would
    /// never be answered although the frame is lost; in the one that the turn knows, the answer comes at once.
    /// </remarks>
    internal void Add(MemberId member, RingHost watcher, long token, long? session)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(member, out var list))
            {
                list = new List<Watch>(1);
                _watches.Add(member, list);
            }

            list.Add(new Watch(watcher, token));
        }

        if (node.Peers.TryGetValue(member.Node, out var peer)
            && session is { } known
            && peer.Frames.Send(new NodeFrame.WatchMember(member), known) != LaneOutcome.NotConnected)
        {
            return;
        }

        if (Remove(member, watcher))
        {
            var cause = node.Core.Nodes.IsDead(member.Node) ? DownCause.NodeDead : DownCause.SessionOver;
            watcher.TellMemberDown(member, token, cause);
        }
    }

    /// <summary>Ends a watch without an answer; <see langword="false"/> when it has been answered.</summary>
    internal bool Remove(MemberId member, RingHost watcher)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(member, out var list))
            {
                return false;
            }

            var removed = list.RemoveAll(watch => ReferenceEquals(watch.Watcher, watcher));
            if (list.Count == 0)
            {
                _watches.Remove(member);
            }

            return removed > 0;
        }
    }

    /// <summary>The member's node says that it has ended; behind the member's last frame.</summary>
    internal void MemberEnded(MemberId member)
    {
        lock (_gate)
        {
            if (_watches.Remove(member, out var list))
            {
                Answer(member, list, DownCause.Ended);
            }
        }
    }

    /// <summary>A session has ended: all members of that node are out of reach.</summary>
    internal void PeerDown(NodeId peer, DownCause cause)
    {
        lock (_gate)
        {
            foreach (var member in _watches.Keys.Where(member => member.Node.Equals(peer)).ToList())
            {
                if (_watches.Remove(member, out var list))
                {
                    Answer(member, list, cause);
                }
            }
        }
    }

    private static void Answer(MemberId member, List<Watch> watches, DownCause cause)
    {
        foreach (var watch in watches)
        {
            watch.Watcher.TellMemberDown(member, watch.Token, cause);
        }
    }

    private readonly record struct Watch(RingHost Watcher, long Token);
}
