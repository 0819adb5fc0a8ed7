using System.Collections.Immutable;

namespace Orleans.Groups.Checkers;

/// <summary>What checking a run found.</summary>
/// <param name="Violations">What is broken, in the order in which it was found; not all where there are many.</param>
/// <param name="ViolationCounts">How often each property is broken.</param>
/// <param name="EventCounts">How many events of each kind there were.</param>
/// <param name="Notes">What is worth knowing and no violation: torn tails, unknown kinds.</param>
public sealed record CheckReport(
    ImmutableArray<Violation> Violations,
    IReadOnlyDictionary<string, long> ViolationCounts,
    IReadOnlyDictionary<string, long> EventCounts,
    ImmutableArray<string> Notes)
{
    /// <summary>Whether nothing is broken.</summary>
    public bool IsClean => ViolationCounts.Count == 0;

    /// <summary>How many events there were.</summary>
    public long Events => EventCounts.Values.Sum();

    /// <summary>For people, several lines; ends without a line feed.</summary>
    public override string ToString()
    {
        var counts = string.Join(", ", EventCounts.Select(static pair => $"{pair.Key} {pair.Value}"));
        var lines = Notes.Select(static note => $"note: {note}")
            .Concat(Violations.Select(static violation => violation.ToString()))
            .Append($"{Events} events: {counts}")
            .Append(IsClean
                ? "no violation"
                : $"violations: {string.Join(", ", ViolationCounts.Select(static p => $"{p.Key} {p.Value}"))}");
        return string.Join('\n', lines);
    }
}
