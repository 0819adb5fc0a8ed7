namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S1: what is delivered was published, unchanged. G-S2: once. G-S3: in order, without a gap. G-S4: from the base on.
/// G-S9: of nobody before its birth. G-S10: of nobody after its death.
/// </summary>
internal sealed class DeliveryChecker(RunModel run, RingsModel rings) : Checker
{
    private readonly List<(MemberModel Publisher, string Sentence, LogEvent Event)> _open = [];

    internal override void Check(LogEvent next)
    {
        if (next is not LogEvent.Deliver deliver)
        {
            return;
        }

        var member = rings.MemberOf(deliver);
        var what = $"{deliver.Member} gets {deliver.From} {deliver.Num}";
        var known = member.Find(deliver.From);
        if (member.Joined is null || known is null || !member.EverTold.Contains(deliver.From))
        {
            Report("G-S9", member.Joined is null ? $"{what} before it joined" : $"{what} before its birth", deliver);
        }
        else if (known.IsDead)
        {
            Report("G-S10", $"{what} after its death", deliver);
        }
        else if (deliver.Num != known.Delivered + 1)
        {
            var isFirst = known.Base is { } start && known.Delivered == start;
            var property = isFirst ? "G-S4" : deliver.Num <= known.Delivered ? "G-S2" : "G-S3";
            Report(property, $"{what} after {known.Delivered}", deliver);
        }

        CheckContent(rings.MemberOf(deliver.Group, deliver.From), deliver, what);
    }

    internal override void Finish()
    {
        foreach (var (publisher, sentence, shown) in _open)
        {
            // The tail of a killed process' log may be missing, and with it the broadcast.
            if (!publisher.Node.HasCrashed)
            {
                Report("G-S1", sentence, shown);
            }
        }
    }

    private void CheckContent(MemberModel publisher, LogEvent.Deliver deliver, string what)
    {
        if (publisher.Messages.TryGetValue(deliver.Num, out var message))
        {
            Require(
                message.Hash == deliver.Hash && message.Op == deliver.Call,
                "G-S1",
                () => $"{what} with another content than others, or than was published",
                deliver,
                message.FirstShownBy,
                message.Send);
            return;
        }

        if (deliver.Num <= publisher.ForgottenThrough || publisher.Node.Start is null || deliver.Call == 0)
        {
            return;
        }

        if (publisher.Ops.TryGetValue(deliver.Call, out var op))
        {
            Require(op.Hash == deliver.Hash, "G-S1", () => $"{what}, which was changed on its way", deliver, op.Send);
            Require(
                op.Number is null || op.Number == deliver.Num,
                "G-S2",
                () => $"{what}: broadcast {deliver.Call} has number {op.Number} already",
                deliver,
                op.FirstShownBy);
        }
        else if (deliver.Call > publisher.ForgottenOps)
        {
            var sentence = $"{what}, which was never published";
            if (run.IsRealTime)
            {
                Report("G-S1", sentence, deliver);
            }
            else
            {
                _open.Add((publisher, sentence, deliver));
            }
        }
    }
}
