using System.CommandLine;

namespace Orleans.Groups.SiloProgram;

/// <summary>
/// The command line. What is given becomes settings, above those of files and of the environment; nothing has a
/// default here.
/// </summary>
internal sealed class SiloCommand
{
    private readonly Dictionary<Option, string> _keys = [];
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Any other setting, as in appsettings.json; may be repeated",
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly RootCommand _root;

    /// <summary>Describes the program.</summary>
    internal SiloCommand()
    {
        _root = new RootCommand(
            """
            Runs one silo with process groups and guaranteed multicast.

            Examples:
              silo                                             the first silo of this machine, or one more
              silo --clustering adonet --connection "Host=db;Database=app;Username=app" --init
              silo --clustering adonet --connection "…" --address 10.0.0.7 --silo-port 11111 --gateway-port 30000

            Without ports, a silo takes the first free ones. With localhost clustering the first silo keeps the list of
            all, so it must stay; any other may be killed. With adonet (PostgreSQL), any silo may be killed.

            Every option can also be a setting: Silo:Connection in appsettings.json, beside the program or in the
            current folder, or Silo__Connection in the environment. The command line comes first, then the environment.
            Settings of the groups themselves are in section Groups, e.g. --set Groups:Multicast:WindowBytes=1048576.

            Ctrl-C and SIGTERM stop the silo gracefully; a second Ctrl-C ends it at once.

            Exit code: 0 stopped, 1 failed, 2 bad arguments or settings, 3 a port, the database or the first silo is
            not available, 130 interrupted.
            """);
        Add<string>("--clustering", "Clustering", "localhost or adonet [default: localhost]", "KIND");
        Add<string>("--connection", "Connection", "Connection string of PostgreSQL, for adonet", "STRING");
        AddFlag("--init", "Init", "Create the tables in the database, as far as they are missing");
        AddFlag("--init-only", "InitOnly", "The same, and start no silo");
        Add<string>("--address", "Address", "IP address at which others reach this silo [default: 127.0.0.1]", "IP");
        Add<int>("--silo-port", "SiloPort", "Port for silos [default: the first free one from 11111 on]", "PORT");
        Add<int>("--gateway-port", "GatewayPort", "Port for clients [default: … from 30000 on]", "PORT");
        Add<int>("--primary-port", "PrimaryPort", "localhost: silo port of the first silo [default: 11111]", "PORT");
        Add<string>("--name", "Name", "Name of the silo for people [default: silo-PORT]", "NAME");
        Add<string>("--cluster-id", "ClusterId", "Silos of the same cluster find each other [default: dev]", "ID");
        Add<string>("--service-id", "ServiceId", "What is stored belongs to a service [default: dev]", "ID");
        Add<double>("--probe-timeout", "ProbeTimeout", "Seconds between looks at other silos [default: 1]", "SECONDS");
        Add<int>("--missed-probes", "MissedProbes", "Looks that must fail in a row [default: 3]", "N");
        Add<double>(
            "--join-timeout", "JoinTimeout", "Seconds to wait for the first silo or database [default: 60]", "SECONDS");
        AddFlag("--distributed-directory", "DistributedDirectory", "Use the distributed grain directory");
        AddFlag("--json", "Json", "Print JSON lines: ready and stopped");
        _root.Add(_set);
    }

    /// <summary>Understands the arguments.</summary>
    /// <returns>The settings that they make; nothing when only help was wanted, and has been given.</returns>
    /// <exception cref="SiloException">They are wrong.</exception>
    internal Dictionary<string, string?>? Parse(IReadOnlyList<string> arguments, TextWriter output)
    {
        var result = _root.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            var message = result.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new SiloException(SiloExitCode.Refused, $"{message}; see --help");
        }

        if (result.Action is not null)
        {
            result.Invoke(new InvocationConfiguration { Output = output });
            return null;
        }

        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in result.GetValue(_set) ?? [])
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            settings[equals > 0 ? pair[..equals] : throw NotAPair(pair)] = pair[(equals + 1)..];
        }

        foreach (var (option, key) in _keys)
        {
            if (result.GetResult(option) is { Implicit: false } given)
            {
                settings[$"{SiloSettings.Section}:{key}"] = given.Tokens.Count == 0 ? "true" : given.Tokens[0].Value;
            }
        }

        return settings;
    }

    private static SiloException NotAPair(string pair) =>
        new(SiloExitCode.Refused, $"--set is '{pair}', but must be KEY=VALUE; see --help");

    private void AddFlag(string name, string key, string description) => Add<bool>(name, key, description, null);

    private void Add<T>(string name, string key, string description, string? helpName)
    {
        var option = new Option<T>(name) { Description = description, HelpName = helpName };
        _keys.Add(option, key);
        _root.Add(option);
    }
}
