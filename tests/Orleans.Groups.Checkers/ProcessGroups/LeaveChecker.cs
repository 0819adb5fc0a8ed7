namespace Orleans.Groups.Checkers;

/// <summary>P-S7: a leave says exactly what it took away: what was asked for, and was there.</summary>
internal sealed class LeaveChecker(GroupsModel groups) : Checker
{
    internal override void Check(LogEvent next)
    {
        if (next is not LogEvent.Op { Phase: not OpPhase.Inv, Verb: OpVerb.Leave } end
            || groups.FindCall(end) is not { } call)
        {
            return;
        }

        var scope = groups.ScopeOf(call.Begun.Scope);
        foreach (var removed in (end.Removed ?? []).Distinct())
        {
            Require(
                call.Asked.ContainsKey(removed),
                "P-S7",
                () => $"a leave on {end.Node} took {removed.Member} out of {removed.Group} and was not asked to",
                end,
                call.Begun);
        }

        if (end.Phase != OpPhase.Ok || scope.At(end.Node).Generation != call.Generation)
        {
            return;
        }

        foreach (var (held, asked) in call.Asked)
        {
            var count = scope.CountOf(held, end.Node);
            var removed = call.RemovedOf(end, held);
            var most = Math.Min(asked, count.Most);
            var others = Math.Max(0, count.LeavesOpen - asked);
            var least = count.HasEnded
                ? 0
                : Math.Min(asked, Math.Max(0, call.Before.GetValueOrDefault(held) - count.Removed - others));
            Require(
                removed >= least && removed <= most,
                "P-S7",
                () => $"a leave on {end.Node} says that it took {held.Member} out of {held.Group} {removed} times, "
                    + $"where {least} to {most} are possible",
                end,
                call.Begun);
        }
    }
}
