using Orleans.Groups.Protocol;

namespace Orleans.Groups.Comparison;

/// <summary>
/// What a join costs with more nodes: messages and bytes, counted on the machines themselves. Nothing is timed.
/// </summary>
internal static class NodeGrowth
{
    private const int Burst = 1_000;

    /// <summary>
    /// A member joins a group, a thousand do at once, a node arrives, a member joins a ring: all with so many nodes.
    /// </summary>
    internal static Task<GrowthTable> ByNodesAsync(RunSettings settings)
    {
        var rows = new List<double[]>();
        var ring = new RingOnPaper();
        foreach (var nodes in new[] { 10, 30, 100, 300, 1_000 }.Where(nodes => !settings.Quick || nodes <= 100))
        {
            var star = new ScopeStar(nodes);
            star.Connect();
            var arrival = (star.Count!.Frames, star.Count!.Bytes);
            var one = Joins(star, 1);
            var burst = Joins(star, Burst);
            while (ring.Size < nodes - 1)
            {
                ring.Add();
            }

            // Only now: encoding the frames of all joins would take minutes.
            var member = ring.Count = new FrameCount();
            ring.Add();
            ring.Count = null;
            rows.Add(
            [
                nodes, one.Frames, one.Bytes, burst.Frames, burst.Bytes, arrival.Frames, arrival.Bytes,
                member.Frames, member.Bytes,
            ]);
        }

        return Task.FromResult(new GrowthTable(
            [
                "nodes", "join_messages", "join_bytes", "burst_messages", "burst_bytes", "arrival_messages",
                "arrival_bytes", "ring_join_messages", "ring_join_bytes",
            ],
            rows,
            Chart("join-messages-by-nodes", "Messages", 0),
            Chart("join-bytes-by-nodes", "Bytes", 1)));
    }

    private static ChartOf Chart(string name, string what, int offset) => new(
        name,
        $"{what} of a join against the number of nodes, counted",
        "nodes, or members of the ring",
        $"{what.ToLowerInvariant()} in the whole cluster",
        true,
        (1 + offset, "one join"),
        (3 + offset, "1 000 joins at once"),
        (5 + offset, "a node arrives"),
        (7 + offset, "a member joins a ring"));

    private static (long Frames, long Bytes) Joins(ScopeStar star, int count)
    {
        var node = star.Nodes[0];
        star.Count!.Reset();
        var members = Enumerable.Range(1, count).Select(number => new MemberId(node, number, "member"));
        star.Step(node, new ScopeInput.Join([new GroupName($"room-{count}")], [.. members]));
        star.Run();
        var last = star.Nodes[^1];
        if (star.RegistryOf(last).GetMembers($"room-{count}").Length != count)
        {
            throw new InvalidOperationException("The last node does not see the joins.");
        }

        return (star.Count!.Frames, star.Count!.Bytes);
    }
}
