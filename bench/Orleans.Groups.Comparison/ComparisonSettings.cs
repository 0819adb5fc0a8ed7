namespace Orleans.Groups.Comparison;

/// <summary>What is compared with Erlang, and how.</summary>
internal sealed record ComparisonSettings : RunSettings
{
    /// <summary>Where the compiled Erlang drivers are.</summary>
    internal string ErlangFolder { get; init; } = "";

    /// <summary>Sides that are left out.</summary>
    internal IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>The rows that are wanted.</summary>
    internal List<Row> Rows() =>
    [
        .. RowCatalogue.All(Quick)
            .Where(row => Wants(row.Name))
            .Where(row => !Without.Contains(row.Engine == Engine.InMemory ? "in-memory" : "orleans")),
    ];
}
