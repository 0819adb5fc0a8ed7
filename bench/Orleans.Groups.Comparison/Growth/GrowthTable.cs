using System.Globalization;

namespace Orleans.Groups.Comparison;

/// <summary>What was measured while one thing grew: a CSV file and its charts.</summary>
/// <param name="Columns">Names, with units; the first is what grows.</param>
/// <param name="Rows">Values; NaN where there is none.</param>
/// <param name="Charts">The charts drawn from it.</param>
internal sealed record GrowthTable(string[] Columns, List<double[]> Rows, params ChartOf[] Charts)
{
    /// <summary>The text of the CSV file.</summary>
    internal string ToCsv() => string.Concat(
        Rows.Select(row => string.Join(',', row.Select(Text))).Prepend(string.Join(',', Columns))
            .Select(line => line + "\n"));

    /// <summary>A chart of it.</summary>
    internal SvgChart Draw(ChartOf chart, string note) => SvgChart.Of(
        chart.Title,
        note,
        (chart.X, true),
        (chart.Y, chart.IsLogarithmic),
        [
            .. chart.Columns.Select(column => new Series(
                column.Name,
                [.. Rows.Where(row => !double.IsNaN(row[column.Index])).Select(row => (row[0], row[column.Index]))]))
                .Where(series => series.Points.Count > 0),
        ]);

    private static string Text(double value) =>
        double.IsNaN(value) ? "" : value.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>One chart of a table.</summary>
/// <param name="Name">Name of the file.</param>
/// <param name="Title">What it shows.</param>
/// <param name="X">Title of the axis below, which is logarithmic.</param>
/// <param name="Y">Title of the axis to the left.</param>
/// <param name="IsLogarithmic">Whether that one is, too.</param>
/// <param name="Columns">Which columns are drawn, and what they are called.</param>
internal sealed record ChartOf(
    string Name,
    string Title,
    string X,
    string Y,
    bool IsLogarithmic,
    params (int Index, string Name)[] Columns);
