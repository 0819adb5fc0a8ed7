namespace Orleans.Groups.Simulator.Exploration;

/// <summary>What all states of a world have in common.</summary>
internal sealed class RingFixture
{
    internal RingFixture(RingPlan plan)
    {
        Plan = plan;
        NodeIds =
        [
            .. Enumerable.Range(0, plan.Nodes).Select(static node => new NodeId(
                ((char)('a' + node)).ToString(),
                new Incarnation(1, new Guid(node + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))),
        ];
        SeatIds =
        [
            .. plan.Seats.Select((seat, index) =>
            {
                var number = 1 + plan.Seats.Take(index).Count(earlier => earlier.Node == seat.Node);
                var node = NodeIds[seat.Node];
                return new MemberId(node, number, number == 1 ? node.Name : $"{node.Name}{number}");
            }),
        ];
        var mirrors = Mirrors.Of(plan.Nodes, plan.Twins).ToList();
        var numbers = NodeIds.Select(static (id, number) => (id, number)).ToDictionary();
        var naming = new StateNaming(numbers, Choices.Find);
        Hashers = [.. mirrors.Select(places => new StateHasher(naming.Renumbered(places)))];
        NodeOrders = [.. mirrors.Select(Mirrors.OrderOf)];
        SeatOrders =
        [
            .. mirrors.Select(places => Enumerable.Range(0, plan.Seats.Length)
                .OrderBy(seat => places[plan.Seats[seat].Node])
                .ThenBy(seat => SeatIds[seat].Number)
                .ToArray()),
        ];
    }

    internal RingPlan Plan { get; }

    internal NodeId[] NodeIds { get; }

    internal MemberId[] SeatIds { get; }

    internal RingChoices Choices { get; } = new();

    /// <summary>One hasher for each way to exchange twins.</summary>
    internal StateHasher[] Hashers { get; }

    /// <summary>For each of these ways, the nodes in their new order.</summary>
    internal int[][] NodeOrders { get; }

    /// <summary>For each of these ways, the seats in their new order.</summary>
    internal int[][] SeatOrders { get; }

    internal int NodeOf(NodeId id) => Array.IndexOf(NodeIds, id);

    internal int SeatOf(MemberId id) => Array.IndexOf(SeatIds, id);
}
