namespace Orleans.Groups.Checkers;

/// <summary>All checkers of process groups.</summary>
internal static class GroupsCheckers
{
    internal static IEnumerable<Checker> All(RunModel run, GroupsModel groups) =>
    [
        new OwnershipChecker(run, groups),
        new GhostChecker(run),
        new MembershipChecker(run, groups),
        new LeaveChecker(groups),
        new MonitorChecker(run, groups),
        new MonitorBatchChecker(),
        new TableChecker(run, groups),
        new GroupsLivenessChecker(run, groups),
    ];
}
