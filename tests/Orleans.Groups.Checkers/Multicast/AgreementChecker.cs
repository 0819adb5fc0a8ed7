namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S5: when all is quiet, those that stay have the same of everybody. G-S6: what somebody published who stays, or
/// left in order, all of them have.
/// </summary>
internal sealed class AgreementChecker(RingsModel rings) : Checker
{
    internal override void Check(LogEvent next)
    {
        if (next is not LogEvent.Quiesced)
        {
            return;
        }

        foreach (var ring in rings.Rings)
        {
            var survivors = ring.Survivors.ToList();
            foreach (var publisher in ring.Members)
            {
                CheckPublisher(publisher, survivors, next);
            }
        }
    }

    private void CheckPublisher(MemberModel publisher, List<MemberModel> survivors, LogEvent quiet)
    {
        var top = survivors.Max(survivor => survivor.Find(publisher.Id)?.Delivered) ?? 0;
        var promised = PromisedBy(publisher, survivors, quiet);
        var last = publisher.Messages.GetValueOrDefault(Math.Max(top, promised));
        foreach (var survivor in survivors)
        {
            var isOwed = survivor.Find(publisher.Id) is not null || last?.View?.ListsAlive(survivor.Id) == true;
            var delivered = survivor.Find(publisher.Id)?.Delivered ?? 0;
            if (!isOwed)
            {
                continue;
            }

            if (delivered < promised)
            {
                Report("G-S6", $"{survivor.Id} has {publisher.Id} up to {delivered} of {promised}", quiet, last?.Send);
            }
            else
            {
                Require(
                    delivered >= top,
                    "G-S5",
                    () => $"{survivor.Id} has {publisher.Id} up to {delivered}, another that stays up to {top}",
                    quiet,
                    last?.Send);
            }
        }
    }

    /// <summary>The last number that everybody who stays must have.</summary>
    private long PromisedBy(MemberModel publisher, List<MemberModel> survivors, LogEvent quiet)
    {
        var hasLeft = publisher.Stopped?.Reason == "Left" || publisher.LeaveDone?.Reason == "Left";
        if (!publisher.IsSurvivor && !hasLeft)
        {
            return 0;
        }

        var promised = 0L;
        foreach (var op in publisher.Ops.Values.Where(static op => op.Status == Outcome.Ok))
        {
            Require(
                op.Number is not null || !survivors.Exists(survivor => IsOwed(survivor, publisher, op)),
                "G-S6",
                () => $"broadcast {op.Op} of {publisher.Id} was accepted and has reached nobody",
                quiet,
                op.Send);
            promised = Math.Max(promised, op.Number ?? 0);
        }

        return promised;
    }

    private static bool IsOwed(MemberModel survivor, MemberModel publisher, OpModel op) =>
        survivor == publisher || op.View?.ListsAlive(survivor.Id) == true;
}
