namespace Orleans.Groups.Checkers;

/// <summary>
/// P-M1: snapshot and changes are the registry. P-M2: numbers follow each other. P-M4: who falls behind is told, and
/// starts again. P-M5: nothing comes after the end.
/// </summary>
internal sealed class MonitorChecker(RunModel run, GroupsModel groups) : Checker
{
    private readonly Dictionary<(string Node, long Ref), Fold> _folds = [];

    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.MonStart start:
                Require(
                    _folds.TryAdd((start.Node, start.Ref), new Fold(start)),
                    "P-M2",
                    () => $"monitor {start.Ref} of {start.Node} started twice",
                    start);
                break;
            case LogEvent.MonEvent change:
                CheckChange(change);
                break;
            case LogEvent.MonEnd end when _folds.TryGetValue((end.Node, end.Ref), out var fold):
                fold.End ??= end;
                break;
            case LogEvent.ScopeStop { Reason: not LogReasons.Stopping } stop:
                foreach (var key in _folds.Where(f => f.Key.Node == stop.Node && f.Value.Start.Scope == stop.Scope)
                    .Select(static f => f.Key).ToList())
                {
                    _folds[key].IsOver = true;
                }

                break;
            case LogEvent.Quiesced:
                CheckQuiet(next);
                break;
        }
    }

    private void CheckChange(LogEvent.MonEvent change)
    {
        var what = $"monitor {change.Ref} of {change.Node}";
        if (!_folds.TryGetValue((change.Node, change.Ref), out var fold))
        {
            Report("P-M2", $"{what} says something and never started", change);
            return;
        }

        if (fold.End is { Reason: var reason })
        {
            // Disposing waits for a callback that runs; other ends do not.
            Require(
                fold.Start.Pushes && reason != "Disposed",
                "P-M5",
                () => $"{what} says something after its end",
                change,
                fold.End);
            return;
        }

        Require(change.N == fold.Last + 1, "P-M2", () => $"{what} goes from {fold.Last} to {change.N}", change);
        fold.Last = change.N;
        var isRestart = change.Change == MonChange.Restarted;
        Require(
            isRestart == change.Snapshot is not null && isRestart == (change.Reason == "MonitorOverflow"),
            "P-M4",
            () => isRestart ? $"{what} starts again without a snapshot" : $"{what} gives a snapshot with a change",
            change);
        if (isRestart)
        {
            fold.Restart(change.Snapshot ?? []);
            return;
        }

        Require(
            change.Members.Length > 0 && (fold.Start.Group is not { } watched || watched == change.Group),
            "P-M1",
            () => $"{what} has an event that changes nothing of what it watches",
            change);
        foreach (var member in change.Members)
        {
            CheckMember(fold, change, new Held(change.Group, member), what);
        }
    }

    private void CheckMember(Fold fold, LogEvent.MonEvent change, Held held, string what)
    {
        if (change.Change == MonChange.Left)
        {
            Require(
                fold.Add(held, -1) >= 0,
                "P-M1",
                () => $"{what} takes {held.Member} out of {held.Group}, where it was not",
                change);
            return;
        }

        var times = fold.Add(held, 1);
        var count = groups.ScopeOf(change.Scope).Find(held.Group, held.Member);
        Require(
            count is null || times <= count.EverMost || !run.IsRealTime, // In a merged run joins may come later.
            "P-M1",
            () => $"{what} says that {held.Member} is in {held.Group} {times} times, "
                + $"it has joined {count!.EverMost} times",
            change);
    }

    private void CheckQuiet(LogEvent quiet)
    {
        foreach (var (key, fold) in _folds)
        {
            var scope = groups.ScopeOf(fold.Start.Scope);
            if (fold.End is not null || fold.IsOver || !run.NodeOf(key.Node).IsAlive)
            {
                fold.Restart([]); // Nobody looks at it any more.
                continue;
            }

            foreach (var group in scope.Groups.Where(group => fold.Start.Group is not { } one || one == group.Name))
            {
                foreach (var count in group.Counts.Values)
                {
                    CheckFold(fold, count, quiet);
                }
            }
        }
    }

    private void CheckFold(Fold fold, Count count, LogEvent quiet)
    {
        var owner = run.NodeOf(count.Node);
        if (run.Settings.LocalScopes.Contains(fold.Start.Scope) && count.Node != fold.Start.Node)
        {
            return;
        }

        var times = fold.CountOf(count.Held);
        var isGone = count.HasEnded || !owner.IsAlive;
        Require(
            times >= (isGone ? 0 : count.Least) && times <= (isGone ? 0 : count.Most),
            "P-M1",
            () => $"monitor {fold.Start.Ref} of {fold.Start.Node} shows {count.Held.Member} {times} times in "
                + $"{count.Held.Group}, where it is {(isGone ? 0 : count.Least)} to {(isGone ? 0 : count.Most)} times",
            quiet,
            fold.Start);
    }

    private sealed class Fold
    {
        private readonly Dictionary<Held, long> _members = [];

        internal Fold(LogEvent.MonStart start)
        {
            Start = start;
            Restart(start.Snapshot);
        }

        internal LogEvent.MonStart Start { get; }

        internal LogEvent.MonEnd? End { get; set; }

        /// <summary>Whether its scope has ended, and it with it.</summary>
        internal bool IsOver { get; set; }

        internal long Last { get; set; }

        internal void Restart(Held[] snapshot)
        {
            _members.Clear();
            foreach (var held in snapshot)
            {
                Add(held, 1);
            }
        }

        internal long CountOf(Held held) => _members.GetValueOrDefault(held);

        /// <summary>How often it is there then; below 0 it is left at 0.</summary>
        internal long Add(Held held, int difference)
        {
            var times = CountOf(held) + difference;
            if (times > 0)
            {
                _members[held] = times;
            }
            else
            {
                _members.Remove(held);
            }

            return times;
        }
    }
}
