using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Orleans.Groups.Comparison;

/// <summary>The table of a comparison, and the same for programs.</summary>
internal sealed class ComparisonReport(
    ComparisonSettings settings,
    string machine,
    string? erlang,
    DateTimeOffset begun,
    IReadOnlyList<RowResult> results)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Prints the table.</summary>
    internal void Print()
    {
        var console = AnsiConsole.Console;
        if (!console.Profile.Capabilities.Interactive)
        {
            console.Profile.Width = 160;
        }

        var table = new Table().Border(TableBorder.Rounded);
        foreach (var (title, isNumber) in new[]
        {
            ("work", false), ("engine", false), ("Erlang", true), ("ours", true), ("ratio", true), ("goal", true),
            ("reached", false),
        })
        {
            table.AddColumn(title, column => column.Alignment = isNumber ? Justify.Right : Justify.Left);
        }

        foreach (var result in results)
        {
            table.AddRow([.. Cells(result).Select(Markup.Escape)]);
        }

        console.WriteLine();
        console.Write(table);
        foreach (var reason in results.SelectMany(Reasons).Distinct())
        {
            console.WriteLine(reason);
        }

        var reached = results.Count(result => result.Reached == true);
        console.WriteLine(
            $"{reached} of {results.Count(result => result.Row.Goal is not null)} goals reached; medians of "
            + $"{settings.Rounds} rounds{(settings.Quick ? ", quick: only to see that it works" : "")}");
        console.WriteLine($"{machine}; {erlang ?? "no Erlang"}");
    }

    /// <summary>Writes everything measured.</summary>
    internal void Write(string file)
    {
        var rows = new JsonArray([.. results.Select(result => (JsonNode)new JsonObject
        {
            ["name"] = result.Row.Name,
            ["work"] = result.Row.Work,
            ["engine"] = $"{result.Row.Engine}",
            ["unit"] = $"{result.Row.Unit}",
            ["theirs"] = Numbers(result.Theirs),
            ["theirMedian"] = result.TheirMedian,
            ["theirReason"] = result.TheirReason,
            ["ours"] = Numbers(result.Ours),
            ["ourMedian"] = result.OurMedian,
            ["ourReason"] = result.OurReason,
            ["ratio"] = result.Ratio,
            ["goal"] = result.Row.Goal,
            ["reached"] = result.Reached,
        })]);
        var report = new JsonObject
        {
            ["begun"] = begun.ToString("O"),
            ["machine"] = machine,
            ["erlang"] = erlang,
            ["rounds"] = settings.Rounds,
            ["quick"] = settings.Quick,
            ["rows"] = rows,
        };
        File.WriteAllText(file, report.ToJsonString(Indented) + "\n");
    }

    private static string[] Cells(RowResult result)
    {
        var unit = result.Row.Unit;
        return
        [
            result.Row.Work,
            result.Row.Engine == Engine.InMemory ? "in-memory" : "Orleans",
            result.TheirMedian is { } theirs ? unit.Text(theirs) : "–",
            result.OurMedian is { } ours ? unit.Text(ours) : "–",
            result.Ratio is { } ratio ? $"{UnitExtensions.Digits(ratio)}×" : "–",
            result.Row.Goal is { } goal ? unit.Goal(goal) : "–",
            result.Reached switch { true => "yes", false => "no", _ => "–" },
        ];
    }

    private static IEnumerable<string> Reasons(RowResult result)
    {
        if (result.TheirReason is { } theirs)
        {
            yield return $"Erlang, {result.Row.Work}: {theirs}";
        }

        if (result.OurReason is { } ours)
        {
            yield return $"{result.Row.Engine}, {result.Row.Work}: {ours}";
        }
    }

    private static JsonArray Numbers(IEnumerable<double> numbers) =>
        new([.. numbers.Select(number => (JsonNode)Math.Round(number, 3))]);
}
