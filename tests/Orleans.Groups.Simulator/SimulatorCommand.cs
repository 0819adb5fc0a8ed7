using System.CommandLine;

namespace Orleans.Groups.Simulator;

/// <summary>The commands of the simulator.</summary>
internal static class SimulatorCommand
{
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        if (arguments.Count > 0 && arguments[0] == "x")
        {
            return Quick(arguments, output);
        }

        var root = new RootCommand("Runs the production machines under virtual time and faults, from one seed.");
        return root.Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
    }

    private static int Quick(IReadOnlyList<string> arguments, TextWriter output)
    {
        var kind = Enum.Parse<WorldKind>(arguments[1], true);
        var seed = ulong.Parse(arguments[2]);
        var count = long.Parse(arguments[3]);
        if (count == 0)
        {
            var world = WorldRun.Run(PlanDrawer.Draw(kind, seed), new Trace(output, true));
            foreach (var violation in world.Violations)
            {
                output.WriteLine(violation);
            }

            return 0;
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        var result = BatchRunner.Run(new BatchOptions([kind], count, seed, null, 1));
        foreach (var (_, failure) in result.Failures)
        {
            output.WriteLine($"{failure.Kind} {failure.Seed}: {failure.Violations[0].Property} {failure.Violations[0].Sentence.Split('\n')[0]}");
        }

        foreach (var group in result.Failures.Values.SelectMany(f => f.Violations.Select(v => v.Property).Distinct()).GroupBy(p => p))
        {
            output.WriteLine($"{group.Key} {group.Count()}");
        }

        output.WriteLine($"{result.Schedules} worlds {result.Failures.Count} failures {result.Events} events {result.Packets} packets {result.Steps} steps {watch.Elapsed.TotalSeconds:F1} s, {result.Schedules / watch.Elapsed.TotalSeconds:F0}/s, hash {result.Hash:x}");
        foreach (var mark in Enum.GetValues<Mark>())
        {
            if (MarkNames.IsFor(mark, kind))
            {
                output.Write($"{mark} {result.Marks[(int)mark]}  ");
            }
        }

        return 0;
    }
}
