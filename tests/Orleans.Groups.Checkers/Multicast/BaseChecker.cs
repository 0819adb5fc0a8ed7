namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S4: a joiner gets everything that was published when the ring counted it: by whoever already went by a record that
/// lists it, and after its join had returned.
/// </summary>
internal sealed class BaseChecker(RunModel run, RingsModel rings) : Checker
{
    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Joined joined:
                CheckBases(joined);
                break;
            case LogEvent.Deliver deliver:
                CheckLate(deliver);
                break;
        }
    }

    private void CheckBases(LogEvent.Joined joined)
    {
        var bases = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (publisher, number) in joined.Bases)
        {
            Require(
                bases.TryAdd(publisher, number) && number >= 0 && (publisher != joined.Member || number == 0)
                    && joined.Members.Contains(publisher),
                "G-S4",
                () => $"{joined.Member} joins with base {number} of {publisher}",
                joined);
            if (rings.Find(publisher)?.Messages.GetValueOrDefault(number) is { } message)
            {
                RequireOwed(rings.MemberOf(joined), joined, publisher, message, joined);
            }
        }

        foreach (var member in joined.Members)
        {
            Require(
                bases.ContainsKey(member),
                "G-S4",
                () => $"{joined.Member} joins without a base of {member}",
                joined);
        }
    }

    /// <summary>A number becomes known after somebody has joined behind it.</summary>
    private void CheckLate(LogEvent.Deliver deliver)
    {
        var publisher = rings.MemberOf(deliver.Group, deliver.From);
        if (deliver.Num > publisher.HighestBase || publisher.Messages.ContainsKey(deliver.Num)
            || !publisher.Ops.TryGetValue(deliver.Call, out var op))
        {
            return;
        }

        foreach (var joiner in publisher.Ring.Members)
        {
            if (joiner.Find(publisher.Id)?.Base >= deliver.Num)
            {
                RequireOwed(joiner, joiner.Joined, publisher.Id, op, deliver);
            }
        }
    }

    private void RequireOwed(
        MemberModel joiner,
        LogEvent.Joined? joined,
        string publisher,
        OpModel message,
        LogEvent shown)
    {
        var isListed = message.View?.ListsAlive(joiner.Id) == true && publisher != joiner.Id;
        var isAfter = run.IsRealTime && joiner.JoinDone is { } done && message.Send?.Order > done.Order;
        Require(
            !isListed && !isAfter,
            "G-S4",
            () => $"{joiner.Id} does not hear broadcast {message.Op} of {publisher}, published "
                + (isListed ? "under a record that lists it" : "after it had joined"),
            shown,
            joined,
            message.Send);
    }
}
