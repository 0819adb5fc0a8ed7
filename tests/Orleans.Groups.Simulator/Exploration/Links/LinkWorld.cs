using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>What can happen in a world of a link.</summary>
internal enum LinkMove : byte
{
    /// <summary>Membership tells an end that its peer lives.</summary>
    Alive,

    /// <summary>A host takes its next step.</summary>
    Step,

    /// <summary>A message arrives.</summary>
    Deliver,

    /// <summary>A turn ends.</summary>
    Flush,

    /// <summary>A timer fires.</summary>
    Timer,

    /// <summary>A host has handled what has arrived in a credited channel.</summary>
    Consume,

    /// <summary>The oldest message is lost.</summary>
    Lose,

    /// <summary>The oldest message arrives, and once more later.</summary>
    Double,
}

/// <summary>Two real link machines over a transport that loses, doubles and reorders as the plan says.</summary>
internal sealed partial class LinkWorld : Explorable
{
    private readonly LinkPlan _plan;
    private readonly StateHasher[] _hashers;
    private readonly Part<LinkEnd>[] _ends;
    private readonly Part<LinkWay>[] _ways; // From the end of that number.
    private LinkBudget _budget;

    private LinkWorld(LinkPlan plan)
    {
        _plan = plan;
        NodeId[] ids = [.. Enumerable.Range(0, 2).Select(static n => new NodeId(
            n == 0 ? "a" : "b", new Incarnation(1, new Guid(n + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))))];
        var naming = new StateNaming(ids.Select(static (id, number) => (id, number)).ToDictionary(), static _ => null);
        int[][] twins = plan.AreTwins ? [[0, 1]] : [];
        _hashers = [.. Mirrors.Of(2, twins).Select(places => new StateHasher(naming.Renumbered(places)))];
        var settings = new LinkSettings
        {
            MaxBatchesInFlight = 2,
            EagerBatchesInFlight = 2,
            ChannelCreditBytes = plan.Credit,
            RetryMinimum = TimeSpan.FromSeconds(1),
            RetryMaximum = TimeSpan.FromSeconds(1),
            Verify = true,
        };
        _ends =
        [
            new Part<LinkEnd>(new LinkEnd(ids[0], ids[1], settings), this),
            new Part<LinkEnd>(new LinkEnd(ids[1], ids[0], settings), this),
        ];
        _ways = [new Part<LinkWay>(new LinkWay(), this), new Part<LinkWay>(new LinkWay(), this)];
        _budget = new LinkBudget(plan.Lost, plan.Doubled, plan.Overtaking, plan.EarlyRetries);
    }

    private LinkWorld(LinkWorld original)
    {
        _plan = original._plan;
        _hashers = original._hashers;
        _ends = (Part<LinkEnd>[])original._ends.Clone();
        _ways = (Part<LinkWay>[])original._ways.Clone();
        _budget = original._budget;
    }

    /// <summary>The beginning of a plan: two machines that have heard nothing.</summary>
    internal static LinkWorld Start(LinkPlan plan) => new(plan);

    internal override Explorable Copy() => new LinkWorld(this) { Notes = Notes };

    internal override StateHash Hash()
    {
        var best = HashIn(0);
        if (_hashers.Length > 1)
        {
            var mirrored = HashIn(1);
            best = mirrored.CompareTo(best) < 0 ? mirrored : best;
        }

        return best;
    }

    private StateHash HashIn(int mirror)
    {
        var builder = default(StateHashBuilder);
        for (var place = 0; place < 2; place++)
        {
            builder.Add(_ends[place ^ mirror].Hash(_hashers, mirror));
            builder.Add(_ways[place ^ mirror].Hash(_hashers, mirror));
        }

        builder.Add((long)_budget.Lost);
        builder.Add((long)_budget.Doubled);
        builder.Add((long)_budget.Overtaking);
        builder.Add((long)_budget.EarlyRetries);
        return builder.ToHash();
    }

    private LinkEnd WriteEnd(int end) => Part<LinkEnd>.Write(ref _ends[end], this);

    private LinkWay WriteWay(int from) => Part<LinkWay>.Write(ref _ways[from], this);

    private LinkStep[] StepsOf(int end) => end == 0 ? _plan.Left : _plan.Right;

    internal override bool Collect(List<Move> moves)
    {
        for (var end = 0; end < 2; end++)
        {
            CollectOwn(moves, end);
        }

        var isAtRest = moves.Count == 0;
        for (var end = 0; end < 2; end++)
        {
            CollectOthers(moves, end);
        }

        return isAtRest;
    }

    private void CollectOwn(List<Move> moves, int index)
    {
        var end = _ends[index].Value;
        if (!end.IsAlive)
        {
            Add(moves, LinkMove.Alive, index);
        }

        if (_ways[index].Value.Messages.Count > 0)
        {
            Add(moves, LinkMove.Deliver, index);
        }

        if (end.IsFlushWanted)
        {
            Add(moves, LinkMove.Flush, index);
        }

        if (end.Timers.ContainsKey(LinkTimer.Credit))
        {
            Add(moves, LinkMove.Timer, index, (int)LinkTimer.Credit);
        }

        var isQuiet = _ways[0].Value.Messages.Count + _ways[1].Value.Messages.Count == 0;
        if (end.Timers.ContainsKey(LinkTimer.Retry) && isQuiet)
        {
            Add(moves, LinkMove.Timer, index, (int)LinkTimer.Retry);
        }

        foreach (var channel in end.Unconsumed.Keys)
        {
            Add(moves, LinkMove.Consume, index, (int)channel);
        }
    }

    private void CollectOthers(List<Move> moves, int index)
    {
        var end = _ends[index].Value;
        if (end.StepsDone < StepsOf(index).Length && !end.IsOver
            && (end.Session > 0 || StepsOf(index)[end.StepsDone] == LinkStep.Bury))
        {
            Add(moves, LinkMove.Step, index);
        }

        var messages = _ways[index].Value.Messages.Count;
        for (var other = 1; other < messages && _budget.Overtaking > 0; other++)
        {
            Add(moves, LinkMove.Deliver, index, other);
        }

        if (messages > 0 && _budget.Lost > 0)
        {
            Add(moves, LinkMove.Lose, index);
        }

        if (messages > 0 && _budget.Doubled > 0)
        {
            Add(moves, LinkMove.Double, index);
        }

        if (_budget.EarlyRetries > 0 && end.Timers.ContainsKey(LinkTimer.Retry))
        {
            Add(moves, LinkMove.Timer, index, (int)LinkTimer.Retry, 1);
        }
    }

    private static void Add(List<Move> moves, LinkMove kind, int first, int second = 0, int third = 0) =>
        moves.Add(new Move((byte)kind, (byte)first, (byte)second, (byte)third));

    internal override string Tell(in Move move)
    {
        var end = move.First == 0 ? "a" : "b";
        return (LinkMove)move.Kind switch
        {
            LinkMove.Step => $"host of {end}: {StepsOf(move.First)[_ends[move.First].Value.StepsDone]}",
            LinkMove.Deliver => $"message {move.Second + 1} from {end} arrives",
            LinkMove.Timer => $"{end}: timer {(LinkTimer)move.Second}",
            LinkMove.Lose => $"a message from {end} is lost",
            LinkMove.Double => $"a message from {end} arrives, and will come once more",
            var kind => $"{end}: {kind}",
        };
    }
}
