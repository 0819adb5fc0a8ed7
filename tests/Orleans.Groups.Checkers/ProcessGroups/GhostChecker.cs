namespace Orleans.Groups.Checkers;

/// <summary>
/// P-S4: whoever has handled the death of a node shows no member of it again. P-L2: even who has not, does not for
/// long.
/// </summary>
internal sealed class GhostChecker(RunModel run) : Checker
{
    private readonly Dictionary<(string Node, string Dead), LogEvent.Seen> _seen = [];

    internal override void Check(LogEvent next)
    {
        if (next is LogEvent.Seen seen)
        {
            foreach (var dead in seen.Dead)
            {
                _seen.TryAdd((seen.Node, dead), seen);
            }
        }

        if (!Shown.IsSnapshot(next) && next is not LogEvent.Applied)
        {
            return;
        }

        foreach (var owner in Shown.By(next).Select(held => run.NodeOfMember(held.Member).Id).Distinct())
        {
            if (_seen.TryGetValue((next.Node, owner), out var told))
            {
                Require(
                    Shown.SinceOf(next) < told.Seq,
                    "P-S4",
                    () => $"{next.Node} shows members of {owner} after it was told that {owner} is dead",
                    next,
                    told);
                continue;
            }

            if (run.NodeOf(owner) is { End: { } end } && next is not LogEvent.Applied)
            {
                var age = RunModel.Between(end, next);
                var isTooLate = run.IsQuiet || (run.IsRealTime && age > run.Settings.DeathBound);
                Require(
                    !isTooLate,
                    "P-L2",
                    () => $"{next.Node} shows members of {owner} {age?.TotalMilliseconds ?? 0:F0} ms after it ended",
                    next,
                    end);
            }
        }
    }
}
