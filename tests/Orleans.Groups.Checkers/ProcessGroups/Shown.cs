namespace Orleans.Groups.Checkers;

/// <summary>Which memberships an event shows to its reader.</summary>
internal static class Shown
{
    internal static IEnumerable<Held> By(LogEvent next) => next switch
    {
        LogEvent.Read { What: ReadWhat.Members or ReadWhat.LocalMembers } e =>
            e.Result.Select(member => new Held(e.Group ?? "", member)),
        LogEvent.MonStart e => e.Snapshot,
        LogEvent.MonEvent { Change: MonChange.Joined } e => e.Members.Select(member => new Held(e.Group, member)),
        LogEvent.MonEvent { Snapshot: { } snapshot } => snapshot,
        LogEvent.Applied e => e.Added,
        _ => [],
    };

    internal static string? ScopeOf(LogEvent next) => next switch
    {
        LogEvent.Read e => e.Scope,
        LogEvent.MonStart e => e.Scope,
        LogEvent.MonEvent e => e.Scope,
        LogEvent.Applied e => e.Scope,
        _ => null,
    };

    /// <summary>
    /// Whether it shows what was there when it was read, as a whole: an event of a monitor may have waited for its
    /// reader.
    /// </summary>
    internal static bool IsSnapshot(LogEvent next) =>
        next is LogEvent.Read or LogEvent.MonStart or LogEvent.MonEvent { Change: MonChange.Restarted };

    /// <summary>The last number in its log before what it shows was looked at.</summary>
    internal static long SinceOf(LogEvent next) => next switch
    {
        LogEvent.Read e => e.Since,
        LogEvent.MonStart e => e.Since,
        _ => next.Seq,
    };

    internal static Dictionary<string, long> Tally(IEnumerable<string> members)
    {
        var tally = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            tally[member] = tally.GetValueOrDefault(member) + 1;
        }

        return tally;
    }
}
