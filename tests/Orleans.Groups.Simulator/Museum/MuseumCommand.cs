using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Orleans.Groups.Simulator.Museum;

/// <summary>Plants each known bug and counts the worlds until it is found.</summary>
internal sealed class MuseumCommand(TextWriter output, TextWriter error)
{
    /// <summary>No bug may need more worlds than this.</summary>
    internal const long MostSchedules = 100_000;

    private const long QuickSchedules = 2_000;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly Option<string[]> _only = new("--only")
    {
        Description = "A bug to look for; may be given again. All, if it is not given",
        HelpName = "NAME",
    };

    private readonly Option<bool> _quick = new("--quick")
    {
        Description = $"Give a bug up after {QuickSchedules} worlds",
    };

    private readonly Option<ulong> _seed = new("--seed")
    {
        Description = "The seed of the first world",
        HelpName = "S",
        DefaultValueFactory = static _ => 1,
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "How many bugs are looked for at a time",
        HelpName = "N",
        DefaultValueFactory = static _ => Environment.ProcessorCount,
    };

    private readonly Option<int> _explore = new("--explore")
    {
        Description = "Explore the small worlds, up to so many states each, instead of running worlds from seeds",
        HelpName = "STATES",
    };

    private readonly Option<bool> _check = new("--check")
    {
        Description = "Only see whether all patches fit and compile",
    };

    private readonly Option<bool> _table = new("--table")
    {
        Description = "Print the rows of the table in docs/museum.md",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON array" };

    internal Command Make()
    {
        var command = new Command(
            "museum",
            """
            Plants known bugs in the machines, one by one, and counts worlds until each is found; see docs/museum.md.

            Example: museum --only assassins --only ghosts
            """)
        {
            _only, _quick, _seed, _threads, _explore, _check, _table, _json,
        };
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult result)
    {
        var bugs = BugCatalogue.All;
        if (result.GetValue(_only) is { Length: > 0 } names)
        {
            if (names.FirstOrDefault(static name => BugCatalogue.Find(name) is null) is { } unknown)
            {
                error.WriteLine($"museum: there is no bug named '{unknown}'; the command 'list' names them");
                return SimulatorCommand.Refused;
            }

            bugs = [.. names.Select(static name => BugCatalogue.Find(name)!)];
        }

        if (result.GetValue(_check))
        {
            return Check(bugs);
        }

        var schedules = result.GetValue(_quick) ? QuickSchedules : MostSchedules;
        var states = result.GetValue(_explore);
        return Look(
            bugs,
            bug => states > 0 ? ExplorationFinding.Search(bug, states)
                : bug.World is { } world ? ExplorationFinding.Search(bug, world)
                : Finding.Search(bug, result.GetValue(_seed), schedules),
            Math.Max(1, result.GetValue(_threads)),
            result.GetValue(_table) ? Row : Line,
            result.GetValue(_json));
    }

    private int Check(IReadOnlyList<Bug> bugs)
    {
        var problems = bugs.SelectMany(static bug => ProtocolSources.Instance.Check(bug)).ToList();
        problems.ForEach(output.WriteLine);
        output.WriteLine($"{bugs.Count} bugs, {problems.Count} problems");
        return problems.Count == 0 ? SimulatorCommand.Clean : SimulatorCommand.Broken;
    }

    private int Look(
        IReadOnlyList<Bug> bugs,
        Func<Bug, object?> search,
        int threads,
        Func<Bug, object?, string> tell,
        bool isJson)
    {
        var found = new object?[bugs.Count];
        var gate = new Lock();
        Parallel.For(0, bugs.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, index =>
        {
            found[index] = search(bugs[index]);
            if (!isJson)
            {
                lock (gate)
                {
                    output.WriteLine(tell(bugs[index], found[index]));
                }
            }
        });
        if (isJson)
        {
            output.WriteLine(JsonSerializer.Serialize(bugs.Zip(found, Describe), Json));
        }
        else
        {
            output.WriteLine($"{found.Count(static finding => finding is not null)} of {bugs.Count} bugs found");
        }

        return found.All(static finding => finding is not null) ? SimulatorCommand.Clean : SimulatorCommand.Broken;
    }

    private static string Line(Bug bug, object? found) => found switch
    {
        Finding finding => string.Create(
            CultureInfo.InvariantCulture,
            $"{bug.Name,-40} {finding.Schedules,7} worlds  {finding.Kind} {finding.Seed,-6} {finding.Property,-8} "
            + $"{Short(finding.Sentence)}"),
        ExplorationFinding finding => string.Create(
            CultureInfo.InvariantCulture,
            $"{bug.Name,-40} {finding.World,-20} {finding.States,7} states {finding.Property,-8} "
            + $"{Short(finding.Sentence)}"),
        _ => $"{bug.Name,-40} NOT FOUND",
    };

    private static string Row(Bug bug, object? found) => string.Create(
        CultureInfo.InvariantCulture,
        $"| `{bug.Name}` | {bug.Origin} | {bug.Story} | {found switch
        {
            Finding finding => $"{finding.Schedules} | {finding.Property}",
            ExplorationFinding finding => $"`{finding.World}`: {finding.States} states | {finding.Property}",
            _ => "not found | -",
        }} |");

    private static string Short(string sentence) => sentence.Length <= 110 ? sentence : sentence[..110];

    private static object Describe(Bug bug, object? found) => new
    {
        bug = bug.Name,
        home = bug.Home.ToString(),
        origin = bug.Origin,
        story = bug.Story,
        found,
    };
}
