using System.Text;

namespace Orleans.Groups.Samples.Relay;

/// <summary>A table of plain text: columns as wide as needed, numbers to the right.</summary>
internal static class TextTable
{
    /// <summary>Lines of a table; the first row is the heading.</summary>
    internal static IEnumerable<string> Render(IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows)
        {
            var line = new StringBuilder();
            for (var column = 0; column < row.Length; column++)
            {
                var isNumber = row[column].All(c => char.IsAsciiDigit(c));
                line.Append(isNumber ? row[column].PadLeft(widths[column]) : row[column].PadRight(widths[column]));
                line.Append("  ");
            }

            yield return line.ToString().TrimEnd();
        }
    }
}
