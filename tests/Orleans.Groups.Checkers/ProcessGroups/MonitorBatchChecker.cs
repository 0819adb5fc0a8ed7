namespace Orleans.Groups.Checkers;

/// <summary>P-M3: what one call, or the end of one node, changes in a group is one event of each monitor.</summary>
/// <remarks>
/// On the node of the call every event of a call must have just the members of a call, and of one call not more events
/// than there were calls. On other nodes several calls may have become one change.
/// </remarks>
internal sealed class MonitorBatchChecker : Checker
{
    private readonly Dictionary<(string Node, string Scope, string Batch), long> _calls = [];
    private readonly Dictionary<(string Node, long Ref, string Batch), (long Times, LogEvent.MonEvent Last)> _told = [];
    private readonly Dictionary<(string Node, long Ref, string Group), Dictionary<string, long>> _folds = [];

    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Op { Phase: OpPhase.Inv, Verb: OpVerb.Join } join:
                foreach (var group in join.Groups.GroupBy(static group => group))
                {
                    var members = Enumerable.Repeat(join.Members, group.Count()).SelectMany(static all => all);
                    Count(join, MonChange.Joined, group.Key, members);
                }

                break;
            case LogEvent.Op { Phase: OpPhase.Ok, Verb: OpVerb.Leave, Removed: { } removed } leave:
                foreach (var group in removed.GroupBy(static held => held.Group))
                {
                    Count(leave, MonChange.Left, group.Key, group.Select(static held => held.Member));
                }

                break;
            case LogEvent.MonStart start:
                foreach (var held in start.Snapshot)
                {
                    Add(start.Node, start.Ref, held, 1);
                }

                break;
            case LogEvent.MonEvent change:
                CheckChange(change);
                break;
            case LogEvent.MonEnd end:
                Forget(end.Node, end.Ref);
                break;
            case LogEvent.Quiesced:
                foreach (var (key, told) in _told)
                {
                    RequireCalls(key, told.Times, told.Last);
                }

                _told.Clear();
                _calls.Clear();
                break;
        }
    }

    private void CheckChange(LogEvent.MonEvent change)
    {
        if (change.Snapshot is { } snapshot)
        {
            Forget(change.Node, change.Ref);
            Array.ForEach(snapshot, held => Add(change.Node, change.Ref, held, 1));
            return;
        }

        var isJoin = change.Change == MonChange.Joined;
        foreach (var member in change.Members)
        {
            Add(change.Node, change.Ref, new Held(change.Group, member), isJoin ? 1 : -1);
        }

        if (change.Reason == "NodeDown" || change.Reason == "ScopeStopped")
        {
            CheckEnd(change);
        }
        else if (change.Reason is "Joined" or "Left" && change.Members.Length > 0
            && change.Members.All(member => LogIds.NodeOf(member) == change.Node))
        {
            var key = (change.Node, change.Ref, BatchOf(change.Change, change.Group, change.Members));
            var told = (_told.GetValueOrDefault(key).Times + 1, change);
            _told[key] = told;
            if (isJoin)
            {
                RequireCalls(key, told.Item1, change); // A leave's answer may come after its event.
                _told[key] = (Math.Min(told.Item1, CallsOf(key, change)), change);
            }
        }
    }

    private void Forget(string node, long monitor)
    {
        foreach (var key in _folds.Keys.Where(key => key.Node == node && key.Ref == monitor).ToList())
        {
            _folds.Remove(key);
        }
    }

    private void CheckEnd(LogEvent.MonEvent change)
    {
        if (change.Change != MonChange.Left
            || !_folds.TryGetValue((change.Node, change.Ref, change.Group), out var fold))
        {
            return;
        }

        var nodes = change.Members.Select(LogIds.NodeOf).ToHashSet(StringComparer.Ordinal);
        var rest = fold.Keys.FirstOrDefault(member => nodes.Contains(LogIds.NodeOf(member)));
        Require(
            rest is null,
            "P-M3",
            () => $"monitor {change.Ref} of {change.Node} tells the end of a node in {change.Group} without {rest}",
            change);
    }

    private long CallsOf((string Node, long Ref, string Batch) key, LogEvent.MonEvent change) =>
        _calls.GetValueOrDefault((key.Node, change.Scope, key.Batch));

    private void RequireCalls((string Node, long Ref, string Batch) key, long times, LogEvent.MonEvent change) =>
        Require(
            times <= CallsOf(key, change),
            "P-M3",
            () => $"monitor {change.Ref} of {change.Node} tells {key.Batch} {times} times, "
                + $"{CallsOf(key, change)} calls did just that",
            change);

    private void Count(LogEvent.Op call, MonChange change, string group, IEnumerable<string> members)
    {
        var key = (call.Node, call.Scope, BatchOf(change, group, members));
        _calls[key] = _calls.GetValueOrDefault(key) + 1;
    }

    private void Add(string node, long monitor, Held held, int difference)
    {
        var key = (node, monitor, held.Group);
        if (!_folds.TryGetValue(key, out var fold))
        {
            _folds.Add(key, fold = new Dictionary<string, long>(StringComparer.Ordinal));
        }

        var times = fold.GetValueOrDefault(held.Member) + difference;
        if (times > 0)
        {
            fold[held.Member] = times;
        }
        else
        {
            fold.Remove(held.Member);
        }
    }

    private static string BatchOf(MonChange change, string group, IEnumerable<string> members) =>
        $"{change} {group}: {string.Join(", ", members.Order(StringComparer.Ordinal))}";
}
