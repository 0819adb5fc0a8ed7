using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>Walks all states of small worlds.</summary>
internal sealed class ExploreCommand(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly Option<string[]> _world = new("--world")
    {
        Description = "A world to explore; may be given again. All, if it is not given",
        HelpName = "NAME",
    };

    private readonly Option<int> _states = new("--max-states")
    {
        Description = "Stop a world at so many states",
        HelpName = "N",
        DefaultValueFactory = static _ => int.MaxValue,
    };

    private readonly Option<string?> _bug = new("--bug")
    {
        Description = "Plant a bug into the machines; the command 'list' names them",
        HelpName = "NAME",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON array" };

    internal Command Make()
    {
        var command = new Command(
            "explore",
            """
            Walks every interleaving of small worlds on the production machines; see docs/exploration.md.

            Example: explore --world ring-crash
            """)
        {
            _world, _states, _bug, _json,
        };
        command.SetAction(Explore);
        return command;
    }

    private int Explore(ParseResult result)
    {
        if (result.GetValue(_bug) is { } bug)
        {
            return Bugs.Run(bug, SimulatorCommand.WithoutBug(arguments), output, error);
        }

        var worlds = ExploredWorld.All;
        if (result.GetValue(_world) is { Length: > 0 } names)
        {
            if (names.FirstOrDefault(static name => ExploredWorld.Find(name) is null) is { } unknown)
            {
                var known = string.Join(", ", ExploredWorld.All.Select(static world => world.Name));
                error.WriteLine($"explore: there is no world named '{unknown}'; there are {known}");
                return SimulatorCommand.Refused;
            }

            worlds = [.. names.Select(static name => ExploredWorld.Find(name)!)];
        }

        return Explore(worlds, result.GetValue(_states), result.GetValue(_json));
    }

    private int Explore(IReadOnlyList<ExploredWorld> worlds, int maxStates, bool isJson)
    {
        var results = new List<(ExploredWorld World, ExplorationResult Result)>();
        foreach (var world in worlds)
        {
            var result = Explorer.Run(world.Start(), maxStates);
            results.Add((world, result));
            if (!isJson)
            {
                Print(world, result);
            }
        }

        if (isJson)
        {
            var all = results.Select(static item => Describe(item.World, item.Result));
            output.WriteLine(JsonSerializer.Serialize(all, Json));
        }

        return results.All(static item => item.Result.Failure is null)
            ? SimulatorCommand.Clean
            : SimulatorCommand.Broken;
    }

    private void Print(ExploredWorld world, ExplorationResult result)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{world.Name,-24} {result.States,10} states {result.Edges,11} edges {result.Rests,8} at rest"
            + $" {result.Depth,4} deep {result.Time.TotalSeconds,8:0.0} s {(result.IsClosed ? "closed" : "OPEN")}"));
        if (result.Failure is not null)
        {
            foreach (var line in result.Story)
            {
                output.WriteLine($"  {line}");
            }
        }
    }

    private static object Describe(ExploredWorld world, ExplorationResult result) => new
    {
        world = world.Name,
        story = world.Story,
        states = result.States,
        edges = result.Edges,
        rests = result.Rests,
        depth = result.Depth,
        seconds = Math.Round(result.Time.TotalSeconds, 1),
        closed = result.IsClosed,
        property = result.Property,
        failure = result.Failure,
        run = result.Story,
    };
}
