using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Orleans.Groups.Samples.Relay;

/// <summary>The command line.</summary>
internal sealed class RelayCommand
{
    private static readonly RelayOptions Defaults = new();

    private readonly Option<string?> _input = new("--input", "-i")
    {
        Description = "File whose lines are sent; - for standard input [default: the project's README, 10000 lines]",
        HelpName = "FILE",
    };

    private readonly Option<int> _nodes = Whole("--nodes", "-n", "Nodes at the start, one member each", Defaults.Nodes);

    private readonly Option<int?> _senders = new("--senders", "-s")
    {
        Description = "How many of them send; line i is sent by sender i mod SENDERS [default: 2, or 1 for one node]",
        HelpName = "N",
        CustomParser = result => ParseWhole(result),
    };

    private readonly Option<int> _kill = Whole("--kill", null, "Nodes killed on the way", 0);
    private readonly Option<int> _join = Whole("--join", null, "Nodes that join on the way", 0);
    private readonly Option<int> _leave = Whole("--leave", null, "Nodes that leave on the way", 0);

    private readonly Option<long> _seed = new("--seed")
    {
        Description = "Decides what happens when, and to whom",
        HelpName = "N",
        DefaultValueFactory = _ => Defaults.Seed,
        CustomParser = result => long.TryParse(Only(result), CultureInfo.InvariantCulture, out var seed)
            ? seed
            : Refuse<long>(result, "a whole number"),
    };

    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "Folder for members.tsv and one log per member; files of an earlier run are replaced",
        HelpName = "DIR",
        DefaultValueFactory = _ => Defaults.Out,
    };

    private readonly Option<double> _rate = Number("--rate", "Lines per second in all; 0: as fast as it goes", 0);

    private readonly Option<double> _stallTimeout = Number(
        "--stall-timeout",
        "Seconds without any progress after which the run is given up",
        Defaults.StallTimeout);

    private readonly Option<int> _payloadLimit = Whole(
        "--payload-limit",
        null,
        $"Largest message in bytes; a line may have {LineMessage.HeaderBytes} less",
        Defaults.PayloadLimit);

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print one JSON object as the last line [default: no]",
    };

    private readonly RootCommand _root;

    /// <summary>Describes a program.</summary>
    /// <param name="engine">What its nodes are, for the help.</param>
    internal RelayCommand(string engine) =>
        _root = new RootCommand(
            $"""
            Sends every line of a file through a ring of nodes ({engine}), while nodes are killed, join and leave;
            then proves that nothing was lost, doubled or reordered.

            Example:
              relay --input FILE --nodes 5 --senders 2 --kill 2 --join 2 --leave 1 --seed 7 --out DIR

            Exit code: 0 all is well, 1 something was wrong, 2 bad arguments or files, 130 interrupted.
            """)
        {
            _input, _nodes, _senders, _kill, _join, _leave, _seed, _out, _rate, _stallTimeout, _payloadLimit, _json,
        };

    /// <summary>Understands the arguments.</summary>
    /// <returns>What to do; nothing when only help was wanted, and has been given.</returns>
    /// <exception cref="RelayException">They are wrong.</exception>
    internal RelayOptions? Parse(IReadOnlyList<string> arguments, TextWriter output)
    {
        var result = _root.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            throw new RelayException($"{result.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.')}; see --help");
        }

        if (result.Action is not null)
        {
            result.Invoke(new InvocationConfiguration { Output = output });
            return null;
        }

        var nodes = result.GetValue(_nodes);
        var options = new RelayOptions
        {
            Input = result.GetValue(_input),
            Nodes = nodes,
            Senders = result.GetValue(_senders) ?? Math.Clamp(nodes, 1, Defaults.Senders),
            Kill = result.GetValue(_kill),
            Join = result.GetValue(_join),
            Leave = result.GetValue(_leave),
            Seed = result.GetValue(_seed),
            Out = result.GetValue(_out)!,
            Rate = result.GetValue(_rate),
            StallTimeout = result.GetValue(_stallTimeout),
            PayloadLimit = result.GetValue(_payloadLimit),
            Json = result.GetValue(_json),
        };
        return options.GetError() is { } error ? throw new RelayException(error) : options;
    }

    private static Option<int> Whole(string name, string? alias, string description, int defaultValue) =>
        new(name, alias is null ? [] : [alias])
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result => ParseWhole(result) ?? 0,
        };

    private static Option<double> Number(string name, string description, double defaultValue) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => defaultValue,
        CustomParser = result => double.TryParse(Only(result), CultureInfo.InvariantCulture, out var number)
            ? number
            : Refuse<double>(result, "a number"),
    };

    private static int? ParseWhole(ArgumentResult result) =>
        int.TryParse(Only(result), CultureInfo.InvariantCulture, out var number)
            ? number
            : Refuse<int>(result, "a whole number");

    private static string Only(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    private static T Refuse<T>(ArgumentResult result, string what)
        where T : struct
    {
        var name = result.Parent is OptionResult option ? option.Option.Name : "the argument";
        result.AddError($"{name} must be {what}, but is '{Only(result)}'");
        return default;
    }
}
