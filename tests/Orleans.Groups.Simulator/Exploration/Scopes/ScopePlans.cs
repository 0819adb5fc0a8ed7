namespace Orleans.Groups.Simulator.Exploration;

using static ScopeVerb;

/// <summary>The worlds of scopes.</summary>
internal static class ScopePlans
{
    internal static IReadOnlyList<ScopePlan> All { get; } =
    [
        new(
            "scope-two",
            "Two nodes, each joins and leaves; nothing goes wrong.",
            new ScopeSeatPlan("a", 1, new(Join), new(Join), new(Leave)),
            new ScopeSeatPlan("b", 1, new(Join), new(Leave)))
        {
            FrameSize = 1,
        },
        new(
            "scope-loss",
            "Two nodes, two operations each; one frame is lost and one comes twice; digests heal it.",
            new ScopeSeatPlan("a", 1, new(Join), new(Join, "h")),
            new ScopeSeatPlan("b", 1, new(Join), new(Leave)))
        {
            Lost = 1,
            Doubled = 1,
            Digests = 3,
        },
        new(
            "scope-restart",
            "Two nodes know each other, two operations each; one crashes and lives again; one frame comes twice.",
            new ScopeSeatPlan("a", 1, new(Join), new(Join, "h")),
            new ScopeSeatPlan("b", 1, new(Join), new(Leave)),
            new ScopeSeatPlan("b", 2, new ScopeStep(Join, "h")))
        {
            IsSettled = true,
            Crashes = 1,
            Mortals = [1],
            Doubled = 1,
        },
        new(
            "scope-late-word",
            "Two nodes that meet; one crashes and lives again while words of its first life are under way.",
            new ScopeSeatPlan("a", 1),
            new ScopeSeatPlan("b", 1, new ScopeStep(Join)),
            new ScopeSeatPlan("b", 2))
        {
            Crashes = 1,
            Mortals = [1],
        },
        new(
            "scope-restart-loss",
            "Two nodes know each other; one crashes and lives again; one frame is lost and one comes twice.",
            new ScopeSeatPlan("a", 1, new(Join), new(Leave)),
            new ScopeSeatPlan("b", 1, new ScopeStep(Join)),
            new ScopeSeatPlan("b", 2, new ScopeStep(Join, "h")))
        {
            IsSettled = true,
            Crashes = 1,
            Mortals = [1],
            Lost = 1,
            Doubled = 1,
            Digests = 3,
        },
        new(
            "scope-life",
            "Two nodes; the scope of one stops and starts again while both join.",
            new ScopeSeatPlan("a", 1, new(Join), new(Stop), new(Start), new(Join, "h")),
            new ScopeSeatPlan("b", 1, new(Join), new(End))),
        new(
            "scope-three",
            "Two nodes know each other, a third one starts; joins, a leave, and a death.",
            new ScopeSeatPlan("a", 1, new(Join), new(Leave)),
            new ScopeSeatPlan("b", 1, new ScopeStep(Join)),
            new ScopeSeatPlan("c", 1, new ScopeStep(Join)))
        {
            IsSettled = true,
            Late = [2],
            Crashes = 1,
            Mortals = [1],
        },
        new(
            "scope-session",
            "Two nodes; their session ends and another begins while they join and leave.",
            new ScopeSeatPlan("a", 1, new(Join), new(Leave), new(Join, "h")),
            new ScopeSeatPlan("b", 1, new(Join), new(End)))
        {
            Suspicions = 1,
            Reopenings = 1,
        },
        new(
            "scope-stall",
            "Two nodes; a channel has no room for a while, and a frame may overtake another.",
            new ScopeSeatPlan("a", 1, new(Join), new(Join), new(Leave)),
            new ScopeSeatPlan("b", 1, new ScopeStep(Join)))
        {
            Stalls = 1,
            Swapped = 1,
            Digests = 3,
            FrameSize = 1,
        },
        new(
            "scope-parts",
            "Two nodes; a table goes part by part while it changes, and its channel has no room for a while.",
            new ScopeSeatPlan("a", 1, new(Join), new(Join, "h"), new(Leave), new(Join, "i")),
            new ScopeSeatPlan("b", 1))
        {
            Stalls = 1,
            FrameSize = 1,
        },
    ];
}
