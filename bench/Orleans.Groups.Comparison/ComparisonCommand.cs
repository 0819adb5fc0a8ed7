using System.CommandLine;

namespace Orleans.Groups.Comparison;

/// <summary>The command line.</summary>
internal sealed class ComparisonCommand
{
    private readonly RootCommand _root;

    /// <summary>Describes the program.</summary>
    internal ComparisonCommand()
    {
        var quick = new Option<bool>("--quick") { Description = "One round with a tenth of the work: to see that it works" };
        var only = new Option<string?>("--only")
        {
            Description = "Only rows whose name contains this, for example ring or burst; several with commas",
            HelpName = "NAME",
        };
        var json = new Option<string?>("--json") { Description = "Write everything measured there", HelpName = "FILE" };
        var rounds = new Option<int?>("--rounds") { Description = "How often each row is measured [default: 5]" };
        var erlang = new Option<string?>("--erlang")
        {
            Description = "Folder with the compiled Erlang drivers [default: .cache beside run.sh]",
            HelpName = "DIR",
        };
        var without = new Option<string[]>("--without")
        {
            Description = "Leave a side out: erlang, orleans or in-memory",
            HelpName = "SIDE",
            Arity = ArgumentArity.OneOrMore,
        };
        _root = new RootCommand("Measures every row of the design beside the Erlang originals, in alternation.")
        {
            quick, only, json, rounds, erlang, without,
        };
        _root.SetAction((parsed, _) => new ComparisonRun(new ComparisonSettings
        {
            Quick = parsed.GetValue(quick),
            Only = parsed.GetValue(only)?.Split(',') ?? [],
            Json = parsed.GetValue(json),
            Rounds = parsed.GetValue(rounds) ?? (parsed.GetValue(quick) ? 1 : 5),
            ErlangFolder = parsed.GetValue(erlang) ?? Path.Combine(Programs.BenchFolder, ".cache"),
            Without = parsed.GetValue(without) ?? [],
        }).RunAsync());
        var worker = new Command("worker", "The process in which the in-memory engine is measured") { Hidden = true };
        worker.SetAction((_, _) => InMemoryWorker.RunAsync());
        _root.Subcommands.Add(worker);
    }

    /// <summary>Runs a command line.</summary>
    internal Task<int> RunAsync(string[] arguments) => _root.Parse(arguments).InvokeAsync();
}
