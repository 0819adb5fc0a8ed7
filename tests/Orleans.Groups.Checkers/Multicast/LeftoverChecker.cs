namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S17: counters make sense. G-L4: nothing is kept when all is quiet. G-L8: what has a limit stays below it. G-L9:
/// rings that have ended leave nothing.
/// </summary>
internal sealed class LeftoverChecker(RunModel run, RingsModel rings) : Checker
{
    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Progress progress:
                CheckProgress(progress);
                break;
            case LogEvent.Probe probe:
                CheckLimits(probe);
                CheckRest(probe);
                break;
        }
    }

    private void CheckProgress(LogEvent.Progress progress)
    {
        var what = $"{progress.Member} counts of {progress.Of}: {progress.Published} published, "
            + $"{progress.Acked} acked, {progress.Returned} returned, {progress.Pending} pending";
        Require(
            progress.Returned >= 0 && progress.Returned <= progress.Acked && progress.Acked <= progress.Published
                && progress.Pending == progress.Published - progress.Acked,
            "G-S17",
            () => what,
            progress);
        Require(
            !run.IsQuiet || progress.Acked == progress.Published,
            "G-L4",
            () => $"all is quiet, and {what}",
            progress);
    }

    private void CheckLimits(LogEvent.Probe probe)
    {
        foreach (var (name, limit) in probe.Limits ?? [])
        {
            var count = probe.Counts.GetValueOrDefault(name);
            Require(
                count <= limit,
                "G-L8",
                () => $"{probe.Member ?? probe.Node} has {count} {name}, at most {limit} are allowed",
                probe);
        }
    }

    private void CheckRest(LogEvent.Probe probe)
    {
        if (!run.IsQuiet || probe.Area is not ("gm" or "store"))
        {
            return;
        }

        var isStore = probe.Area == "store";
        if (isStore && rings.Rings.Any(static ring => ring.Survivors.Any()))
        {
            return;
        }

        var left = probe.Counts.Where(static pair => pair.Value != 0).Select(static p => $"{p.Value} {p.Key}").ToList();
        Require(
            left.Count == 0,
            isStore ? "G-L9" : "G-L4",
            () => $"all is quiet, and {probe.Member ?? probe.Node} still has {string.Join(", ", left)}",
            probe);
    }
}
