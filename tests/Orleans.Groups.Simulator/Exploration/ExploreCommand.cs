using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>The command <c>explore</c>: walks all states of small worlds.</summary>
internal static class ExploreCommand
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    internal static Command Create(TextWriter output)
    {
        var world = new Option<string[]>("--world") { Description = "A world to explore, instead of all." };
        var limit = new Option<int>("--max-states")
        {
            Description = "Stops a world at so many states.",
            DefaultValueFactory = static _ => int.MaxValue,
        };
        var json = new Option<bool>("--json") { Description = "Writes the results as JSON." };
        var command = new Command("explore", "Walks every interleaving of small worlds on the production machines.")
        {
            world, limit, json,
        };
        command.SetAction(result => Run(
            result.GetValue(world) is { Length: > 0 } names ? [.. names.Select(ExploredWorld.Find)] : ExploredWorld.All,
            result.GetValue(limit),
            result.GetValue(json),
            output));
        return command;
    }

    private static int Run(IReadOnlyList<ExploredWorld> worlds, int maxStates, bool isJson, TextWriter output)
    {
        var results = new List<(ExploredWorld World, ExplorationResult Result)>();
        foreach (var world in worlds)
        {
            var result = Explorer.Run(world.Start(), maxStates);
            results.Add((world, result));
            if (!isJson)
            {
                Print(world, result, output);
            }
        }

        if (isJson)
        {
            output.WriteLine(JsonSerializer.Serialize(results.Select(static item => Describe(item.World, item.Result)), Json));
        }

        return results.All(static item => item.Result.Failure is null) ? 0 : 1;
    }

    private static void Print(ExploredWorld world, ExplorationResult result, TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{world.Name,-24} {result.States,10} states {result.Edges,11} edges {result.Rests,8} at rest"
            + $" {result.Depth,4} deep {result.Time.TotalSeconds,8:0.0} s {(result.IsClosed ? "closed" : "OPEN")}"));
        if (result.Failure is not null)
        {
            output.WriteLine($"  {result.Failure}");
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
