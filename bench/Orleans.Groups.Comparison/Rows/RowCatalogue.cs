namespace Orleans.Groups.Comparison;

/// <summary>The rows of design.md section 6, each for the engines for which it has a goal.</summary>
internal static class RowCatalogue
{
    private const double Microseconds = 1e3;
    private const double Milliseconds = 1e6;

    /// <summary>All rows.</summary>
    /// <param name="quick">Whether to do a tenth of the work.</param>
    internal static List<Row> All(bool quick)
    {
        int Scaled(int count) => quick ? count / 10 : count;
        return
        [
            .. Reads("read-by-name", "read members by name", Scaled(5_000_000), 20),
            .. Reads("read-by-handle", "read members by handle", Scaled(20_000_000), 5),
            .. Groups(Scaled),
            .. Sends(Scaled),
            .. Confirms(Scaled),
        ];
    }

    private static IEnumerable<Row> Reads(string verb, string work, int count, double goal)
    {
        foreach (var members in new[] { 1, 100, 1_000 })
        {
            // The original copies the members, so it is asked less often.
            var erlang = $"read members={members} nodes=3 count={count / members / 5}";
            foreach (var engine in Enum.GetValues<Engine>())
            {
                yield return new Row(
                    $"{verb}-{members}", $"{work}, group of {members}", engine, Unit.Nanoseconds, goal, erlang, 3,
                    side => GroupScenarios.ReadAsync(side, 3, members, count, verb));
            }
        }
    }

    private static IEnumerable<Row> Groups(Func<int, int> scaled)
    {
        // One Erlang node alone beside the in-memory engine's one node; three beside three.
        foreach (var (engine, nodes) in new[] { (Engine.InMemory, 1), (Engine.Orleans, 3) })
        {
            var isMemory = engine == Engine.InMemory;
            var pairs = scaled(200_000);
                        yield return new Row(
                "join-leave", "local join or leave, the caller waits", engine, Unit.Nanoseconds,
                (isMemory ? 0.7 : 2) * Microseconds, $"join count={pairs} nodes={nodes}", nodes,
                side => GroupScenarios.AloneAsync(side, nodes, "join-and-leave", pairs));
            yield return new Row(
                "join-one-group", "10 000 joins into one group, each", engine, Unit.Nanoseconds,
                (isMemory ? 1 : 2.5) * Microseconds, $"join-one-group count=10000 nodes={nodes}", nodes,
                side => GroupScenarios.AloneAsync(side, nodes, "join-one-group", 10_000));
            yield return new Row(
                "members-end", "10 000 members of one group end", engine, Unit.Nanoseconds,
                (isMemory ? 20 : 50) * Milliseconds, $"members-end count=10000 nodes={nodes}", nodes,
                side => GroupScenarios.AloneAsync(side, nodes, "end-all-of-one-group", 10_000));
        }

        foreach (var engine in Enum.GetValues<Engine>())
        {
            var isMemory = engine == Engine.InMemory;
            var single = scaled(5_000);
            yield return new Row(
                "burst", "50 000 joins of one node visible on 2 others", engine, Unit.PerSecond,
                isMemory ? 1_000_000 : 400_000, "burst count=50000", 3,
                side => GroupScenarios.BurstAsync(side, 3, 50_000));
            yield return new Row(
                "visible", "one join visible on 2 others, median", engine, Unit.Nanoseconds,
                (isMemory ? 20 : 150) * Microseconds, $"visible count={single}", 3,
                side => GroupScenarios.VisibleAsync(side, 3, single));
            yield return new Row(
                "late", "late node syncs 50 000 groups", engine, Unit.Nanoseconds,
                (isMemory ? 40 : 100) * Milliseconds, "late count=50000", 3,
                side => GroupScenarios.LateAsync(side, 50_000));
        }

        yield return new Row(
            "memory", "1 000 000 memberships in 100 000 groups on a node", Engine.InMemory, Unit.Bytes, 400e6,
            "memory count=1000000 groups=100000", 1,
            side => GroupScenarios.MemoryAsync(side, 100_000));
    }

    private static IEnumerable<Row> Sends(Func<int, int> scaled)
    {
        yield return Send(Engine.InMemory, 3, 100, scaled(2_000_000), 3_000_000, scaled(300_000), 800);
        yield return Send(Engine.InMemory, 8, 100, scaled(1_000_000), 2_000_000, scaled(200_000), 800);
        yield return Send(Engine.InMemory, 16, 100, scaled(500_000), 1_200_000, scaled(100_000), 800);
        yield return Send(Engine.Orleans, 3, 100, scaled(1_000_000), 1_000_000, scaled(300_000), 800);
        yield return Send(Engine.Orleans, 3, 1_000, scaled(300_000), 250_000, scaled(100_000), 800);
        yield return Send(Engine.Orleans, 3, 16_000, scaled(60_000), 45_000, scaled(20_000), 200);
    }

    /// <param name="engine">On which engine.</param>
    /// <param name="members">Size of the ring.</param>
    /// <param name="bytes">Size of a message.</param>
    /// <param name="count">Messages on our side.</param>
    /// <param name="goal">Messages per second.</param>
    /// <param name="theirs">Messages on the Erlang side.</param>
    /// <param name="window">Messages under way on the Erlang side: those with which it was fastest.</param>
    private static Row Send(
        Engine engine,
        int members,
        int bytes,
        int count,
        double goal,
        int theirs,
        int window) => new(
        $"ring-{members}-{bytes}", $"ring of {members}, one sender, {bytes} B", engine, Unit.PerSecond, goal,
        $"ring-send members={members} nodes={(engine == Engine.InMemory ? 1 : 3)} bytes={bytes} count={theirs} "
            + $"window={window}",
        members,
        side => RingScenarios.SendAsync(side, members, bytes, count));

    private static IEnumerable<Row> Confirms(Func<int, int> scaled)
    {
        var count = scaled(10_000);
        foreach (var (engine, members, goal) in new[]
        {
            (Engine.InMemory, 3, 10), (Engine.InMemory, 8, 25), (Engine.InMemory, 16, 50), (Engine.Orleans, 3, 110),
        })
        {
            yield return new Row(
                $"confirm-{members}", $"confirmed broadcast, ring of {members}, median", engine, Unit.Nanoseconds,
                goal * Microseconds,
                $"ring-confirm members={members} nodes={(engine == Engine.InMemory ? 1 : 3)} bytes=100 count={count}",
                members,
                side => RingScenarios.ConfirmAsync(side, members, 100, count));
        }
    }
}
