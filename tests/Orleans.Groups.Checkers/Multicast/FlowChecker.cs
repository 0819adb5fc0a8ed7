namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S16: whatever a member keeps of a publisher is kept for a reason: the message is on its way to whoever answers for
/// the publisher, or that one's ack is on its way to the member.
/// </summary>
/// <remarks>
/// Looked at from neighbour to neighbour: what the left one is ahead is on its way to the right one, and the right one
/// is never ahead. Followed along the ring from whoever answers for the publisher, this is the sentence above.
/// </remarks>
internal sealed class FlowChecker : Checker
{
    internal override void Check(LogEvent next)
    {
        if (next is LogEvent.Between between)
        {
            foreach (var flow in between.Flows)
            {
                CheckFlow(between, flow);
            }
        }
    }

    private void CheckFlow(LogEvent.Between between, Flow flow)
    {
        // Whoever answers has the message by itself, and waits for it to come back, and then for its ack.
        var (published, acked) = flow.RightAnswers
            ? (flow.RightAcked, flow.RightReturned)
            : (flow.RightPublished, flow.RightAcked);
        var what = $"{between.Member} has {flow.Of} published {flow.LeftPublished}, acked {flow.LeftAcked}; "
            + $"{between.Right} has {flow.RightPublished}, {flow.RightAcked}, returned {flow.RightReturned}; "
            + $"between them are {flow.WayPublished}, {flow.WayAcked}";
        Require(
            flow.LeftPublished <= published || flow.WayPublished >= flow.LeftPublished,
            "G-S16",
            () => $"a message is lost between neighbours: {what}",
            between);
        Require(
            flow.LeftAcked <= acked || flow.WayAcked >= flow.LeftAcked,
            "G-S16",
            () => $"an ack is lost between neighbours: {what}",
            between);
        Require(
            flow.RightAnswers || (flow.RightPublished <= flow.LeftPublished && flow.RightAcked <= flow.LeftAcked),
            "G-S16",
            () => $"the right neighbour is ahead of the left: {what}",
            between);
    }
}
