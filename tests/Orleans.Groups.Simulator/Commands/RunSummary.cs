using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Orleans.Groups.Simulator;

/// <summary>What a run has found, for people and for programs.</summary>
internal sealed class RunSummary(BatchOptions options, BatchResult batch, TimeSpan elapsed, string? faults)
{
    /// <summary>A run of so many worlds of one protocol must have seen all its situations.</summary>
    internal const long EnoughForMarks = 100_000;

    private double PerSecond => batch.Schedules / Math.Max(0.001, elapsed.TotalSeconds);

    /// <summary>Situations that were never seen.</summary>
    internal IReadOnlyList<Mark> Missing =>
    [
        .. Enum.GetValues<Mark>().Where(mark =>
            options.Kinds.Any(kind => MarkNames.IsFor(mark, kind)) && batch.Marks[(int)mark] == 0),
    ];

    /// <summary>Whether the run was long enough, and free enough, to demand every situation.</summary>
    internal bool DemandsMarks => options.Faults is null && batch.Schedules / options.Kinds.Count >= EnoughForMarks;

    internal bool IsClean =>
        batch.Failures.Count == 0 && batch.Schedules > 0 && (!DemandsMarks || Missing.Count == 0);

    /// <summary>Says what is broken in a world, if anything is, and how to see it again.</summary>
    internal static void WriteFailure(WorldResult world, string? faults, Action<string> writeLine)
    {
        if (world.Violations.Count == 0)
        {
            return;
        }

        writeLine($"FAILED: {NameOf(world.Plan.Kind)} seed {world.Plan.Seed}");
        foreach (var violation in world.Violations)
        {
            writeLine($"  {violation.Property}: {violation.Sentence}");
        }

        writeLine($"  {WorldOptions.ReplayOf(world.Plan.Kind, world.Plan.Seed, faults, world.Plan.Work)}");
    }

    internal void Write(IAnsiConsole console)
    {
        var table = new Table().AddColumn("What").AddColumn(new TableColumn("How many").RightAligned());
        Add(table, "schedules", batch.Schedules);
        Add(table, "repeated, and went the same way", batch.Repeated);
        Add(table, "events", batch.Events);
        Add(table, "messages", batch.Packets);
        foreach (var fault in FaultNames.All.Where(fault => batch.Faults[(int)fault] > 0))
        {
            Add(table, $"with {fault}: {FaultNames.Of(fault)}", batch.Faults[(int)fault]);
        }

        foreach (var mark in Enum.GetValues<Mark>().Where(mark => batch.Marks[(int)mark] > 0))
        {
            Add(table, MarkNames.Of(mark), batch.Marks[(int)mark]);
        }

        Add(table, "situations reached", Enum.GetValues<Mark>().Count(mark => batch.Marks[(int)mark] > 0));
        Add(table, "schedules with violations", batch.Failures.Count);
        table.AddRow("seconds", elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture));
        table.AddRow("schedules a second", PerSecond.ToString("F0", CultureInfo.InvariantCulture));
        console.Write(table);
        if (Missing.Count > 0)
        {
            console.WriteLine($"{(DemandsMarks ? "FAILED, never" : "Never")} reached: {string.Join(", ", Missing)}");
        }
    }

    internal string ToJson() => new JsonObject
    {
        ["protocols"] = new JsonArray([.. options.Kinds.Select(static kind => (JsonNode)NameOf(kind))]),
        ["seed"] = options.Seed,
        ["schedules"] = batch.Schedules,
        ["repeated"] = batch.Repeated,
        ["events"] = batch.Events,
        ["messages"] = batch.Packets,
        ["steps"] = batch.Steps,
        ["seconds"] = Math.Round(elapsed.TotalSeconds, 3),
        ["perSecond"] = Math.Round(PerSecond, 1),
        ["hash"] = batch.Hash.ToString("x16", CultureInfo.InvariantCulture),
        ["clean"] = IsClean,
        ["faults"] = Counts(FaultNames.All.Select(fault => ($"{fault}", batch.Faults[(int)fault]))),
        ["situations"] = Counts(Enum.GetValues<Mark>().Select(mark => ($"{mark}", batch.Marks[(int)mark]))),
        ["missing"] = new JsonArray([.. Missing.Select(static mark => (JsonNode)mark.ToString())]),
        ["violations"] = Counts(batch.Failures.Values
            .SelectMany(static failure => failure.Violations.Select(static v => v.Property).Distinct())
            .GroupBy(static property => property)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => (group.Key, (long)group.Count()))),
        ["failures"] = new JsonArray(
        [
            .. batch.Failures.Values.Select(failure => (JsonNode)new JsonObject
            {
                ["protocol"] = NameOf(failure.Kind),
                ["seed"] = failure.Seed,
                ["property"] = failure.Violations[0].Property,
                ["sentence"] = failure.Violations[0].Sentence,
                ["replay"] = WorldOptions.ReplayOf(failure.Kind, failure.Seed, faults, options.Work),
            }),
        ]),
    }.ToJsonString(JsonSerializerOptions.Web);

    private static string NameOf(WorldKind kind) => kind == WorldKind.Pg ? "pg" : "gm";

    private static void Add(Table table, string what, long count) =>
        table.AddRow(Markup.Escape(what), count.ToString("N0", CultureInfo.InvariantCulture));

    private static JsonObject Counts(IEnumerable<(string Name, long Count)> counts)
    {
        var all = new JsonObject();
        foreach (var (name, count) in counts)
        {
            all[name] = count;
        }

        return all;
    }
}
