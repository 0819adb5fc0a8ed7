namespace Orleans.Groups.Simulator.Tests;

/// <summary>A table of a document: the row whose first cell is a name in backticks.</summary>
internal static class DocumentTable
{
    internal static string[] Row(string document, string name) =>
        File.ReadAllLines(PathOf(document)).Where(line => IsRowOf(line, name)).Select(CellsOf).SingleOrDefault()
        ?? throw new InvalidOperationException($"{document} has no row, or several, for {name}.");

    /// <summary>Writes a row anew.</summary>
    internal static void Replace(string document, string name, Func<string[], string[]> change)
    {
        var lines = File.ReadAllLines(PathOf(document));
        var index = Array.FindIndex(lines, line => IsRowOf(line, name));
        lines[index] = $"| {string.Join(" | ", change(CellsOf(lines[index])))} |";
        File.WriteAllText(PathOf(document), string.Join('\n', lines) + "\n");
    }

    internal static IEnumerable<string> Names(string document) => File.ReadAllLines(PathOf(document))
        .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(static line => CellsOf(line)[0].Trim('`'));

    private static bool IsRowOf(string line, string name) =>
        line.StartsWith($"| `{name}` |", StringComparison.Ordinal);

    private static string[] CellsOf(string line) =>
        [.. line.Trim().Trim('|').Split('|').Select(static cell => cell.Trim())];

    private static string PathOf(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.Groups.sln")))
            {
                return Path.Combine(folder.FullName, relative);
            }
        }

        throw new InvalidOperationException($"No Orleans.Groups.sln above {AppContext.BaseDirectory}.");
    }
}
