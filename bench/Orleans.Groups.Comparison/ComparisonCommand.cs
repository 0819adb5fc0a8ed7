using System.CommandLine;

namespace Orleans.Groups.Comparison;

/// <summary>The command line.</summary>
internal sealed class ComparisonCommand
{
    private readonly Option<bool> _quick = new("--quick")
    {
        Description = "One round with a tenth of the work: only to see that it works",
        Recursive = true,
    };

    private readonly Option<string?> _only = new("--only")
    {
        Description = "Only what has this in its name, for example ring or burst; several with commas",
        HelpName = "NAME",
        Recursive = true,
    };

    private readonly Option<string?> _json = new("--json")
    {
        Description = "Write everything measured there",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<int?> _rounds = new("--rounds")
    {
        Description = "How often everything is measured [default: 5]",
        HelpName = "N",
        Recursive = true,
    };

    private readonly Option<string?> _results = new("--results")
    {
        Description = "Folder for tables and charts [default: Results beside run.sh]",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<string?> _erlang = new("--erlang")
    {
        Description = "Folder with the compiled Erlang drivers [default: .cache beside run.sh]",
        HelpName = "DIR",
    };

    private readonly Option<string[]> _without = new("--without")
    {
        Description = "Leave a side out: erlang, orleans or in-memory",
        HelpName = "SIDE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly RootCommand _root;

    /// <summary>Describes the program.</summary>
    internal ComparisonCommand()
    {
        _root = new RootCommand("Measures every row of the design beside the Erlang originals, in alternation.")
        {
            _quick, _only, _json, _rounds, _results, _erlang, _without,
        };
        _root.SetAction((parsed, _) => new ComparisonRun(new ComparisonSettings
        {
            Quick = parsed.GetValue(_quick),
            Only = OnlyOf(parsed),
            Json = parsed.GetValue(_json),
            Rounds = RoundsOf(parsed),
            ErlangFolder = parsed.GetValue(_erlang) ?? Path.Combine(Programs.BenchFolder, ".cache"),
            Without = parsed.GetValue(_without) ?? [],
        }).RunAsync());
        Add("peers", "Compares a ring of three silos with other ways of Orleans", settings => new PeerRun(settings));
        Add("limits", "Measures sockets and calls on the ways of a ring", settings => new LimitRun(settings));
        Add("growth", "Measures how costs grow, and draws it", settings => new GrowthRun(settings));
        Add("overload", "Shows what happens when one member is too slow", settings => new OverloadRun(settings));
        var worker = new Command("worker", "The process in which the in-memory engine is measured") { Hidden = true };
        worker.SetAction((_, _) => InMemoryWorker.RunAsync());
        _root.Subcommands.Add(worker);
    }

    /// <summary>Runs a command line.</summary>
    internal Task<int> RunAsync(string[] arguments) => _root.Parse(arguments).InvokeAsync();

    private void Add(string name, string description, Func<RunSettings, IRun> make)
    {
        var command = new Command(name, description);
        command.SetAction((parsed, _) => make(new RunSettings
        {
            Quick = parsed.GetValue(_quick),
            Only = OnlyOf(parsed),
            Json = parsed.GetValue(_json),
            Rounds = RoundsOf(parsed),
            Results = parsed.GetValue(_results) ?? Path.Combine(Programs.BenchFolder, "Results"),
        }).RunAsync());
        _root.Subcommands.Add(command);
    }

    private int RoundsOf(ParseResult parsed) => parsed.GetValue(_rounds) ?? (parsed.GetValue(_quick) ? 1 : 5);

    private string[] OnlyOf(ParseResult parsed) => parsed.GetValue(_only)?.Split(',') ?? [];
}
