using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>Which ring members of a node want to know when which members of other nodes go down.</summary>
/// <remarks>As the engines' table of that name: each watch is answered once.</remarks>
internal sealed class WatchTable(SimNode node)
{
    private readonly Dictionary<MemberId, List<(SimRing Watcher, long Token)>> _watches = [];

    internal int Count => _watches.Count;

    internal void Add(MemberId member, SimRing watcher, long token, long? session)
    {
        if (!_watches.TryGetValue(member, out var list))
        {
            _watches.Add(member, list = []);
        }

        list.Add((watcher, token));
        if (session is { } known
            && node.Send(member.Node, new NodeFrame.WatchMember(member), known) != SendResult.NotConnected)
        {
            return;
        }

        if (Remove(member, watcher))
        {
            var cause = node.IsDead(member.Node) ? DownCause.NodeDead : DownCause.SessionOver;
            if (cause == DownCause.SessionOver)
            {
                node.Log(new LogEvent.Fault("unconnected", [LogIds.Of(member.Node)], On: true));
                node.World.Note(Mark.NeighbourNotConnected);
            }

            watcher.TellMemberDown(member, token, cause);
        }
    }

    internal bool Remove(MemberId member, SimRing watcher)
    {
        if (!_watches.TryGetValue(member, out var list))
        {
            return false;
        }

        var removed = list.RemoveAll(watch => watch.Watcher == watcher);
        if (list.Count == 0)
        {
            _watches.Remove(member);
        }

        return removed > 0;
    }

    internal void MemberEnded(MemberId member)
    {
        if (_watches.Remove(member, out var list))
        {
            Answer(member, list, DownCause.Ended);
        }
    }

    internal void PeerDown(NodeId peer, DownCause cause)
    {
        foreach (var member in _watches.Keys.Where(member => member.Node.Equals(peer)).ToList())
        {
            if (_watches.Remove(member, out var list))
            {
                Answer(member, list, cause);
            }
        }
    }

    private static void Answer(MemberId member, List<(SimRing Watcher, long Token)> watches, DownCause cause)
    {
        foreach (var (watcher, token) in watches)
        {
            watcher.TellMemberDown(member, token, cause);
        }
    }
}
