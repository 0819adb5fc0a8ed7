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
    /// <summary>Prints the table.</summary>
    internal void Print()
    {
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

        Terminal.Write(table);
        foreach (var reason in results.SelectMany(Reasons).Distinct())
        {
            Console.WriteLine(reason);
        }

        var reached = results.Count(result => result.Reached == true);
        Console.WriteLine(
            $"{reached} of {results.Count(result => result.Row.Goal is not null)} goals reached; medians of "
            + $"{settings.Rounds} rounds{(settings.Quick ? ", quick: only to see that it works" : "")}");
        Console.WriteLine($"{machine}; {erlang ?? "no Erlang"}");
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
            ["theirs"] = JsonFile.Numbers(result.Theirs),
            ["theirMedian"] = result.TheirMedian,
            ["theirReason"] = result.TheirReason,
            ["ours"] = JsonFile.Numbers(result.Ours),
            ["ourMedian"] = result.OurMedian,
            ["ourReason"] = result.OurReason,
            ["ratio"] = result.Ratio,
            ["goal"] = result.Row.Goal,
            ["reached"] = result.Reached,
        })]);
        JsonFile.Write(file, new JsonObject
        {
            ["begun"] = begun.ToString("O"),
            ["machine"] = machine,
            ["erlang"] = erlang,
            ["rounds"] = settings.Rounds,
            ["quick"] = settings.Quick,
            ["rows"] = rows,
        });
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
}
