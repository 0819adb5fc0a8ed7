namespace Orleans.Groups.Simulator.Exploration;

/// <summary>
/// Real scope machines on the smallest network that keeps the host contract, or breaks it as the plan says, with every
/// order of events open.
/// </summary>
internal sealed partial class ScopeWorld : Explorable
{
    private const string Scope = "scope";
    private const long MonitorNumber = 1;

    private readonly ScopeFixture _fixture;
    private readonly Part<ScopeSeat>[] _seats;
    private readonly Part<ScopeLink>[] _links; // From row, to column.
    private ScopeBudget _budget;

    private ScopeWorld(ScopeFixture fixture)
    {
        _fixture = fixture;
        var plan = fixture.Plan;
        _seats = [.. fixture.Ids.Select(id => new Part<ScopeSeat>(new ScopeSeat(id), this))];
        _links = [.. Enumerable.Range(0, Count * Count).Select(_ => new Part<ScopeLink>(new ScopeLink(), this))];
        _budget = new ScopeBudget(
            plan.Crashes,
            plan.Suspicions,
            plan.Reopenings,
            plan.Lost,
            plan.Doubled,
            plan.Swapped,
            plan.Stalls,
            plan.Digests,
            plan.EarlyDigests);
    }

    private ScopeWorld(ScopeWorld original)
    {
        _fixture = original._fixture;
        _seats = (Part<ScopeSeat>[])original._seats.Clone();
        _links = (Part<ScopeLink>[])original._links.Clone();
        _budget = original._budget;
    }

    private ScopePlan Plan => _fixture.Plan;

    private int Count => _fixture.Ids.Length;

    /// <summary>The beginning of a plan: the first lives of all nodes run the scope and have sessions.</summary>
    internal static ScopeWorld Start(ScopePlan plan)
    {
        var world = new ScopeWorld(new ScopeFixture(plan));
        for (var seat = 0; seat < world.Count; seat++)
        {
            if (plan.Seats[seat].Ordinal == 1 && !plan.Late.Contains(seat))
            {
                world.StartNode(seat);
            }
        }

        if (plan.IsSettled)
        {
            world.Settle();
        }

        return world;
    }

    /// <summary>Lets everything happen that is no fault and no client's step, in a fixed order.</summary>
    private void Settle()
    {
        var moves = new List<Move>();
        while (true)
        {
            moves.Clear();
            for (var from = 0; from < Count; from++)
            {
                CollectOwn(moves, from);
            }

            if (moves.Count == 0)
            {
                return;
            }

            Do(moves[0]);
        }
    }

    internal override Explorable Copy() => new ScopeWorld(this) { Notes = Notes };

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
        foreach (var from in _fixture.Orders[mirror])
        {
            builder.Add(_seats[from].Hash(_fixture.Hashers, mirror));
            foreach (var to in _fixture.Orders[mirror])
            {
                builder.Add(LinkOf(from, to).Hash(_fixture.Hashers, mirror));
            }
        }

        _budget.WriteTo(ref builder);
        return builder.ToHash();
    }

    private Part<ScopeLink> LinkOf(int from, int to) => _links[(from * Count) + to];

    private ScopeSeat WriteSeat(int seat) => Part<ScopeSeat>.Write(ref _seats[seat], this);

    private ScopeLink WriteLink(int from, int to) => Part<ScopeLink>.Write(ref _links[(from * Count) + to], this);

    private bool IsUp(int seat, int other) => _seats[seat].Value.Sessions.ContainsKey(_fixture.Ids[other]);

    /// <summary>Something has happened: when it is quiet again, digests go round again.</summary>
    private void Stir() => _budget = _budget with { Digests = Plan.Digests };
}

/// <summary>What all states of a world have in common.</summary>
internal sealed class ScopeFixture
{
    internal ScopeFixture(ScopePlan plan)
    {
        Plan = plan;
        Ids =
        [
            .. plan.Seats.Select(static (seat, index) => new NodeId(
                seat.Name, new Incarnation(seat.Ordinal, new Guid(index + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))),
        ];
        var mirrors = Mirrors.Of(Ids.Length, plan.Twins).ToList();
        var naming = new StateNaming(Ids.Select(static (id, number) => (id, number)).ToDictionary(), static _ => null);
        Hashers = [.. mirrors.Select(places => new StateHasher(naming.Renumbered(places)))];
        Orders = [.. mirrors.Select(Mirrors.OrderOf)];
    }

    internal ScopePlan Plan { get; }

    internal NodeId[] Ids { get; }

    internal StateHasher[] Hashers { get; }

    internal int[][] Orders { get; }

    internal int SeatOf(NodeId id) => Array.IndexOf(Ids, id);
}
