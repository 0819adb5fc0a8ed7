namespace Orleans.Groups.Comparison;

/// <summary>What is compared, and how.</summary>
internal sealed record ComparisonSettings
{
    /// <summary>Whether to do one round with a tenth of the work.</summary>
    internal bool Quick { get; init; }

    /// <summary>Parts of the names of the rows that are wanted; none: all.</summary>
    internal IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Where everything measured is written; nothing: nowhere.</summary>
    internal string? Json { get; init; }

    /// <summary>How often each row is measured on each side.</summary>
    internal int Rounds { get; init; } = 5;

    /// <summary>Where the compiled Erlang drivers are.</summary>
    internal string ErlangFolder { get; init; } = "";

    /// <summary>Sides that are left out.</summary>
    internal IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>The rows that are wanted.</summary>
    internal List<Row> Rows() =>
    [
        .. RowCatalogue.All(Quick)
            .Where(row => Only.Count == 0 || Only.Any(part => row.Name.Contains(part, StringComparison.Ordinal)))
            .Where(row => !Without.Contains(row.Engine == Engine.InMemory ? "in-memory" : "orleans")),
    ];
}
