using System.CommandLine;
using Orleans.Groups.Simulator.Exploration;
using Orleans.Groups.Simulator.Museum;

namespace Orleans.Groups.Simulator;

/// <summary>The commands of the simulator.</summary>
internal static class SimulatorCommand
{
    /// <summary>Nothing is broken.</summary>
    internal const int Clean = 0;

    /// <summary>Something is broken.</summary>
    internal const int Broken = 1;

    /// <summary>The arguments are wrong.</summary>
    internal const int Refused = 2;

    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        var root = new RootCommand(
            """
            Runs the production machines under virtual time and faults, from one seed.

            Example: run --protocol gm --schedules 10000 --seed 1
            """)
        {
            new RunCommand(arguments, output, error).Make(),
            new ReplayCommand(arguments, output, error).Make(),
            new ShrinkCommand(arguments, output, error).Make(),
            ListCommand.Make(output),
            new ExploreCommand(arguments, output, error).Make(),
            new MuseumCommand(output, error).Make(),
        };
        return root.Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
    }

    /// <summary>The command line without the option that plants a bug.</summary>
    internal static IReadOnlyList<string> WithoutBug(IReadOnlyList<string> arguments)
    {
        var kept = arguments.ToList();
        var index = kept.FindIndex(static argument =>
            argument == "--bug" || argument.StartsWith("--bug=", StringComparison.Ordinal));
        if (index >= 0)
        {
            kept.RemoveRange(index, kept[index] == "--bug" ? Math.Min(2, kept.Count - index) : 1);
        }

        return kept;
    }
}
