using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <content>Clients, frames, sessions, deaths.</content>
internal sealed partial class ScopeWorld
{
    private void TakeStep(int index)
    {
        Stir();
        var step = Plan.Seats[index].Steps[_seats[index].Value.StepsDone];
        var seat = WriteSeat(index);
        seat.StepsDone++;
        var member = new MemberId(seat.Id, step.Member, $"{seat.Id.Name}{step.Member}");
        switch (step.Verb)
        {
            case ScopeVerb.Join:
                Step(index, new ScopeInput.JoinOne(step.Group, member));
                break;
            case ScopeVerb.Leave:
                Step(index, new ScopeInput.LeaveOne(step.Group, member));
                break;
            case ScopeVerb.End:
                seat.Ended.Add(member);
                EndIfWatched(index, member);
                break;
            case ScopeVerb.Stop:
                Step(index, ScopeInput.Stop.Instance);
                seat.Machine = null;
                seat.IsFlushWanted = false;
                seat.Watched.Clear();
                seat.Monitored.Clear();
                seat.Local.Clear();
                break;
            case ScopeVerb.Start:
                StartScope(index);
                break;
            default:
                throw Invariant.Unreachable(step);
        }
    }

    private void EndIfWatched(int index, MemberId member)
    {
        if (WriteSeat(index).Watched.Remove(member))
        {
            Step(index, new ScopeInput.MembersEnded([member]));
        }
    }

    private void StartNode(int index)
    {
        Stir();
        var seat = WriteSeat(index);
        seat.HasStarted = true;
        seat.IsAlive = true;
        for (var other = 0; other < Count; other++)
        {
            if (other != index && _seats[other].Value.IsAlive)
            {
                Connect(index, other);
            }
        }

        StartScope(index);
    }

    private void StartScope(int index)
    {
        var seat = WriteSeat(index);
        var settings = new ScopeSettings(1000, 1000, 1000, 10, Plan.FrameSize, IsLocal: false);
        seat.Machine = new ScopeMachine(Scope, new ScopeId(seat.Id, ++seat.Lives), settings);
        seat.Versions.Add(seat.Lives, [0UL]);
        Step(index, new ScopeInput.StartMonitor(MonitorNumber, null, null));
        foreach (var (node, session) in seat.Sessions.OrderBy(static item => item.Key).ToList())
        {
            Step(index, new ScopeInput.PeerUp(node, session));
        }
    }

    private void Flush(int index)
    {
        WriteSeat(index).IsFlushWanted = false;
        Step(index, ScopeInput.Flush.Instance);
    }

    private void SendDigests()
    {
        _budget = _budget with { Digests = _budget.Digests - 1 };
        for (var index = 0; index < Count; index++)
        {
            Step(index, ScopeInput.DigestDue.Instance);
        }
    }

    private void SendDigest(int index)
    {
        _budget = _budget with { EarlyDigests = _budget.EarlyDigests - 1 };
        Step(index, ScopeInput.DigestDue.Instance);
    }

    private void Deliver(int from, int to)
    {
        var link = WriteLink(from, to);
        var frame = link.Frames[0];
        link.Frames.RemoveAt(0);
        switch (frame)
        {
            case ScopeFrame.ToScope message:
                Step(to, new ScopeInput.Received(
                    _fixture.Ids[from], _seats[to].Value.Sessions[_fixture.Ids[from]], message.Message));
                break;
            case ScopeFrame.SessionOver:
                EndLocally(to, from);
                break;
            case ScopeFrame.NodeDead:
                link.Frames.Clear();
                EndLocally(to, from);
                break;
        }
    }

    private void Cut(int from, int to)
    {
        var link = WriteLink(from, to);
        link.Frames.RemoveRange(0, LastWord(link.Frames));
        Deliver(from, to);
    }

    private void Lose(int from, int to)
    {
        Stir();
        _budget = _budget with { Lost = _budget.Lost - 1 };
        WriteLink(from, to).Frames.RemoveAt(0);
    }

    private void Double(int from, int to)
    {
        Stir();
        _budget = _budget with { Doubled = _budget.Doubled - 1 };
        var link = WriteLink(from, to);
        link.Frames.Add(link.Frames[0]);
        Deliver(from, to);
    }

    private void Swap(int from, int to)
    {
        Stir();
        _budget = _budget with { Swapped = _budget.Swapped - 1 };
        var link = WriteLink(from, to);
        (link.Frames[0], link.Frames[1]) = (link.Frames[1], link.Frames[0]);
        Deliver(from, to);
    }

    private void SetRoom(int from, int to, bool hasRoom)
    {
        Stir();
        _budget = hasRoom ? _budget : _budget with { Stalls = _budget.Stalls - 1 };
        var seat = WriteSeat(from);
        var peer = _fixture.Ids[to];
        _ = hasRoom ? seat.Stalled.Remove(peer) : seat.Stalled.Add(peer);
        Step(from, new ScopeInput.Writable(peer, seat.Sessions[peer], hasRoom));
    }

    private void Connect(int one, int other)
    {
        WriteLink(one, other).Clear();
        WriteLink(other, one).Clear();
        var (a, b) = (_fixture.Ids[one], _fixture.Ids[other]);
        var session = 1 + WriteSeat(one).LastSessions.GetValueOrDefault(b);
        _seats[one].Value.LastSessions[b] = session;
        _seats[one].Value.Sessions[b] = session;
        WriteSeat(other).LastSessions[a] = session;
        _seats[other].Value.Sessions[a] = session;
        Step(one, new ScopeInput.PeerUp(b, session));
        Step(other, new ScopeInput.PeerUp(a, session));
    }

    private void Reopen(int one, int other)
    {
        Stir();
        _budget = _budget with { Reopenings = _budget.Reopenings - 1 };
        Connect(one, other);
    }

    private void EndSession(int observer, int other)
    {
        Stir();
        _budget = _budget with { Suspicions = _budget.Suspicions - 1 };
        EndLocally(observer, other);
        if (IsUp(other, observer))
        {
            WriteLink(observer, other).Frames.Add(ScopeFrame.SessionOver.Instance);
        }
    }

    /// <summary>One end of a session is over: nothing more of it is accepted.</summary>
    private void EndLocally(int index, int other)
    {
        WriteLink(other, index).Clear();
        var peer = _fixture.Ids[other];
        var seat = WriteSeat(index);
        seat.Stalled.Remove(peer);
        if (seat.Sessions.Remove(peer, out var session))
        {
            Step(index, new ScopeInput.PeerDown(peer, session));
        }
    }

    private void Crash(int index)
    {
        Stir();
        _budget = _budget with { Crashes = _budget.Crashes - 1 };
        var seat = WriteSeat(index);
        seat.IsAlive = false;
        seat.Machine = null;
        seat.IsFlushWanted = false;
        seat.Sessions.Clear();
        seat.Stalled.Clear();
        seat.Watched.Clear();
        seat.Local.Clear();
        for (var other = 0; other < Count; other++)
        {
            WriteLink(other, index).Frames.Clear();
            if (_seats[other].Value.IsAlive)
            {
                WriteLink(index, other).Frames.Add(ScopeFrame.NodeDead.Instance);
            }
        }
    }
}
