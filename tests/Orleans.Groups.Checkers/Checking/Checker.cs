namespace Orleans.Groups.Checkers;

/// <summary>Looks at every event of a run, once and in order, for what some properties forbid.</summary>
/// <remarks>
/// Models have the state from before the event while it is checked. After a violation a checker goes on from what the
/// event says, so that one fault is reported once.
/// </remarks>
internal abstract class Checker
{
    private Findings? _findings;

    /// <summary>The next event.</summary>
    internal abstract void Check(LogEvent next);

    /// <summary>The run is over.</summary>
    internal virtual void Finish()
    {
    }

    internal void ReportTo(Findings findings) => _findings = findings;

    /// <summary>Says that a property is broken, unless it holds.</summary>
    protected void Require(bool holds, string property, Func<string> sentence, params ReadOnlySpan<LogEvent?> events)
    {
        if (!holds)
        {
            _findings!.Add(property, sentence(), events);
        }
    }

    /// <summary>Says that a property is broken.</summary>
    protected void Report(string property, string sentence, params ReadOnlySpan<LogEvent?> events) =>
        _findings!.Add(property, sentence, events);
}

/// <summary>What was found.</summary>
internal sealed class Findings(int maxKeptPerProperty)
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<Violation> _kept = [];

    internal IReadOnlyDictionary<string, long> Counts => _counts;

    internal IReadOnlyList<Violation> Kept => _kept;

    internal void Add(string property, string sentence, ReadOnlySpan<LogEvent?> events)
    {
        var count = _counts.GetValueOrDefault(property) + 1;
        _counts[property] = count;
        if (count <= maxKeptPerProperty)
        {
            var shown = new List<LogEvent>();
            foreach (var shownEvent in events)
            {
                if (shownEvent is not null)
                {
                    shown.Add(shownEvent);
                }
            }

            _kept.Add(new Violation(property, sentence, [.. shown]));
        }
    }
}
