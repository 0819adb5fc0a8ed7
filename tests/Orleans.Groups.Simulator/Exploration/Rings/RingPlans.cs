namespace Orleans.Groups.Simulator.Exploration;

using static SeatStep;

/// <summary>The worlds of rings.</summary>
internal static class RingPlans
{
    internal static IReadOnlyList<RingPlan> All { get; } =
    [
        new(
            "ring-crash",
            "Three members, the first publishes one message and the second one; one node crashes.",
            new SeatPlan(0, Join, Publish), new SeatPlan(1, Join, Publish), new SeatPlan(2, Join))
        {
            Initial = 3,
            Crashes = 1,
        },
    ];
}
