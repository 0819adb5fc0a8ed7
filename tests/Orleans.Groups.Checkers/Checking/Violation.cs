using System.Collections.Immutable;

namespace Orleans.Groups.Checkers;

/// <summary>A property that a run has broken.</summary>
/// <param name="Property">Its id, for example <c>G-S3</c>.</param>
/// <param name="Sentence">What happened to whom, and where.</param>
/// <param name="Events">The events that show it, the last one first.</param>
public sealed record Violation(string Property, string Sentence, ImmutableArray<LogEvent> Events)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Join("\n    ", Events.Select(static e => e.ToString()).Prepend($"{Property}: {Sentence}"));
}
