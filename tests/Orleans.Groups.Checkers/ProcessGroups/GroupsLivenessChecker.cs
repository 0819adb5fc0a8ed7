namespace Orleans.Groups.Checkers;

/// <summary>
/// P-L3: every call ends in time. P-S11: no input stops a node or a scope. P-L4: nothing is left over of what is gone.
/// </summary>
internal sealed class GroupsLivenessChecker(RunModel run, GroupsModel groups) : Checker
{
    private readonly Dictionary<string, HashSet<long>> _monitors = new(StringComparer.Ordinal);

    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Op { Phase: not OpPhase.Inv } end when groups.FindCall(end) is { } call:
                var took = RunModel.Between(call.Begun, end);
                Require(
                    !(took > run.Settings.OperationBound),
                    "P-L3",
                    () => $"a {call.Begun.Verb} on {end.Node} took {took!.Value.TotalMilliseconds:F0} ms",
                    end,
                    call.Begun);
                break;
            case LogEvent.Quiesced:
                foreach (var call in groups.OpenCalls.Where(call => run.NodeOf(call.Begun.Node).IsAlive))
                {
                    Report("P-L3", $"a {call.Begun.Verb} on {call.Begun.Node} has not ended", call.Begun, next);
                }

                break;
            case LogEvent.NodeStop { Reason: "fault" }:
                Report("P-S11", $"{next.Node} was stopped by its own fault", next);
                break;
            case LogEvent.ScopeStop { Reason: "fault" } stop:
                Report("P-S11", $"scope {stop.Scope} on {next.Node} was stopped by its own fault", next);
                _monitors.Remove(next.Node);
                break;
            case LogEvent.MonStart start:
                MonitorsOf(next.Node).Add(start.Ref);
                break;
            case LogEvent.MonEnd end:
                MonitorsOf(next.Node).Remove(end.Ref);
                break;
            case LogEvent.Probe { Area: "pg" } probe when run.IsQuiet && IsEmpty(next.Node):
                var left = probe.Counts.Where(static pair => pair.Value != 0).ToList();
                Require(
                    left.Count == 0,
                    "P-L4",
                    () => $"{next.Node} has neither members nor monitors, and still "
                        + string.Join(", ", left.Select(static pair => $"{pair.Value} {pair.Key}")),
                    next);
                break;
        }
    }

    private bool IsEmpty(string node) =>
        MonitorsOf(node).Count == 0
        && groups.Scopes.All(scope => scope.CountsOf(node).All(static count => count.HasEnded || count.Most == 0));

    private HashSet<long> MonitorsOf(string node)
    {
        if (!_monitors.TryGetValue(node, out var monitors))
        {
            _monitors.Add(node, monitors = []);
        }

        return monitors;
    }
}
