using System.CommandLine;
using Orleans.Groups.Simulator.Exploration;
using Orleans.Groups.Simulator.Museum;

namespace Orleans.Groups.Simulator;

/// <summary>The commands of the simulator.</summary>
internal static class SimulatorCommand
{
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        if (BugOption.TryRun(arguments, output, error, out var exitCode))
        {
            return exitCode;
        }

        var root = new RootCommand("Runs the production machines under virtual time and faults, from one seed.")
        {
            ExploreCommand.Create(output),
            MuseumCommand.Create(output),
        };
        root.Options.Add(BugOption.Create());
        return root.Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
    }
}
