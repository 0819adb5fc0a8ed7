using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>
/// Real ring machines on the smallest network, store and clock that keep the host contract, with every order of events
/// open.
/// </summary>
/// <remarks>
/// Between two nodes frames stay in order. A machine's turn is one step, or several where the plan says so; watches
/// are answered behind the last frame of whom they are about. A timer may fire whenever it is set; the ones that give
/// something up fire only when nothing else can happen.
/// </remarks>
internal sealed partial class RingWorld : Explorable
{
    private const string Group = "ring";

    private static readonly RingSettings Settings = new(
        WindowBytes: 64 * 1024,
        MaxFrameBytes: 64 * 1024,
        MaxMembers: 64,
        MaxWaitingJoiners: 64,
        MaxHeldBytes: 1024 * 1024,
        JoinAttemptTimeout: TimeSpan.FromSeconds(5),
        LeaveTimeout: TimeSpan.FromSeconds(30),
        RetryMinimum: TimeSpan.FromMilliseconds(20),
        RetryMaximum: TimeSpan.FromSeconds(2),
        EjectSlowMembers: false,
        EjectAfter: TimeSpan.FromSeconds(10));

    private readonly RingFixture _fixture;
    private readonly Part<RingSeat>[] _seats;
    private readonly Part<RingNode>[] _nodes;
    private readonly Part<RingLink>[] _links; // From row, to column.
    private Part<RingStore> _store;
    private RingBudget _budget;

    private RingWorld(RingFixture fixture)
    {
        _fixture = fixture;
        var plan = fixture.Plan;
        _nodes = [.. fixture.NodeIds.Select(id => new Part<RingNode>(new RingNode(id), this))];
        _seats =
        [
            .. fixture.SeatIds.Select((id, index) => new Part<RingSeat>(
                new RingSeat(id, new RingMachine(Group, id, Settings, (ulong)index + 1)), this)),
        ];
        var links = plan.Nodes * plan.Nodes;
        _links = [.. Enumerable.Range(0, links).Select(_ => new Part<RingLink>(new RingLink(), this))];
        _store = new Part<RingStore>(new RingStore(), this);
        _budget = new RingBudget(
            plan.Crashes, plan.Zombies, plan.Suspicions, plan.Reopenings, plan.Unknowns, plan.Losses);
    }

    private RingWorld(RingWorld original)
    {
        _fixture = original._fixture;
        _seats = (Part<RingSeat>[])original._seats.Clone();
        _nodes = (Part<RingNode>[])original._nodes.Clone();
        _links = (Part<RingLink>[])original._links.Clone();
        _store = original._store;
        _budget = original._budget;
    }

    private RingPlan Plan => _fixture.Plan;

    /// <summary>The beginning of a plan: its first seats are in the ring, and all is quiet.</summary>
    internal static RingWorld Start(RingPlan plan)
    {
        var world = new RingWorld(new RingFixture(plan));
        for (var seat = 0; seat < plan.Initial; seat++)
        {
            world.TakeStep(seat);
            world.Settle(insertAfter: seat - 1);
            PropertyException.Require(
                world._seats[seat].Value.Phase == SeatPhase.Joined, "world", $"seat {seat} joins before the start");
        }

        return world;
    }

    internal override Explorable Copy() => new RingWorld(this) { Notes = Notes };

    internal override StateHash Hash()
    {
        var best = HashIn(0);
        for (var mirror = 1; mirror < _fixture.Hashers.Length; mirror++)
        {
            var hash = HashIn(mirror);
            best = hash.CompareTo(best) < 0 ? hash : best;
        }

        return best;
    }

    private StateHash HashIn(int mirror)
    {
        var builder = default(StateHashBuilder);
        foreach (var seat in _fixture.SeatOrders[mirror])
        {
            builder.Add(_seats[seat].Hash(_fixture.Hashers, mirror));
        }

        var order = _fixture.NodeOrders[mirror];
        foreach (var from in order)
        {
            builder.Add(_nodes[from].Hash(_fixture.Hashers, mirror));
            foreach (var to in order)
            {
                builder.Add(LinkOf(from, to).Hash(_fixture.Hashers, mirror));
            }
        }

        builder.Add(_store.Hash(_fixture.Hashers, mirror));
        _budget.WriteTo(ref builder);
        return builder.ToHash();
    }

    private Part<RingLink> LinkOf(int from, int to) => _links[(from * Plan.Nodes) + to];

    private RingSeat WriteSeat(int seat) => Part<RingSeat>.Write(ref _seats[seat], this);

    private RingNode WriteNode(int node) => Part<RingNode>.Write(ref _nodes[node], this);

    private RingLink WriteLink(int from, int to) => Part<RingLink>.Write(ref _links[(from * Plan.Nodes) + to], this);

    private RingStore WriteStore() => Part<RingStore>.Write(ref _store, this);

    /// <summary>Lets everything happen that is no fault and no client's step, in a fixed order.</summary>
    private void Settle(int insertAfter)
    {
        var moves = new List<Move>();
        while (true)
        {
            moves.Clear();
            CollectOwn(moves);
            if (moves.Count == 0)
            {
                return;
            }

            // Of several members that a joiner may ask, it asks the last one.
            var move = moves[0];
            Do((MoveKind)move.Kind == MoveKind.Answer ? move with { Third = (byte)Math.Max(0, insertAfter) } : move);
        }
    }
}

/// <summary>How many faults may still happen.</summary>
internal readonly record struct RingBudget(
    int Crashes,
    int Zombies,
    int Suspicions,
    int Reopenings,
    int Unknowns,
    int Losses)
{
    internal void WriteTo(ref StateHashBuilder hash)
    {
        foreach (var count in (ReadOnlySpan<int>)[Crashes, Zombies, Suspicions, Reopenings, Unknowns, Losses])
        {
            hash.Add((long)count);
        }
    }
}
