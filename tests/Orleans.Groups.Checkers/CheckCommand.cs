using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Groups.Checkers;

/// <summary>The command line.</summary>
internal static class CheckCommand
{
    /// <summary>Something is broken.</summary>
    internal const int Broken = 1;

    /// <summary>The arguments, or the files that they name, are wrong.</summary>
    internal const int Refused = 2;

    internal static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Event logs: one of a run of one process, or one of each process of a run",
            Arity = ArgumentArity.OneOrMore,
        };
        var families = new Option<CheckFamilies>("--families")
        {
            Description = "What to check: ProcessGroups, Multicast, or All",
            DefaultValueFactory = static _ => CheckFamilies.All,
        };
        var minimum = new Option<string[]>("--minimum")
        {
            Description = "Fewest events of a kind, for example Deliver=1000; fewer are a violation",
            HelpName = "KIND=N",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object" };
        var check = new Command("check", "Checks event logs; see docs/event-log.md")
        {
            files, families, minimum, json,
        };
        check.SetAction(result =>
        {
            var settings = new CheckSettings { Families = result.GetValue(families) };
            foreach (var demand in result.GetValue(minimum) ?? [])
            {
                var parts = demand.Split('=');
                if (parts.Length != 2
                    || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out var least)
                    || !(parts[0] == "*" || LogJson.Kinds.Contains(parts[0])))
                {
                    error.WriteLine($"check: --minimum must be KIND=N, with a kind of event, but is '{demand}'");
                    return Refused;
                }

                settings.Minimum[parts[0]] = least;
            }

            return Check(result.GetValue(files)!, settings, result.GetValue(json), output, error);
        });
        var root = new RootCommand(
            """
            Checks what Orleans.Groups promises against logs of what happened.

            Example:
              dotnet run --project tests/Orleans.Groups.Checkers -- check a.ndjson b.ndjson --minimum Deliver=1000

            Exit code: 0 all is well, 1 a property is broken, 2 bad arguments or files.
            """)
        {
            check,
        };
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine($"check: {parsed.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.')}; see --help");
            return Refused;
        }

        return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error });
    }

    private static int Check(
        string[] files,
        CheckSettings settings,
        bool asJson,
        TextWriter output,
        TextWriter error)
    {
        try
        {
            var report = CheckerSuite.CheckFiles(files, settings);
            output.WriteLine(asJson ? ToJson(report) : report.ToString());
            return report.IsClean ? 0 : Broken;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"check: {exception.Message.ReplaceLineEndings(" ")}");
            return Refused;
        }
    }

    private static string ToJson(CheckReport report)
    {
        var json = new JsonObject
        {
            ["clean"] = report.IsClean,
            ["events"] = ToJson(report.EventCounts),
            ["violations"] = ToJson(report.ViolationCounts),
            ["found"] = new JsonArray([.. report.Violations.Select(static violation => (JsonNode)new JsonObject
            {
                ["property"] = violation.Property,
                ["sentence"] = violation.Sentence,
                ["events"] = new JsonArray([.. violation.Events.Select(static e => JsonNode.Parse(e.ToString()))]),
            })]),
            ["notes"] = new JsonArray([.. report.Notes.Select(static note => (JsonNode?)JsonValue.Create(note))]),
        };
        return json.ToJsonString(new JsonSerializerOptions(JsonSerializerOptions.Default)
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }

    private static JsonObject ToJson(IReadOnlyDictionary<string, long> counts) =>
        new(counts.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));
}
