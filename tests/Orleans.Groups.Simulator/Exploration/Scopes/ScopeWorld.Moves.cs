using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>What can happen in a world of a scope.</summary>
internal enum ScopeMove : byte
{
    /// <summary>A client takes its next step.</summary>
    Step,

    /// <summary>The oldest frame of a link arrives.</summary>
    Deliver,

    /// <summary>The last word of a link arrives; what was sent before it is lost.</summary>
    Cut,

    /// <summary>What was gathered is sent.</summary>
    Flush,

    /// <summary>All nodes send digests.</summary>
    DigestRound,

    /// <summary>There is room towards a node again.</summary>
    Unstall,

    /// <summary>A node sends digests.</summary>
    Digest,

    /// <summary>A frame is lost.</summary>
    Lose,

    /// <summary>A frame arrives, and once more later.</summary>
    Double,

    /// <summary>A frame overtakes the one before.</summary>
    Swap,

    /// <summary>There is no room towards a node.</summary>
    Stall,

    /// <summary>A node ends its session with another.</summary>
    Suspect,

    /// <summary>A session begins anew.</summary>
    Reopen,

    /// <summary>A node crashes.</summary>
    Crash,

    /// <summary>The next life of a dead node starts.</summary>
    StartNode,
}

/// <content>What can happen next.</content>
internal sealed partial class ScopeWorld
{
    internal override bool Collect(List<Move> moves)
    {
        for (var from = 0; from < Count; from++)
        {
            CollectOwn(moves, from);
        }

        if (moves.Count == 0 && _budget.Digests > 0)
        {
            Add(moves, ScopeMove.DigestRound);
        }

        var isAtRest = moves.Count == 0;
        for (var seat = 0; seat < Count; seat++)
        {
            if (CanStep(seat))
            {
                Add(moves, ScopeMove.Step, seat);
            }

            CollectFaults(moves, seat);
        }

        return isAtRest;
    }

    private static void Add(List<Move> moves, ScopeMove kind, int first = 0, int second = 0) =>
        moves.Add(new Move((byte)kind, (byte)first, (byte)second));

    private bool CanStep(int index)
    {
        var seat = _seats[index].Value;
        var steps = Plan.Seats[index].Steps;
        return seat.IsAlive && seat.StepsDone < steps.Length;
    }

    private void CollectOwn(List<Move> moves, int from)
    {
        var seat = _seats[from].Value;
        if (seat.IsFlushWanted)
        {
            Add(moves, ScopeMove.Flush, from);
        }

        for (var to = 0; to < Count; to++)
        {
            if (seat.Stalled.Contains(_fixture.Ids[to]))
            {
                Add(moves, ScopeMove.Unstall, from, to);
            }

            var frames = LinkOf(from, to).Value.Frames;
            if (frames.Count > 0)
            {
                Add(moves, ScopeMove.Deliver, from, to);
                if (LastWord(frames) > 0)
                {
                    Add(moves, ScopeMove.Cut, from, to);
                }
            }
        }
    }

    private void CollectFaults(List<Move> moves, int seat)
    {
        var state = _seats[seat].Value;
        if (!state.HasStarted && CanStart(seat))
        {
            Add(moves, ScopeMove.StartNode, seat);
        }

        if (!state.IsAlive)
        {
            return;
        }

        if (_budget.Crashes > 0 && (Plan.Mortals is null || Plan.Mortals.Contains(seat)))
        {
            Add(moves, ScopeMove.Crash, seat);
        }

        if (_budget.EarlyDigests > 0 && state.Machine is not null)
        {
            Add(moves, ScopeMove.Digest, seat);
        }

        for (var other = 0; other < Count; other++)
        {
            if (other != seat)
            {
                CollectFaults(moves, seat, other);
            }
        }
    }

    private void CollectFaults(List<Move> moves, int seat, int other)
    {
        var frames = LinkOf(seat, other).Value.Frames;
        if (frames.Count > 0 && frames[0] is ScopeFrame.ToScope)
        {
            AddIf(_budget.Lost > 0, ScopeMove.Lose);
            AddIf(_budget.Doubled > 0, ScopeMove.Double);
            AddIf(_budget.Swapped > 0 && frames.Count > 1 && frames[1] is ScopeFrame.ToScope, ScopeMove.Swap);
        }

        var isStalled = _seats[seat].Value.Stalled.Contains(_fixture.Ids[other]);
        AddIf(_budget.Stalls > 0 && IsUp(seat, other) && !isStalled, ScopeMove.Stall);
        AddIf(_budget.Suspicions > 0 && IsUp(seat, other), ScopeMove.Suspect);
        AddIf(
            _budget.Reopenings > 0 && other > seat && _seats[other].Value.IsAlive
                && !IsUp(seat, other) && !IsUp(other, seat),
            ScopeMove.Reopen);

        void AddIf(bool condition, ScopeMove kind)
        {
            if (condition)
            {
                Add(moves, kind, seat, other);
            }
        }
    }

    private bool CanStart(int seat) => Plan.Late.Contains(seat) || Plan.Seats
        .Select(static (plan, index) => (plan, index))
        .Any(item => item.plan.Name == Plan.Seats[seat].Name
            && item.plan.Ordinal == Plan.Seats[seat].Ordinal - 1
            && _seats[item.index].Value is { HasStarted: true, IsAlive: false });

    private static int LastWord(List<ScopeFrame> frames) =>
        frames.FindIndex(static frame => frame is ScopeFrame.NodeDead or ScopeFrame.SessionOver);

    internal override void Do(in Move move)
    {
        var (first, second) = ((int)move.First, (int)move.Second);
        switch ((ScopeMove)move.Kind)
        {
            case ScopeMove.Step: TakeStep(first); break;
            case ScopeMove.Deliver: Deliver(first, second); break;
            case ScopeMove.Cut: Cut(first, second); break;
            case ScopeMove.Flush: Flush(first); break;
            case ScopeMove.DigestRound: SendDigests(); break;
            case ScopeMove.Unstall: SetRoom(first, second, hasRoom: true); break;
            case ScopeMove.Digest: SendDigest(first); break;
            case ScopeMove.Lose: Lose(first, second); break;
            case ScopeMove.Double: Double(first, second); break;
            case ScopeMove.Swap: Swap(first, second); break;
            case ScopeMove.Stall: SetRoom(first, second, hasRoom: false); break;
            case ScopeMove.Suspect: EndSession(first, second); break;
            case ScopeMove.Reopen: Reopen(first, second); break;
            case ScopeMove.Crash: Crash(first); break;
            case ScopeMove.StartNode: StartNode(first); break;
            default: throw Invariant.Unreachable(move);
        }
    }

    internal override string Tell(in Move move)
    {
        var (first, second) = ((int)move.First, (int)move.Second);
        var link = $"{_fixture.Ids[first]} to {_fixture.Ids[second]}";
        return (ScopeMove)move.Kind switch
        {
            ScopeMove.Step =>
                $"client of {_fixture.Ids[first]}: {Plan.Seats[first].Steps[_seats[first].Value.StepsDone]}",
            ScopeMove.Deliver => $"{link}: the next frame",
            ScopeMove.Cut => $"{link}: the end comes, what was under way is lost",
            ScopeMove.DigestRound => "all nodes send digests",
            ScopeMove.Unstall => $"{link}: there is room again",
            ScopeMove.Lose => $"{link}: the next frame is lost",
            ScopeMove.Double => $"{link}: the next frame, which will come once more",
            ScopeMove.Swap => $"{link}: the second frame overtakes the first",
            ScopeMove.Stall => $"{link}: there is no room",
            ScopeMove.Suspect => $"{link}: ends the session",
            ScopeMove.Reopen => $"{link}: a new session",
            var kind => $"{_fixture.Ids[first]}: {kind}",
        };
    }
}
