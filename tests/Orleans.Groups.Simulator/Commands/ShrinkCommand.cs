using System.CommandLine;
using System.Globalization;

namespace Orleans.Groups.Simulator;

/// <summary>Reduces a failing world and prints what happens in it.</summary>
internal sealed class ShrinkCommand(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
{
    private readonly WorldOptions _options = new();

    internal Command Make()
    {
        var command = new Command(
            "shrink",
            """
            Reduces a failing world to the fewest items and nodes that fail in the same way, and prints its trace.

            Example: shrink --protocol gm --seed 42
            """)
        {
            _options.Protocol, _options.Seed, _options.Faults, _options.Work, _options.Keep, _options.Nodes,
            _options.Bug,
        };
        command.SetAction(Shrink);
        return command;
    }

    private int Shrink(ParseResult result)
    {
        if (result.GetValue(_options.Bug) is { } bug)
        {
            return Bugs.Run(bug, SimulatorCommand.WithoutBug(arguments), output, error);
        }

        if (_options.PlanOf(result, error) is not { } plan)
        {
            return SimulatorCommand.Refused;
        }

        if (Shrinker.Shrink(plan) is not { } shrunk)
        {
            output.WriteLine("The world does not fail: there is nothing to shrink.");
            return SimulatorCommand.Clean;
        }

        ReplayCommand.Show(shrunk.Plan, isTraced: true, output);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Items.Count} items became {shrunk.Plan.Items.Count}, {plan.Settings.Nodes} nodes "
            + $"{shrunk.Plan.Settings.Nodes}, in {shrunk.Tries} tries. Again:"));
        var faults = result.GetValue(_options.Faults);
        output.WriteLine(WorldOptions.ReplayOf(plan.Kind, plan.Seed, faults, plan.Work, shrunk.Plan));
        return SimulatorCommand.Broken;
    }
}
