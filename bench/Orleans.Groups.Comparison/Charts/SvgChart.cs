using System.Globalization;
using System.Net;
using System.Text;

namespace Orleans.Groups.Comparison;

/// <summary>A chart of lines, as a plain SVG file.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Note">Under it: where it was measured.</param>
/// <param name="X">The axis below.</param>
/// <param name="Y">The axis to the left.</param>
/// <param name="Lines">What is drawn.</param>
internal sealed record SvgChart(string Title, string Note, Axis X, Axis Y, IReadOnlyList<Series> Lines)
{
    private const double Width = 760;
    private const double Height = 440;
    private const double Left = 84;
    private const double Right = 24;
    private const double Top = 48;
    private const double Bottom = 92;
    private const int NoteLength = 112;
    private const int MostMarks = 65;

    // Told apart by people who see few colours, and on paper by their marks.
    private static readonly string[] Colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a5195", "#e69f00"];

    /// <summary>A chart whose axes fit its lines.</summary>
    internal static SvgChart Of(
        string title,
        string note,
        (string Title, bool IsLogarithmic) x,
        (string Title, bool IsLogarithmic) y,
        params IReadOnlyList<Series> lines) => new(
            title,
            note,
            Axis.For(lines.SelectMany(line => line.Points.Select(point => point.X)), x.IsLogarithmic, x.Title),
            Axis.For(lines.SelectMany(line => line.Points.Select(point => point.Y)), y.IsLogarithmic, y.Title),
            lines);

    /// <summary>The file's text.</summary>
    public override string ToString()
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}"
              font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#222">
            <rect width="{Width}" height="{Height}" fill="#fff"/>
            <text x="{Left}" y="26" font-size="16" font-weight="bold">{Escape(Title)}</text>

            """);
        AppendAxes(svg);
        for (var index = 0; index < Lines.Count; index++)
        {
            AppendLine(svg, Lines[index], index);
        }

        AppendLegend(svg);
        AppendNote(svg);
        return svg.Append("</svg>\n").ToString();
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private double AtX(double value) => Left + (X.Place(value) * (Width - Left - Right));

    private double AtY(double value) => Height - Bottom - (Y.Place(value) * (Height - Top - Bottom));

    private void AppendAxes(StringBuilder svg)
    {
        const double low = Height - Bottom;
        foreach (var minor in X.MinorTicks())
        {
            Rule(svg, AtX(minor), Top, AtX(minor), low, "#f2f2f2");
        }

        foreach (var minor in Y.MinorTicks())
        {
            Rule(svg, Left, AtY(minor), Width - Right, AtY(minor), "#f2f2f2");
        }

        foreach (var (value, text) in X.Ticks())
        {
            Rule(svg, AtX(value), Top, AtX(value), low, "#d5d5d5");
            Label(svg, AtX(value), low + 18, "middle", text);
        }

        foreach (var (value, text) in Y.Ticks())
        {
            Rule(svg, Left, AtY(value), Width - Right, AtY(value), "#d5d5d5");
            Label(svg, Left - 8, AtY(value) + 4, "end", text);
        }

        Rule(svg, Left, low, Width - Right, low, "#444");
        Rule(svg, Left, Top, Left, low, "#444");
        Label(svg, Left + ((Width - Left - Right) / 2), low + 38, "middle", Escape(X.Title));
        var middle = Top + ((low - Top) / 2);
        svg.Append(CultureInfo.InvariantCulture, $"""
            <text transform="translate(22 {middle:0.#}) rotate(-90)" text-anchor="middle">{Escape(Y.Title)}</text>

            """);
    }

    private void AppendLine(StringBuilder svg, Series line, int index)
    {
        var colour = Colours[index % Colours.Length];
        var points = line.Points.Select(point => (X: AtX(point.X), Y: AtY(point.Y))).ToList();
        var path = string.Join(' ', points.Select(point => string.Create(
            CultureInfo.InvariantCulture, $"{point.X:0.#},{point.Y:0.#}")));
        svg.Append(CultureInfo.InvariantCulture, $"""
            <polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>

            """);
        if (points.Count <= MostMarks)
        {
            points.ForEach(point => Mark(svg, point.X, point.Y, index));
        }
    }

    private void AppendLegend(StringBuilder svg)
    {
        if (Lines.Count == 1)
        {
            return;
        }

        var left = Left;
        for (var index = 0; index < Lines.Count; index++)
        {
            const double line = Height - 36;
            var colour = Colours[index % Colours.Length];
            svg.Append(CultureInfo.InvariantCulture, $"""
                <line x1="{left}" y1="{line - 4}" x2="{left + 24}" y2="{line - 4}" stroke="{colour}" stroke-width="2"/>

                """);
            Mark(svg, left + 12, line - 4, index);
            Label(svg, left + 30, line, "start", Escape(Lines[index].Name));
            left += 50 + (Lines[index].Name.Length * 7);
        }
    }

    private void AppendNote(StringBuilder svg)
    {
        var note = Note.Length <= NoteLength ? Note : Note[..(NoteLength - 1)] + "…";
        svg.Append(CultureInfo.InvariantCulture, $"""
            <text x="{Left}" y="{Height - 10}" font-size="11" fill="#777">{Escape(note)}</text>

            """);
    }

    private static void Rule(StringBuilder svg, double x1, double y1, double x2, double y2, string colour) =>
        svg.Append(CultureInfo.InvariantCulture, $"""
            <line x1="{x1:0.#}" y1="{y1:0.#}" x2="{x2:0.#}" y2="{y2:0.#}" stroke="{colour}"/>

            """);

    private static void Label(StringBuilder svg, double x, double y, string anchor, string text) =>
        svg.Append(CultureInfo.InvariantCulture, $"""
            <text x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}">{text}</text>

            """);

    private static void Mark(StringBuilder svg, double x, double y, int index)
    {
        var colour = Colours[index % Colours.Length];
        svg.Append((index % 3) switch
        {
            0 => string.Create(
                CultureInfo.InvariantCulture,
                $"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"4\" fill=\"{colour}\"/>\n"),
            1 => string.Create(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{x - 4:0.#}\" y=\"{y - 4:0.#}\" width=\"8\" height=\"8\" fill=\"{colour}\"/>\n"),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{x:0.#} {y - 5:0.#} l5 9 h-10 z\" fill=\"{colour}\"/>\n"),
        });
    }
}
