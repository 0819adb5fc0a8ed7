using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>What can happen in a world of a ring.</summary>
internal enum MoveKind : byte
{
    /// <summary>A client takes its next step.</summary>
    Step,

    /// <summary>The oldest frame of a link arrives.</summary>
    Deliver,

    /// <summary>The last word of a link arrives; what was sent before it is lost.</summary>
    Cut,

    /// <summary>A turn ends.</summary>
    Flush,

    /// <summary>The store carries a request out.</summary>
    Apply,

    /// <summary>The answer to a request arrives.</summary>
    Answer,

    /// <summary>A request is lost on its way to the store.</summary>
    LoseRequest,

    /// <summary>The answer to a request is lost.</summary>
    LoseAnswer,

    /// <summary>Nobody knows what becomes of an edit, which is carried out later.</summary>
    Defer,

    /// <summary>A node looks for a survey what its members hold.</summary>
    Look,

    /// <summary>A timer fires.</summary>
    Timer,

    /// <summary>A handler has processed what it had received of a publisher.</summary>
    Handle,

    /// <summary>A node crashes.</summary>
    Crash,

    /// <summary>A living node is declared dead.</summary>
    Zombie,

    /// <summary>A node ends its session with another.</summary>
    Suspect,

    /// <summary>A session begins anew.</summary>
    Reopen,

    /// <summary>The record vanishes.</summary>
    LoseRecord,
}

/// <content>What can happen next.</content>
internal sealed partial class RingWorld
{
    /// <summary>Whether nothing moves any more unless a client or a fault sets something off.</summary>
    internal override bool Collect(List<Move> moves)
    {
        CollectOwn(moves);
        var isAtRest = moves.Count == 0;
        for (var seat = 0; seat < _seats.Length; seat++)
        {
            if (CanStep(seat))
            {
                Add(moves, MoveKind.Step, seat);
            }
        }

        CollectFaults(moves);
        return isAtRest;
    }

    private static void Add(
        List<Move> moves,
        MoveKind kind,
        int first = 0,
        int second = 0,
        int third = 0,
        long number = 0) =>
        moves.Add(new Move((byte)kind, (byte)first, (byte)second, (byte)third, (int)number));

    private bool CanStep(int index)
    {
        var seat = _seats[index].Value;
        var steps = Plan.Seats[index].Steps;
        var node = _nodes[Plan.Seats[index].Node].Value;
        return seat.StepsDone < steps.Length && !seat.IsOver && node.IsAlive
            && steps[seat.StepsDone] switch
            {
                SeatStep.Join => !node.IsDeclaredDead,
                SeatStep.JoinAgain => !node.IsDeclaredDead && _seats[index - 1].Value.IsOver,
                SeatStep.JoinBehind => !node.IsDeclaredDead
                    && _seats[index - 1].Value is { IsLeaving: true } or { IsOver: true },
                _ => seat.Phase == SeatPhase.Joined && !seat.IsLeaving,
            };
    }

    private void CollectOwn(List<Move> moves)
    {
        for (var from = 0; from < Plan.Nodes; from++)
        {
            for (var to = 0; to < Plan.Nodes; to++)
            {
                var frames = LinkOf(from, to).Value.Frames;
                if (frames.Count > 0)
                {
                    Add(moves, MoveKind.Deliver, from, to);
                    if (LastWord(frames) > 0)
                    {
                        Add(moves, MoveKind.Cut, from, to);
                    }
                }
            }
        }

        for (var seat = 0; seat < _seats.Length; seat++)
        {
            CollectOwn(moves, seat);
        }

        CollectStore(moves);
        if (moves.Count == 0)
        {
            for (var seat = 0; seat < _seats.Length; seat++)
            {
                if (_seats[seat].Value.Timers.ContainsKey(RingTimer.JoinAttempt))
                {
                    Add(moves, MoveKind.Timer, seat, (int)RingTimer.JoinAttempt);
                }
            }
        }
    }

    private void CollectOwn(List<Move> moves, int index)
    {
        var seat = _seats[index].Value;
        if (seat.IsFlushWanted)
        {
            Add(moves, MoveKind.Flush, index);
        }

        if (seat.Timers.ContainsKey(RingTimer.Retry))
        {
            Add(moves, MoveKind.Timer, index, (int)RingTimer.Retry);
        }

        if (Plan.Handlers == HandlerPace.Apart)
        {
            foreach (var (publisher, known) in seat.Known)
            {
                if (known.Processed < known.Received)
                {
                    Add(moves, MoveKind.Handle, index, _fixture.SeatOf(publisher));
                }
            }
        }
    }

    private void CollectStore(List<Move> moves)
    {
        var store = _store.Value;
        foreach (var ((author, number), request) in store.Requests)
        {
            var seat = _fixture.SeatOf(author);
            if (!request.IsApplied)
            {
                Add(moves, MoveKind.Apply, seat, number: number);
            }
            else
            {
                var choices = _seats[seat].Value.Phase == SeatPhase.Joining ? ChoicesOf(request) : 1;
                for (var choice = 0; choice < choices; choice++)
                {
                    Add(moves, MoveKind.Answer, seat, choices, choice, number);
                }
            }
        }

        foreach (var (author, survey) in store.Surveys)
        {
            foreach (var node in survey.Unasked)
            {
                if (_nodes[_fixture.NodeOf(node)].Value.IsAlive)
                {
                    Add(moves, MoveKind.Look, _fixture.SeatOf(author), _fixture.NodeOf(node));
                }
            }
        }
    }

    /// <summary>
    /// Among how many equally likely parts of its luck a joiner that reads this record may choose whom it asks.
    /// </summary>
    private static int ChoicesOf(StoreRequest request)
    {
        if (request.Result.Current is not { Status: RecordStatus.Open } record)
        {
            return 1;
        }

        var alive = record.Entries.Count(static entry => entry.IsAlive);
        return alive switch
        {
            <= 1 => 1,
            2 => 2,
            3 => 6, // Three, or two if one has refused.
            _ => 12,
        };
    }

    private void CollectFaults(List<Move> moves)
    {
        for (var node = 0; node < Plan.Nodes; node++)
        {
            var state = _nodes[node].Value;
            if (!state.IsAlive || state.IsDeclaredDead)
            {
                continue;
            }

            if (_budget.Crashes > 0 && (Plan.Mortals is null || Plan.Mortals.Contains(node)))
            {
                Add(moves, MoveKind.Crash, node);
            }

            if (_budget.Zombies > 0)
            {
                Add(moves, MoveKind.Zombie, node);
            }

            for (var other = 0; other < Plan.Nodes; other++)
            {
                if (other != node && _budget.Suspicions > 0 && IsConnected(node, other))
                {
                    Add(moves, MoveKind.Suspect, node, other);
                }

                if (other > node && _budget.Reopenings > 0 && CanReopen(node, other))
                {
                    Add(moves, MoveKind.Reopen, node, other);
                }
            }
        }

        CollectStoreFaults(moves);
    }

    private void CollectStoreFaults(List<Move> moves)
    {
        if (_budget.Losses > 0 && _store.Value.Current is not null)
        {
            Add(moves, MoveKind.LoseRecord);
        }

        foreach (var ((author, number), request) in _budget.Unknowns > 0 ? _store.Value.Requests : [])
        {
            if (request.IsAnswered)
            {
                continue;
            }

            var seat = _fixture.SeatOf(author);
            if (request.IsApplied)
            {
                Add(moves, MoveKind.LoseAnswer, seat, number: number);
                continue;
            }

            Add(moves, MoveKind.LoseRequest, seat, number: number);
            if (request.Edit is not null)
            {
                Add(moves, MoveKind.Defer, seat, number: number);
            }
        }
    }

    private bool CanReopen(int node, int other) =>
        _nodes[other].Value is { IsAlive: true, IsDeclaredDead: false }
        && !IsConnected(node, other) && !IsConnected(other, node)
        && LinkOf(node, node).Value.Frames.Count == 0 && LinkOf(other, other).Value.Frames.Count == 0;

    private static int LastWord(List<RingFrame> frames) =>
        frames.FindIndex(static frame => frame is RingFrame.NodeDead or RingFrame.SessionOver);

    internal override void Do(in Move move)
    {
        int first = move.First;
        int second = move.Second;
        switch ((MoveKind)move.Kind)
        {
            case MoveKind.Step: TakeStep(first); break;
            case MoveKind.Deliver: Deliver(first, second); break;
            case MoveKind.Cut: Cut(first, second); break;
            case MoveKind.Flush: Flush(first); break;
            case MoveKind.Apply: Apply(first, move.Number); break;
            case MoveKind.Answer: Answer(first, move.Number, second, move.Third); break;
            case MoveKind.LoseRequest: LoseRequest(first, move.Number); break;
            case MoveKind.LoseAnswer: LoseAnswer(first, move.Number); break;
            case MoveKind.Defer: Defer(first, move.Number); break;
            case MoveKind.Look: Look(first, second); break;
            case MoveKind.Timer: Fire(first, (RingTimer)second); break;
            case MoveKind.Handle: Handle(first, second); break;
            case MoveKind.Crash: Crash(first); break;
            case MoveKind.Zombie: DeclareDead(first); break;
            case MoveKind.Suspect: EndSession(first, second); break;
            case MoveKind.Reopen: Reopen(first, second); break;
            case MoveKind.LoseRecord: LoseRecord(); break;
            default: throw Invariant.Unreachable(move);
        }
    }

    internal override string Tell(in Move move)
    {
        var (first, second) = (move.First, move.Second);
        return (MoveKind)move.Kind switch
        {
            MoveKind.Step => $"client of {NameOf(first)}: {Plan.Seats[first].Steps[_seats[first].Value.StepsDone]}",
            MoveKind.Deliver => $"{NodeName(first)} to {NodeName(second)}: the next frame",
            MoveKind.Cut => $"{NodeName(first)} to {NodeName(second)}: the end comes, what was under way is lost",
            MoveKind.Flush => $"{NameOf(first)}: the turn ends",
            MoveKind.Apply => $"store: carries out request {move.Number} of {NameOf(first)}",
            MoveKind.Answer => $"store: answers request {move.Number} of {NameOf(first)}",
            MoveKind.LoseRequest => $"store: request {move.Number} of {NameOf(first)} is lost",
            MoveKind.LoseAnswer => $"store: the answer to request {move.Number} of {NameOf(first)} is lost",
            MoveKind.Defer => $"store: request {move.Number} of {NameOf(first)} hangs, and is carried out later",
            MoveKind.Look => $"survey of {NameOf(first)}: {NodeName(second)} looks",
            MoveKind.Timer => $"{NameOf(first)}: timer {(RingTimer)second}",
            MoveKind.Handle => $"{NameOf(first)}: the handler catches up on {NameOf(second)}",
            MoveKind.Crash => $"{NodeName(first)} crashes",
            MoveKind.Zombie => $"{NodeName(first)} lives and is declared dead",
            MoveKind.Suspect => $"{NodeName(first)} ends its session with {NodeName(second)}",
            MoveKind.Reopen => $"{NodeName(first)} and {NodeName(second)} begin a new session",
            MoveKind.LoseRecord => "the record vanishes",
            _ => move.ToString(),
        };
    }

    private string NameOf(int seat) => _fixture.SeatIds[seat].Name;

    private string NodeName(int node) => $"node {_fixture.NodeIds[node].Name}";
}
