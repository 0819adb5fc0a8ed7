using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orleans.Groups.Simulator.Exploration;

namespace Orleans.Groups.Simulator.Museum;

/// <summary>The command <c>museum</c>: plants each bug and counts the worlds until it is found.</summary>
internal static class MuseumCommand
{
    /// <summary>No bug may need more worlds than this.</summary>
    internal const long MostSchedules = 100_000;

    private const long QuickSchedules = 2_000;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    internal static Command Create(TextWriter output)
    {
        var only = new Option<string[]>("--only") { Description = "A bug to look for, instead of all." };
        var quick = new Option<bool>("--quick") { Description = $"Gives up after {QuickSchedules} worlds." };
        var seed = new Option<ulong>("--seed")
        {
            Description = "The seed of the first world.",
            DefaultValueFactory = static _ => 1,
        };
        var check = new Option<bool>("--check") { Description = "Only says whether all patches fit and compile." };
        var explore = new Option<int>("--explore")
        {
            Description = "Explores small worlds of up to so many states instead of running worlds from seeds.",
            HelpName = "STATES",
        };
        var json = new Option<bool>("--json") { Description = "Writes the results as JSON." };
        var command = new Command("museum", "Plants known bugs in the production machines and counts worlds until each is found.")
        {
            only, quick, seed, check, explore, json,
        };
        command.SetAction(result =>
        {
            IReadOnlyList<Bug> bugs =
                result.GetValue(only) is { Length: > 0 } names ? [.. names.Select(Bugs.Find)] : Bugs.All;
            return result.GetValue(check) ? Check(bugs, output)
                : result.GetValue(explore) is > 0 and var states ? Explore(bugs, states, output)
                : Run(
                    bugs,
                    result.GetValue(quick) ? QuickSchedules : MostSchedules,
                    result.GetValue(seed),
                    result.GetValue(json),
                    output);
        });
        return command;
    }

    private static int Check(IReadOnlyList<Bug> bugs, TextWriter output)
    {
        var problems = bugs.SelectMany(static bug => ProtocolSources.Instance.Check(bug)).ToList();
        problems.ForEach(output.WriteLine);
        output.WriteLine($"{bugs.Count} bugs, {problems.Count} problems");
        return problems.Count == 0 ? 0 : 1;
    }

    private static int Explore(IReadOnlyList<Bug> bugs, int states, TextWriter output)
    {
        foreach (var bug in bugs)
        {
            output.WriteLine($"{bug.Name,-38} {Explore(bug, states)}");
        }

        return 0;
    }

    private static string Explore(Bug bug, int states)
    {
        using var room = new Room(bug);
        foreach (var world in ExploredWorld.All.Where(world => bug.Home.ToString() switch
        {
            nameof(BugHome.Gm) => world.Name.StartsWith("ring-", StringComparison.Ordinal),
            nameof(BugHome.Pg) => world.Name.StartsWith("scope-", StringComparison.Ordinal),
            _ => world.Name.StartsWith("link-", StringComparison.Ordinal),
        }))
        {
            var lines = room.Explore(world.Name, states).Split('\n');
            if (lines[1].Length > 0)
            {
                return $"{world.Name,-20} {lines[0],7} states  {lines[1],-8} {Short(lines[2])}";
            }
        }

        return "not found by exploring";
    }

    private static int Run(IReadOnlyList<Bug> bugs, long schedules, ulong seed, bool isJson, TextWriter output)
    {
        var results = new List<(Bug Bug, Finding? Finding)>();
        foreach (var bug in bugs)
        {
            var finding = Look(bug, seed, schedules);
            results.Add((bug, finding));
            if (!isJson)
            {
                output.WriteLine(finding is null
                    ? $"{bug.Name,-38} NOT FOUND in {schedules} worlds"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"{bug.Name,-38} {finding.Schedules,7} {finding.Kind} {finding.Seed,-7} {finding.Property,-8} {Short(finding.Sentence)}"));
            }
        }

        if (isJson)
        {
            output.WriteLine(JsonSerializer.Serialize(results.Select(static item => Describe(item.Bug, item.Finding)), Json));
        }

        return results.TrueForAll(static item => item.Finding is not null) ? 0 : 1;
    }

    /// <summary>Looks for a bug; nothing when it was not found.</summary>
    internal static Finding? Look(Bug bug, ulong seed, long schedules)
    {
        using var room = new Room(bug);
        return Finding.Parse(room.Search(bug.Kinds, seed, schedules));
    }

    private static string Short(string sentence) => sentence.Length <= 100 ? sentence : sentence[..100];

    private static object Describe(Bug bug, Finding? finding) => new
    {
        bug = bug.Name,
        home = bug.Home.ToString(),
        origin = bug.Origin,
        story = bug.Story,
        found = finding is not null,
        schedules = finding?.Schedules,
        kind = finding?.Kind,
        seed = finding?.Seed,
        property = finding?.Property,
        sentence = finding?.Sentence,
    };
}

/// <summary>A world in which a bug was found.</summary>
/// <param name="Schedules">How many worlds it took.</param>
/// <param name="Kind">The kind of the world.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Property">The property that does not hold.</param>
/// <param name="Sentence">What was seen.</param>
internal sealed record Finding(long Schedules, string Kind, ulong Seed, string Property, string Sentence)
{
    /// <summary>Reads what <see cref="RoomService.Search"/> answers.</summary>
    internal static Finding? Parse(string text)
    {
        var lines = text.Split('\n', 5);
        return lines.Length < 5
            ? null
            : new Finding(
                long.Parse(lines[0], CultureInfo.InvariantCulture),
                lines[1],
                ulong.Parse(lines[2], CultureInfo.InvariantCulture),
                lines[3],
                lines[4]);
    }
}
