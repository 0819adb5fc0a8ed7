namespace Orleans.Groups.Checkers.Tests;

/// <summary>All histories that are written by hand.</summary>
internal static class Cases
{
    internal static readonly Case[] Good = [.. GoodGroups.All(), .. GoodRings.All()];

    internal static readonly Case[] Bad = [.. BadGroups.All(), .. BadRings.All(), .. BadRecords.All()];

    /// <summary>
    /// The same history as each node's process would have logged it, and whoever kills them; every clock is its own.
    /// </summary>
    internal static List<List<LogEvent>> Split(IReadOnlyList<LogEvent> events)
    {
        var names = events.Select(LogOf).Append("").Distinct().Order(StringComparer.Ordinal).ToList();
        var logs = new List<List<LogEvent>>();
        foreach (var name in names)
        {
            var log = new List<LogEvent>();
            foreach (var original in events.Where(e => LogOf(e) == name || e is LogEvent.Quiesced))
            {
                var copy = original switch
                {
                    LogEvent.Read e => e with { Since = CountUntil(e.Since) },
                    LogEvent.MonStart e => e with { Since = CountUntil(e.Since) },
                    _ => original with { },
                };
                copy.Seq = log.Count + 1;
                copy.T = original.T + (1_000_000 * (names.Count - logs.Count));
                log.Add(copy);
            }

            logs.Add(log);

            long CountUntil(long since) => events.LongCount(e => e.Seq <= since && LogOf(e) == name);
        }

        return logs;
    }

    private static string LogOf(LogEvent logEvent) => logEvent is LogEvent.NodeCrash ? "" : logEvent.Node;
}
