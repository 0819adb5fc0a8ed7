using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <content>Links, sessions, watches, deaths: what the engine's node does.</content>
internal sealed partial class RingWorld
{
    private bool IsConnected(int node, int other) =>
        node == other || !_nodes[node].Value.Apart.Contains(_fixture.NodeIds[other]);

    private void Send(int from, NodeId receiver, RingFrame frame)
    {
        var to = _fixture.NodeOf(receiver);
        // What arrives in a session that is over at the receiver is not accepted, so it need not travel.
        if (IsConnected(from, to) && IsConnected(to, from) && _nodes[to].Value.IsAlive)
        {
            WriteLink(from, to).Frames.Add(frame);
        }
    }

    private void Deliver(int from, int to)
    {
        var link = WriteLink(from, to);
        var frame = link.Frames[0];
        link.Frames.RemoveAt(0);
        Accept(from, to, frame);
    }

    private void Cut(int from, int to)
    {
        var link = WriteLink(from, to);
        link.Frames.RemoveRange(0, LastWord(link.Frames));
        Deliver(from, to);
    }

    private void Accept(int from, int to, RingFrame frame)
    {
        switch (frame)
        {
            case RingFrame.ToMember message:
                Step(_fixture.SeatOf(message.To), new RingInput.Received(message.From, message.Message));
                break;
            case RingFrame.Ended ended:
                foreach (var watcher in WatchersOn(to, ended.Member).ToList())
                {
                    WriteSeat(watcher).Watches.Remove(ended.Member);
                    Step(watcher, new RingInput.MemberDown(ended.Member, DownCause.Ended));
                }

                break;
            case RingFrame.Notice notice:
                Step(_fixture.SeatOf(notice.To), notice.Input);
                break;
            case RingFrame.SessionOver:
                EndLocally(to, from, DownCause.SessionOver);
                break;
            case RingFrame.NodeDead:
                WriteNode(to).Dead.Add(_fixture.NodeIds[from]);
                WriteLink(from, to).Frames.Clear();
                EndLocally(to, from, DownCause.NodeDead);
                if (_nodes[from].Value.IsAlive && IsConnected(from, to))
                {
                    // A node that lives on finds that nobody talks to it any more.
                    WriteLink(to, from).Frames.Add(RingFrame.SessionOver.Instance);
                }

                break;
            default:
                throw Invariant.Unreachable(frame);
        }
    }

    /// <summary>One end of a session is over: nothing more of it is accepted, and its watches are answered.</summary>
    private void EndLocally(int node, int other, DownCause cause)
    {
        var otherId = _fixture.NodeIds[other];
        WriteNode(node).Apart.Add(otherId);
        WriteLink(other, node).Clear();
        for (var index = 0; index < _seats.Length; index++)
        {
            if (Plan.Seats[index].Node != node || !_seats[index].Value.Watches.Exists(w => w.Node.Equals(otherId)))
            {
                continue;
            }

            var seat = WriteSeat(index);
            foreach (var member in seat.Watches.FindAll(w => w.Node.Equals(otherId)))
            {
                seat.Watches.Remove(member);
                Note(index, new RingInput.MemberDown(member, cause));
            }
        }

        EndSurveys(node, otherId, cause == DownCause.NodeDead);
    }

    /// <summary>The host of a member tells it something, behind what it told it before.</summary>
    private void Note(int index, RingInput input)
    {
        var node = Plan.Seats[index].Node;
        WriteLink(node, node).Frames.Add(new RingFrame.Notice(_fixture.SeatIds[index], input));
    }

    private void Watch(int index, RingSeat seat, MemberId member)
    {
        seat.Watches.Remove(member);
        var node = Plan.Seats[index].Node;
        var target = _fixture.NodeOf(member.Node);
        if (!IsConnected(node, target))
        {
            var isDead = _nodes[node].Value.Dead.Contains(member.Node);
            Note(index, new RingInput.MemberDown(member, isDead ? DownCause.NodeDead : DownCause.SessionOver));
            return;
        }

        seat.Watches.Add(member);
        if (_nodes[target].Value.IsAlive && !_seats[_fixture.SeatOf(member)].Value.IsRunning)
        {
            Send(target, seat.Id.Node, new RingFrame.Ended(member));
        }
    }

    private IEnumerable<int> WatchersOn(int node, MemberId member)
    {
        for (var index = 0; index < _seats.Length; index++)
        {
            if (Plan.Seats[index].Node == node && _seats[index].Value.Watches.Contains(member))
            {
                yield return index;
            }
        }
    }

    private void EndSession(int observer, int other)
    {
        _budget = _budget with { Suspicions = _budget.Suspicions - 1 };
        EndLocally(observer, other, DownCause.SessionOver);
        if (IsConnected(other, observer) && _nodes[other].Value.IsAlive)
        {
            WriteLink(observer, other).Frames.Add(RingFrame.SessionOver.Instance);
        }
    }

    private void Reopen(int node, int other)
    {
        _budget = _budget with { Reopenings = _budget.Reopenings - 1 };
        foreach (var (one, peer) in new[] { (node, other), (other, node) })
        {
            WriteLink(one, peer).Clear();
            WriteNode(one).Apart.Remove(_fixture.NodeIds[peer]);
            for (var index = 0; index < _seats.Length; index++)
            {
                if (Plan.Seats[index].Node == one && _seats[index].Value.IsRunning)
                {
                    Note(index, new RingInput.PeerUp(_fixture.NodeIds[peer]));
                }
            }
        }
    }

    private void Crash(int node)
    {
        _budget = _budget with { Crashes = _budget.Crashes - 1 };
        WriteNode(node).IsAlive = false;
        for (var index = 0; index < _seats.Length; index++)
        {
            if (Plan.Seats[index].Node == node && _seats[index].Value.IsRunning)
            {
                End(index, SeatPhase.Crashed);
            }
        }

        for (var other = 0; other < Plan.Nodes; other++)
        {
            WriteLink(other, node).Frames.Clear();
        }

        TellDeath(node);
    }

    private void DeclareDead(int node)
    {
        _budget = _budget with { Zombies = _budget.Zombies - 1 };
        TellDeath(node);
    }

    private void TellDeath(int node)
    {
        WriteNode(node).IsDeclaredDead = true;
        for (var other = 0; other < Plan.Nodes; other++)
        {
            if (other != node && _nodes[other].Value.IsAlive)
            {
                WriteLink(node, other).Frames.Add(RingFrame.NodeDead.Instance);
            }
        }
    }
}
