using System.CommandLine;

namespace Orleans.Groups.ClientProgram;

/// <summary>Runs one command against a cluster.</summary>
internal delegate Task<int> ClientAction(CommandContext context, CancellationToken cancellationToken);

/// <summary>What is to be done.</summary>
/// <param name="Settings">Settings of the connection, above those of files and of the environment.</param>
/// <param name="Scope">The scope.</param>
/// <param name="Json">Whether the output is for programs.</param>
/// <param name="Action">The command.</param>
internal sealed record ClientRequest(
    Dictionary<string, string?> Settings,
    ScopeName? Scope,
    bool Json,
    ClientAction Action);

/// <summary>The command line.</summary>
internal sealed class ClientCommand
{
    private readonly Dictionary<Option, string> _keys = [];
    private readonly Dictionary<Command, Func<ParseResult, ClientAction>> _actions = [];
    private readonly RootCommand _root = new(
        """
        Looks at process groups and rings of a cluster, and takes part in them.

        Examples:
          client groups                                   the groups of the cluster on this machine
          client ring orders --gateway 10.0.0.7:30000     a ring: view, members, neighbours, who holds it up
          client tail log                                 prints what is broadcast; two of them print the same
          cat FILE | client broadcast log                 sends lines; each one arrives once, in order, everywhere

        broadcast and tail survive the death of any one silo: the first sends again what is not known to have arrived,
        the second listens through two silos at once.

        Exit code: 0 done, 1 something went wrong, 2 bad arguments, 3 no cluster answers, 130 interrupted before done.
        """);

    private readonly Option<string[]> _gateway = new("--gateway", "-g")
    {
        Description = "Gateway of a silo; may be repeated [default: 127.0.0.1, ports from 30000 on]",
        HelpName = "HOST:PORT",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string?> _scope = new("--scope")
    {
        Description = "Scope of the process groups [default: the default scope]",
        HelpName = "NAME",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print one JSON object per line",
        Recursive = true,
    };

    /// <summary>Describes the program.</summary>
    internal ClientCommand()
    {
        _root.Add(_gateway);
        AddSetting<string>("--clustering", "Clustering", "localhost or adonet [default: localhost]", "KIND");
        AddSetting<string>("--connection", "Connection", "Connection string of PostgreSQL, for adonet", "STRING");
        AddSetting<string>("--cluster-id", "ClusterId", "As the silos have it [default: dev]", "ID");
        AddSetting<string>("--service-id", "ServiceId", "As the silos have it [default: dev]", "ID");
        AddSetting<double>("--connect-timeout", "ConnectTimeout", "Seconds to find a silo [default: 10]", "SECONDS");
        _root.Add(_scope);
        _root.Add(_json);
        AddGroupCommands();
        AddRingCommands();
    }

    /// <summary>Understands the arguments.</summary>
    /// <returns>What to do; nothing when only help was wanted, and has been given.</returns>
    /// <exception cref="ClientException">They are wrong.</exception>
    internal ClientRequest? Parse(IReadOnlyList<string> arguments, TextWriter output)
    {
        var result = _root.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            // What is not understood explains what is missing.
            var error = result.Errors.FirstOrDefault(
                e => e.Message.StartsWith("Unrecognized", StringComparison.Ordinal));
            throw Refuse((error ?? result.Errors[0]).Message.ReplaceLineEndings(" ").TrimEnd('.'));
        }

        if (!_actions.TryGetValue(result.CommandResult.Command, out var makeAction))
        {
            result.Invoke(new InvocationConfiguration { Output = output });
            return null;
        }

        if (result.Action is System.CommandLine.Help.HelpAction or { Terminating: true })
        {
            result.Invoke(new InvocationConfiguration { Output = output });
            return null;
        }

        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var gateways = result.GetValue(_gateway) ?? [];
        for (var index = 0; index < gateways.Length; index++)
        {
            settings[$"{ClientSettings.Section}:Gateway:{index}"] = gateways[index];
        }

        foreach (var (option, key) in _keys)
        {
            if (result.GetResult(option) is { Implicit: false } given)
            {
                settings[$"{ClientSettings.Section}:{key}"] = given.Tokens[0].Value;
            }
        }

        ScopeName? scope = null;
        if (result.GetValue(_scope) is { } name)
        {
            scope = ScopeName.TryCreate(name, out var valid) ? valid : throw Refuse($"'{name}' is no scope's name");
        }

        return new ClientRequest(settings, scope, result.GetValue(_json), makeAction(result));
    }

    private static ClientException Refuse(string message) => new(ClientExitCode.Refused, $"{message}; see --help");

    private static GroupName RequireGroup(string? name) =>
        GroupName.TryCreate(name, out var valid) ? valid : throw Refuse($"'{name}' is no group's name");

    private static double RequireSeconds(double value, string option) =>
        value is >= 0.1 and <= 86_400 ? value : throw Refuse($"{option} is {value}, but must be 0.1 to 86400");

    private void AddGroupCommands()
    {
        AddCommand("scopes", "Lists the scopes of process groups", _ => GroupCommands.ListScopesAsync);
        AddCommand("groups", "Lists the process groups", _ => GroupCommands.ListGroupsAsync);
        AddGroupCommand(
            "members",
            "Lists the members of a process group",
            (_, group) => (context, stop) => GroupCommands.ListMembersAsync(context, group, stop));

        var optional = new Argument<string?>("GROUP")
        {
            Description = "The group; nothing: all of them",
            Arity = ArgumentArity.ZeroOrOne,
        };
        AddCommand(
            "watch",
            "Shows process groups and every change of them, until Ctrl-C",
            result =>
            {
                GroupName? group = result.GetValue(optional) is { } given ? RequireGroup(given) : default(GroupName?);
                return (context, stop) => WatchCommand.RunAsync(context, group, stop);
            },
            optional);

        var name = new Option<string>("--name")
        {
            Description = "Name of the member for people [default: the user's]",
            HelpName = "NAME",
            DefaultValueFactory = _ => Environment.UserName,
        };
        AddGroupCommand(
            "join",
            "Joins a process group and shows what is sent to it, until Ctrl-C",
            (result, group) =>
            {
                var member = result.GetValue(name)!;
                return NameRulesHold(member)
                    ? (context, stop) => GroupCommands.JoinAsync(context, group, member, stop)
                    : throw Refuse($"'{member}' is no member's name");
            },
            name);
    }

    private void AddRingCommands()
    {
        AddGroupCommand(
            "ring",
            "Shows a ring: view, members in ring order with neighbours, what is pending, who holds it up",
            (_, group) => (context, stop) => RingCommand.RunAsync(context, group, stop));

        var confirm = new Option<bool>("--confirm")
        {
            Description = "Wait until every member has processed each line, not only received it",
        };
        var patience = new Option<double>("--patience")
        {
            Description = "Seconds without success after which it gives up",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 60,
        };
        var maxPayload = new Option<int>("--max-payload")
        {
            Description = "Largest message of the cluster, in bytes",
            HelpName = "N",
            DefaultValueFactory = _ => 256 * 1024,
        };
        AddGroupCommand(
            "broadcast",
            "Sends the lines of standard input into a ring, each until every member has it",
            (result, group) =>
            {
                var settings = new BroadcastSettings(
                    result.GetValue(confirm),
                    RequireSeconds(result.GetValue(patience), "--patience"),
                    result.GetValue(maxPayload) is >= 64 and <= 16 * 1024 * 1024 and var bytes
                        ? bytes
                        : throw Refuse("--max-payload must be 64 to 16777216"));
                return (context, stop) => LineCommands.BroadcastAsync(context, group, settings, stop);
            },
            confirm,
            patience,
            maxPayload);
        AddTail(patience);
        AddBench();
    }

    private void AddTail(Option<double> patience)
    {
        var places = new Option<int>("--places")
        {
            Description = "Through how many silos it listens at once",
            HelpName = "N",
            DefaultValueFactory = _ => 2,
        };
        var lines = new Option<long?>("--lines", "-n")
        {
            Description = "End after so many lines [default: Ctrl-C ends it]",
            HelpName = "N",
        };
        AddGroupCommand(
            "tail",
            "Prints the lines that are sent into a ring",
            (result, group) =>
            {
                var settings = new TailSettings(
                    result.GetValue(places) is >= 1 and <= 16 and var count
                        ? count
                        : throw Refuse("--places must be 1 to 16"),
                    RequireSeconds(result.GetValue(patience), "--patience"),
                    result.GetValue(lines) is var most and not < 1
                        ? most
                        : throw Refuse("--lines must be 1 or more"));
                return (context, stop) => LineCommands.TailAsync(context, group, settings, stop);
            },
            places,
            lines,
            patience);
    }

    private void AddBench()
    {
        var seconds = new Option<double>("--seconds")
        {
            Description = "How long each measurement takes",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 3,
        };
        var bytes = new Option<int>("--bytes")
        {
            Description = "Size of a message",
            HelpName = "N",
            DefaultValueFactory = _ => 100,
        };
        AddCommand(
            "bench",
            "Measures reads, joins, broadcasts and confirms as this client sees them, in groups of its own",
            result =>
            {
                var settings = new BenchSettings(
                    TimeSpan.FromSeconds(RequireSeconds(result.GetValue(seconds), "--seconds")),
                    result.GetValue(bytes) is >= 8 and <= 256 * 1024 and var size
                        ? size
                        : throw Refuse("--bytes must be 8 to 262144"));
                return (context, stop) => BenchCommand.RunAsync(context, settings, stop);
            },
            seconds,
            bytes);
    }

    /// <summary>The rule is one for all names.</summary>
    private static bool NameRulesHold(string name) => GroupName.TryCreate(name, out _);

    private void AddSetting<T>(string name, string key, string description, string helpName)
    {
        var option = new Option<T>(name) { Description = description, HelpName = helpName, Recursive = true };
        _keys.Add(option, key);
        _root.Add(option);
    }

    private void AddGroupCommand(
        string name,
        string description,
        Func<ParseResult, GroupName, ClientAction> makeAction,
        params Option[] options)
    {
        var group = new Argument<string>("GROUP") { Description = "The group" };
        AddCommand(
            name,
            description,
            result => makeAction(result, RequireGroup(result.GetValue(group))),
            [group, .. options]);
    }

    private void AddCommand(
        string name,
        string description,
        Func<ParseResult, ClientAction> makeAction,
        params Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        _actions.Add(command, makeAction);
        _root.Add(command);
    }
}
