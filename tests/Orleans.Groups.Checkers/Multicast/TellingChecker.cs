namespace Orleans.Groups.Checkers;

/// <summary>G-S11: joined first and once; births of the unknown, deaths of the known, the list that follows.</summary>
internal sealed class TellingChecker(RingsModel rings) : Checker
{
    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Joined joined:
                var newcomer = rings.MemberOf(joined);
                Require(
                    newcomer.Joined is null,
                    "G-S11",
                    () => $"{joined.Member} joins twice",
                    joined,
                    newcomer.Joined);
                Require(
                    joined.Members.Contains(joined.Member)
                        && joined.Members.Distinct().Count() == joined.Members.Length,
                    "G-S11",
                    () => $"{joined.Member} joins without itself, or with somebody twice",
                    joined);
                Require(!HasEnded(newcomer), "G-S11", () => $"{joined.Member} joins after its end", joined);
                break;
            case LogEvent.Changed changed:
                CheckChange(rings.MemberOf(changed), changed);
                break;
            case LogEvent.Deliver deliver when HasEnded(rings.MemberOf(deliver)):
                Report(
                    "G-S11",
                    $"{deliver.Member} gets {deliver.From} {deliver.Num} after its end",
                    deliver,
                    rings.MemberOf(deliver).Stopped);
                break;
            case LogEvent.Stopped again when rings.MemberOf(again) is { Stopped: { } stopped }:
                Report("G-S11", $"{again.Member} ends twice", again, stopped);
                break;
        }
    }

    /// <summary>A killed node's member has ended for its owner at once, whatever its handler is just told.</summary>
    private static bool HasEnded(MemberModel member) => member.Stopped is not null && !member.Node.IsKilled;

    private void CheckChange(MemberModel member, LogEvent.Changed changed)
    {
        if (member.Joined is null || HasEnded(member))
        {
            var when = member.Joined is null ? "before it has joined" : "after its end";
            Report("G-S11", $"{member.Id} is told of a change {when}", changed);
            return;
        }

        if (member.MatchingValidation(changed) is not null)
        {
            return;
        }

        var told = member.Told.ToHashSet(StringComparer.Ordinal);
        var isKnown = Array.TrueForAll(changed.Births, birth => !member.EverTold.Contains(birth) && told.Add(birth));
        Require(isKnown, "G-S11", () => $"{member.Id} is told of the birth of somebody it knows", changed);
        told.UnionWith(changed.Births);
        var isGone = Array.TrueForAll(changed.Deaths, told.Remove);
        Require(isGone, "G-S11", () => $"{member.Id} is told of the death of somebody it does not know", changed);
        told.ExceptWith(changed.Deaths);
        Require(
            changed.Births.Length + changed.Deaths.Length > 0,
            "G-S11",
            () => $"{member.Id} is told of no change",
            changed);
        Require(
            !isKnown || !isGone || (told.SetEquals(changed.Members) && told.Count == changed.Members.Length),
            "G-S11",
            () => $"{member.Id} is told that [{string.Join(", ", changed.Members)}] are there; "
                + $"births and deaths make it [{string.Join(", ", told)}]",
            changed);
    }
}
