namespace Orleans.Groups.Simulator.Exploration;

using static LinkStep;

/// <summary>The worlds of links.</summary>
internal static class LinkPlans
{
    internal static IReadOnlyList<LinkPlan> All { get; } =
    [
        new("link-loss", "Two frames each way; a message is lost, one comes twice, one overtakes others.",
            [Send, Send], [Send, Send])
        {
            Lost = 1,
            Doubled = 1,
            Overtaking = 1,
            AreTwins = true,
        },
        new("link-retry", "Two frames one way, one the other; something is sent again although nothing is lost.",
            [Send, Send], [Send])
        {
            EarlyRetries = 2,
            Overtaking = 1,
        },
        new("link-session", "A session ends and another begins; frames before and after it.",
            [Send, EndSession, Send], [Send, Send])
        {
            Doubled = 1,
            Overtaking = 1,
        },
        new("link-credit", "Three frames in a channel with credit for one; a message is lost.",
            [SendCredited, SendCredited, SendCredited], [Send])
        {
            Credit = 1,
            Lost = 1,
        },
        new("link-drain", "Both ends say goodbye after their frames; a message is lost, and one comes twice.",
            [Send, Drain], [Send, Drain])
        {
            Lost = 1,
            Doubled = 1,
            AreTwins = true,
        },
        new("link-bury", "An end is told that the other one is dead, which lives.",
            [Send, Bury], [Send, Send])
        {
            Overtaking = 1,
            Doubled = 1,
        },
    ];
}
