using System.CommandLine;
using System.Globalization;

namespace Orleans.Groups.Simulator;

/// <summary>Lets one world happen again and says what is broken.</summary>
internal sealed class ReplayCommand(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
{
    private readonly WorldOptions _options = new();
    private readonly Option<bool> _trace = new("--trace") { Description = "Print everything that happens" };

    internal Command Make()
    {
        var command = new Command(
            "replay",
            """
            Lets one world happen again.

            Example: replay --protocol gm --seed 42 --trace
            """)
        {
            _options.Protocol, _options.Seed, _options.Faults, _options.Work, _options.Keep, _options.Nodes,
            _options.Bug, _trace,
        };
        command.SetAction(Replay);
        return command;
    }

    /// <summary>Prints a world's plan, what happens, and what is broken.</summary>
    internal static int Show(WorldPlan plan, bool isTraced, TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Kind} {plan.Seed}: {plan.Settings.Nodes} nodes, {plan.Items.Count} items, "
            + $"faults {Of(plan.Faults)}, healed after {plan.Length / 1000} ms"));
        foreach (var item in plan.Items)
        {
            output.WriteLine($"  {item}");
        }

        var world = WorldRun.Run(plan, isTraced ? new Trace(output) : null);
        foreach (var violation in world.Violations)
        {
            output.WriteLine(violation);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{world.Events} events, {world.Packets} packets, trace {world.Hash:x16}, "
            + $"{world.Violations.Count} violations"));
        return world.Violations.Count == 0 ? SimulatorCommand.Clean : SimulatorCommand.Broken;
    }

    private static string Of(IReadOnlyList<FaultKind> faults) => faults.Count == 0 ? "none" : string.Join(',', faults);

    private int Replay(ParseResult result)
    {
        if (result.GetValue(_options.Bug) is { } bug)
        {
            return Bugs.Run(bug, SimulatorCommand.WithoutBug(arguments), output, error);
        }

        return _options.PlanOf(result, error) is { } plan
            ? Show(plan, result.GetValue(_trace), output)
            : SimulatorCommand.Refused;
    }
}
