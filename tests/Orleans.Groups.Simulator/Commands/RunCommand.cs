using System.CommandLine;
using System.Diagnostics;
using Spectre.Console;

namespace Orleans.Groups.Simulator;

/// <summary>Lets many worlds happen.</summary>
internal sealed class RunCommand(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
{
    private readonly WorldOptions _options = new();
    private readonly Option<long> _schedules = new("--schedules")
    {
        Description = "How many worlds",
        HelpName = "N",
        DefaultValueFactory = static _ => 1_000,
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "On how many threads; the result is the same",
        HelpName = "N",
        DefaultValueFactory = static _ => Environment.ProcessorCount,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON object as the last line" };

    internal Command Make()
    {
        var command = new Command(
            "run",
            """
            Lets many worlds happen and checks everything that is promised.

            Example: run --protocol all --schedules 10000 --seed 1 --faults F1,F7,F14
            """)
        {
            _options.Protocol, _schedules, _options.Seed, _options.Faults, _options.Work, _options.Bug, _threads,
            _json,
        };
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult result)
    {
        if (result.GetValue(_options.Bug) is { } bug)
        {
            return Bugs.Run(bug, SimulatorCommand.WithoutBug(arguments), output, error);
        }

        if (_options.KindsOf(result) is not { } kinds)
        {
            error.WriteLine("--protocol must be pg, gm or all");
            return SimulatorCommand.Refused;
        }

        var (schedules, threads) = (result.GetValue(_schedules), result.GetValue(_threads));
        if (schedules < 1 || threads < 1)
        {
            error.WriteLine("--schedules and --threads must be positive");
            return SimulatorCommand.Refused;
        }

        if (!_options.TryGetFaults(result, error, out var faults) || !_options.TryGetWork(result, error, out var work))
        {
            return SimulatorCommand.Refused;
        }

        var options = new BatchOptions(kinds, schedules, result.GetValue(_options.Seed), faults, threads)
        {
            Work = work,
        };
        var watch = Stopwatch.StartNew();
        var batch = RunWithProgress(options, result.GetValue(_options.Faults));
        var summary = new RunSummary(options, batch, watch.Elapsed, result.GetValue(_options.Faults));
        summary.Write(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }));
        if (result.GetValue(_json))
        {
            output.WriteLine(summary.ToJson());
        }

        return summary.IsClean ? SimulatorCommand.Clean : SimulatorCommand.Broken;
    }

    private BatchResult RunWithProgress(BatchOptions options, string? faults)
    {
        if (!ReferenceEquals(output, Console.Out) || Console.IsOutputRedirected)
        {
            var tenth = Math.Max(1, options.Schedules / 10);
            return BatchRunner.Run(options, (batch, world) =>
            {
                RunSummary.WriteFailure(world, faults, output.WriteLine);
                if (batch.Schedules % tenth == 0)
                {
                    var failed = batch.Failures.Count;
                    output.WriteLine($"{batch.Schedules} of {options.Schedules} schedules, {failed} failed");
                }
            });
        }

        return AnsiConsole.Progress().Start(context =>
        {
            var task = context.AddTask("schedules", maxValue: options.Schedules);
            return BatchRunner.Run(options, (batch, world) =>
            {
                RunSummary.WriteFailure(world, faults, AnsiConsole.WriteLine);
                task.Value = batch.Schedules;
                var failed = batch.Failures.Count;
                task.Description = failed == 0 ? "schedules" : $"schedules, {failed} failed";
            });
        });
    }
}
