namespace Orleans.Groups.Checkers;

/// <summary>
/// G-L1: joins and leaves end in time. G-L3: in the end everybody knows just those that are there. G-L5: a lost frame
/// costs nobody the membership. G-L6: all members of a ring end in one epoch.
/// </summary>
internal sealed class RingLivenessChecker(RunModel run, RingsModel rings) : Checker
{
    private readonly List<(LogEvent.Changed Told, string Death)> _deaths = [];

    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.JoinDone done when rings.FindJoin(done) is { } begun:
                RequireTime(begun, done, "a join");
                break;
            case LogEvent.LeaveDone done when rings.MemberOf(done).LeaveInv is { } begun:
                RequireTime(begun, done, $"the leaving of {done.Member}");
                break;
            case LogEvent.Changed changed when rings.MemberOf(changed).MatchingValidation(changed) is null:
                _deaths.AddRange(changed.Deaths.Select(death => (changed, death)));
                break;
            case LogEvent.Quiesced:
                CheckQuiet(next);
                break;
        }
    }

    private void RequireTime(LogEvent begun, LogEvent done, string what)
    {
        var took = RunModel.Between(begun, done);
        Require(
            !(took > run.Settings.JoinBound),
            "G-L1",
            () => $"{what} on {done.Node} took {took!.Value.TotalMilliseconds:F0} ms",
            done,
            begun);
    }

    private void CheckQuiet(LogEvent quiet)
    {
        foreach (var begun in rings.OpenJoins.Where(begun => run.NodeOf(begun.Node).IsAlive))
        {
            Report("G-L1", $"a join of {begun.Group} on {begun.Node} has not ended", begun, quiet);
        }

        foreach (var ring in rings.Rings)
        {
            foreach (var member in ring.Members)
            {
                Require(
                    member.LeaveInv is null || member.IsOver,
                    "G-L1",
                    () => $"{member.Id} has not left",
                    quiet,
                    member.LeaveInv);
            }

            CheckRing(ring, quiet);
        }

        foreach (var (told, death) in run.HadHarshFault ? [] : _deaths)
        {
            CheckDeath(told, death);
        }

        _deaths.Clear();
    }

    private void CheckRing(RingModel ring, LogEvent quiet)
    {
        var survivors = ring.Survivors.ToList();
        var there = survivors.Select(static member => member.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var member in survivors)
        {
            var missing = there.FirstOrDefault(id => !member.Told.Contains(id));
            var ghost = member.Told.FirstOrDefault(id => !there.Contains(id) && IsOver(id));
            Require(
                missing is null && ghost is null,
                "G-L3",
                () => missing is null ? $"{member.Id} was not told that {ghost} is gone"
                    : $"{member.Id} was not told of {missing}",
                quiet);
        }

        var epochs = survivors.Where(static member => member.View is not null).DistinctBy(static m => m.View!.Epoch);
        if (epochs.Take(2).ToList() is [var one, var other])
        {
            Report(
                "G-L6",
                $"{one.Id} goes by {one.View}, {other.Id} by {other.View}",
                quiet,
                one.View!.ShownBy,
                other.View!.ShownBy);
        }
    }

    private bool IsOver(string id) => run.NodeOfMember(id).Start is not null && rings.Find(id) is not { IsGone: false };

    /// <summary>Whoever is gone has ended itself, or its node has; nothing else was done to it.</summary>
    private void CheckDeath(LogEvent.Changed told, string death)
    {
        var member = rings.Find(death);
        var isExplained = member?.Joined is null || member.LeaveInv is not null || member.Node.End is not null
            || member.StoppedBy is not null || member.Node.Start is null
            || member.Stopped is { Reason: not "LostMembership" };
        Require(
            isExplained,
            "G-L5",
            () => $"{told.Member} was told that {death} is gone, and nothing was done to it",
            told,
            member?.Stopped,
            run.LastFault);
    }
}
