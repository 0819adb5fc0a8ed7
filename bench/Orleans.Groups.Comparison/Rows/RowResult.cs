namespace Orleans.Groups.Comparison;

/// <summary>What was measured for one row.</summary>
internal sealed class RowResult(Row row)
{
    /// <summary>The row.</summary>
    internal Row Row { get; } = row;

    /// <summary>Their figures, one per round.</summary>
    internal List<double> Theirs { get; } = [];

    /// <summary>Our figures, one per round.</summary>
    internal List<double> Ours { get; } = [];

    /// <summary>Why theirs are missing.</summary>
    internal string? TheirReason { get; set; }

    /// <summary>Why ours are missing.</summary>
    internal string? OurReason { get; set; }

    /// <summary>Median of theirs.</summary>
    internal double? TheirMedian => Theirs.Count == 0 ? null : Clock.Median(Theirs);

    /// <summary>Median of ours.</summary>
    internal double? OurMedian => Ours.Count == 0 ? null : Clock.Median(Ours);

    /// <summary>How many times better ours is.</summary>
    internal double? Ratio => TheirMedian is { } theirs && OurMedian is { } ours ? Row.Unit.Ratio(theirs, ours) : null;

    /// <summary>Whether the goal is reached.</summary>
    internal bool? Reached => Row.Goal is { } goal && OurMedian is { } ours ? Row.Unit.Reaches(ours, goal) : null;
}
