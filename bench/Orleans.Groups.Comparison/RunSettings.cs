namespace Orleans.Groups.Comparison;

/// <summary>What all ways to run have in common.</summary>
internal record RunSettings
{
    /// <summary>Whether to do one round with a fraction of the work, only to see that it works.</summary>
    internal bool Quick { get; init; }

    /// <summary>How often each thing is measured.</summary>
    internal int Rounds { get; init; } = 5;

    /// <summary>Where everything measured is written; nothing: nowhere.</summary>
    internal string? Json { get; init; }

    /// <summary>Parts of the names of what is wanted; none: all.</summary>
    internal IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Folder for tables and charts.</summary>
    internal string Results { get; init; } = "";

    /// <summary>Whether something of this name is wanted.</summary>
    internal bool Wants(string name) =>
        Only.Count == 0 || Only.Any(part => name.Contains(part, StringComparison.Ordinal));
}
