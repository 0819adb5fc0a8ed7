namespace Orleans.Groups.Simulator.Exploration;

using static SeatStep;

/// <summary>The worlds of rings.</summary>
internal static class RingPlans
{
    internal static IReadOnlyList<RingPlan> All { get; } =
    [
        new(
            "ring-crash",
            "Three members, two publish a message each; one node crashes.",
            new SeatPlan(0, Join, Publish),
            new SeatPlan(1, Join, Publish),
            new SeatPlan(2, Join))
        {
            Initial = 3,
            Crashes = 1,
        },
        new(
            "ring-two-crashes",
            "Three members, one publishes a message; two nodes crash, one after the other or at once.",
            new SeatPlan(0, Join, Publish),
            new SeatPlan(1, Join),
            new SeatPlan(2, Join))
        {
            Initial = 3,
            Crashes = 2,
        },
        new(
            "ring-heirs",
            "Four members, one publishes a message; two nodes crash, so that the heir of the first may be the second.",
            new SeatPlan(0, Join, Publish),
            new SeatPlan(1, Join),
            new SeatPlan(2, Join),
            new SeatPlan(3, Join))
        {
            Initial = 4,
            Crashes = 2,
            Mortals = [0, 1],
        },
        new(
            "ring-join-crash",
            "Two members and a joiner; a member publishes, and either member crashes, be it the one that takes it in.",
            new SeatPlan(0, Join, Publish),
            new SeatPlan(1, Join),
            new SeatPlan(2, Join))
        {
            Initial = 2,
            Crashes = 1,
            Mortals = [0, 1],
        },
        new(
            "ring-joiner-crash",
            "Two members and a joiner that may crash; one member publishes with proof.",
            new SeatPlan(0, Join, Confirm),
            new SeatPlan(1, Join),
            new SeatPlan(2, Join))
        {
            Initial = 2,
            Crashes = 1,
            Mortals = [2],
        },
        new(
            "ring-two-joiners",
            "One member publishes with proof while two others join; they mirror each other.",
            new SeatPlan(0, Join, Confirm),
            new SeatPlan(1, Join),
            new SeatPlan(2, Join))
        {
            Initial = 1,
            Twins = [[1, 2]],
        },
        new(
            "ring-founders",
            "Two members find no record and found the ring.",
            new SeatPlan(0, Join, Publish),
            new SeatPlan(1, Join, Publish))
        {
            Twins = [[0, 1]],
        },
        new(
            "ring-suspicion",
            "Three members, one publishes with proof; one node ends its session with another although both live.",
            new SeatPlan(0, Join, Confirm),
            new SeatPlan(1, Join),
            new SeatPlan(2, Join))
        {
            Initial = 3,
            Suspicions = 1,
            Reopenings = 1,
        },
        new(
            "ring-zombie",
            "Three members, one publishes with proof; a living node is declared dead.",
            new SeatPlan(0, Join, Confirm),
            new SeatPlan(1, Join),
            new SeatPlan(2, Join))
        {
            Initial = 3,
            Zombies = 1,
        },
        new(
            "ring-zombie-alone",
            "A lone member publishes with proof, twice; its node lives and is declared dead, and another member comes.",
            new SeatPlan(0, Join, Confirm, Confirm),
            new SeatPlan(1, Join))
        {
            Initial = 1,
            Zombies = 1,
        },
        new(
            "ring-shrink-grow",
            "Two members become one by a leave, and two by a joiner, meanwhile or later; one publishes twice.",
            new SeatPlan(0, Join, Publish, Publish),
            new SeatPlan(1, Join, Leave),
            new SeatPlan(2, JoinBehind))
        {
            Initial = 2,
        },
        new(
            "ring-leave-crash",
            "Three members; one publishes and leaves while another one may crash.",
            new SeatPlan(0, Join, Publish, Leave),
            new SeatPlan(1, Join),
            new SeatPlan(2, Join))
        {
            Initial = 3,
            Crashes = 1,
            Mortals = [1, 2],
        },
        new(
            "ring-leavers",
            "Three members leave, two of them after publishing.",
            new SeatPlan(0, Join, Publish, Leave),
            new SeatPlan(1, Join, Publish, Leave),
            new SeatPlan(2, Join, Leave))
        {
            Initial = 3,
        },
        new(
            "ring-store-unknown",
            "Two members and a joiner; one node crashes, and one request to the store has no known outcome.",
            new SeatPlan(0, Join),
            new SeatPlan(1, Join),
            new SeatPlan(2, Join))
        {
            Initial = 2,
            Crashes = 1,
            Mortals = [1],
            Unknowns = 1,
        },
        new(
            "ring-store-loss",
            "Two members, one publishes with proof; the record vanishes, and is made again.",
            new SeatPlan(0, Join, Confirm),
            new SeatPlan(1, Join))
        {
            Initial = 2,
            Losses = 1,
        },
        new(
            "ring-store-loss-join",
            "One member publishes while another one joins; the record vanishes.",
            new SeatPlan(0, Join, Publish),
            new SeatPlan(1, Join))
        {
            Initial = 1,
            Losses = 1,
        },
        new(
            "ring-processed",
            "Two members; one publishes and waits until all have processed it, handlers run at any time; a crash.",
            new SeatPlan(0, Join, ConfirmProcessed),
            new SeatPlan(1, Join, Publish))
        {
            Initial = 2,
            Crashes = 1,
            Handlers = HandlerPace.Apart,
            FlushesApart = true,
        },
        new(
            "ring-shut-down",
            "Three members; one shuts the ring down while another one publishes and a node may crash.",
            new SeatPlan(0, Join, Publish),
            new SeatPlan(1, Join, ShutDown),
            new SeatPlan(2, Join))
        {
            Initial = 3,
            Crashes = 1,
        },
        new(
            "ring-again",
            "Two members; a session ends, and if one of them is out, it comes back under a new id.",
            new SeatPlan(0, Join, Publish),
            new SeatPlan(1, Join),
            new SeatPlan(1, JoinAgain))
        {
            Initial = 2,
            Suspicions = 1,
            Reopenings = 1,
        },
    ];
}
