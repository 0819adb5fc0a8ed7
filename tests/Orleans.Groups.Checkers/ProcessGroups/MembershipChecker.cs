namespace Orleans.Groups.Checkers;

/// <summary>
/// P-S8: a node shows what its own calls have done. P-S6: k joins take k leaves, nobody shows more. P-S9: groups are
/// listed exactly while they have members. P-L1: when all is quiet, everybody shows the same.
/// </summary>
/// <remarks>
/// A read that overlaps the end of a call on the same group is not looked at: either result would be right.
/// </remarks>
internal sealed class MembershipChecker(RunModel run, GroupsModel groups) : Checker
{
    private LogEvent.Quiesced? _quiet;

    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Quiesced quiet:
                _quiet = quiet;
                break;
            case LogEvent.Read { What: ReadWhat.Members or ReadWhat.LocalMembers, Group: { } name } read:
                var scope = groups.ScopeOf(read.Scope);
                if (scope.FindGroup(name) is { } group && !Overlaps(scope, group, read))
                {
                    CheckMembers(scope, group, read);
                }

                break;
            case LogEvent.Read { What: ReadWhat.Groups or ReadWhat.LocalGroups } read:
                CheckGroups(groups.ScopeOf(read.Scope), read);
                break;
        }
    }

    private static bool Overlaps(ScopeModel scope, GroupModel group, LogEvent.Read read) =>
        group.LastEnd.GetValueOrDefault(read.Node) > read.Since || scope.At(read.Node).LastStop > read.Since;

    private bool IsQuietFor(LogEvent.Read read) =>
        run.IsQuiet && _quiet is { } quiet && (quiet.Log != read.Log || read.Since >= quiet.Seq);

    private void CheckMembers(ScopeModel scope, GroupModel group, LogEvent.Read read)
    {
        var shown = Shown.Tally(read.Result);
        var isQuiet = IsQuietFor(read) && scope.At(read.Node).IsRunning;
        foreach (var count in group.Counts.Values)
        {
            var (member, isOwn) = (count.Held.Member, count.Node == read.Node);
            var times = shown.GetValueOrDefault(member);
            if (isOwn)
            {
                Require(
                    times >= count.Least,
                    "P-S8",
                    () => $"{read.Node} shows {member} {times} times in {group.Name}, its calls make it {count.Least}",
                    read);
                Require(
                    times <= count.Most,
                    "P-S6",
                    () => $"{read.Node} shows {member} {times} times in {group.Name}, at most {count.Most} are left",
                    read);
            }
            else if (read.What == ReadWhat.Members)
            {
                CheckRemote(group, count, times, isQuiet, read);
            }
        }
    }

    private void CheckRemote(GroupModel group, Count count, long times, bool isQuiet, LogEvent.Read read)
    {
        var owner = run.NodeOf(count.Node);
        if (owner.Start is null || owner.SeenDeadBy(run, read.Node))
        {
            return;
        }

        var what = $"{read.Node} shows {count.Held.Member} {times} times in {group.Name}";
        if (!isQuiet)
        {
            Require(
                times <= count.EverMost || !run.IsRealTime, // Other joins may have come first in a merged run.
                "P-S6",
                () => $"{what}, it has joined {count.EverMost} times",
                read);
        }
        else if (owner.IsAlive && !run.Settings.LocalScopes.Contains(read.Scope))
        {
            Require(
                times >= count.Least && times <= (count.HasEnded ? 0 : count.Most),
                "P-L1",
                () => $"{what}, on its node it is there {count.Least} to {count.Most} times",
                read,
                _quiet);
        }
    }

    private void CheckGroups(ScopeModel scope, LogEvent.Read read)
    {
        var shown = Shown.Tally(read.Result);
        var isLocal = read.What == ReadWhat.LocalGroups;
        var isQuiet = IsQuietFor(read) && scope.At(read.Node).IsRunning;
        foreach (var (name, times) in shown)
        {
            Require(times == 1, "P-S9", () => $"{read.Node} lists {name} {times} times", read);
            var group = scope.FindGroup(name);
            if (group is not null && Overlaps(scope, group, read))
            {
                continue;
            }

            var isPossible = group is not null && group.Counts.Values.Any(count =>
                count.Node == read.Node ? count.Most > 0 : !isLocal && MostAt(count, isQuiet) > 0);
            Require(
                isPossible || IsForeign(group),
                "P-S9",
                () => $"{read.Node} lists {name}, which has no members",
                read);
        }

        foreach (var group in scope.Groups)
        {
            if (shown.ContainsKey(group.Name) || Overlaps(scope, group, read))
            {
                continue;
            }

            var missing = group.Counts.Values.FirstOrDefault(count =>
                count.Least > 0 && (count.Node == read.Node || (!isLocal && isQuiet && IsRemoteSure(count, read))));
            Require(
                missing is null,
                "P-S9",
                () => $"{read.Node} does not list {group.Name}, where {missing!.Held.Member} is a member",
                read);
        }
    }

    private long MostAt(Count count, bool isQuiet) =>
        isQuiet ? (run.NodeOf(count.Node).IsAlive && !count.HasEnded ? count.Most : 0) : count.EverMost;

    private bool IsRemoteSure(Count count, LogEvent.Read read) =>
        run.NodeOf(count.Node).IsAlive && !run.Settings.LocalScopes.Contains(read.Scope);

    /// <summary>Whether nodes without a log may have members; then nothing is known.</summary>
    private bool IsForeign(GroupModel? group) => group is null && !run.IsRealTime;
}
