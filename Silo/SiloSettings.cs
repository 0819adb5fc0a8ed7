using System.Net;
using Microsoft.Extensions.Configuration;

namespace Orleans.Groups.SiloProgram;

/// <summary>Where the silos of a cluster find each other.</summary>
internal enum ClusteringKind
{
    /// <summary>On one machine, for development: the first silo keeps the list.</summary>
    Localhost,

    /// <summary>In a PostgreSQL database, which also keeps the records of the rings.</summary>
    AdoNet,
}

/// <summary>
/// What the silo is to do: section <c>Silo</c> of appsettings.json, environment variables such as
/// <c>Silo__Connection</c>, and the command line, the latter before the former.
/// </summary>
internal sealed class SiloSettings
{
    /// <summary>Name of the section.</summary>
    internal const string Section = "Silo";

    /// <summary>Where the silos find each other.</summary>
    public ClusteringKind Clustering { get; set; } = ClusteringKind.Localhost;

    /// <summary>Connection string of the database; needed for <see cref="ClusteringKind.AdoNet"/> only.</summary>
    public string? Connection { get; set; }

    /// <summary>Whether to create the tables that are missing before the start.</summary>
    public bool Init { get; set; }

    /// <summary>Whether to stop after that.</summary>
    public bool InitOnly { get; set; }

    /// <summary>The address at which others reach this silo.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port for other silos; nothing: the first free one from 11111 on.</summary>
    public int? SiloPort { get; set; }

    /// <summary>Port for clients; nothing: the first free one from 30000 on.</summary>
    public int? GatewayPort { get; set; }

    /// <summary>With localhost clustering, the silo port of the first silo.</summary>
    public int PrimaryPort { get; set; } = PortLease.FirstSiloPort;

    /// <summary>Name of the silo for people; nothing: made from its port.</summary>
    public string? Name { get; set; }

    /// <summary>Silos with the same cluster id find each other.</summary>
    public string ClusterId { get; set; } = "dev";

    /// <summary>Stays the same for all clusters of a service; what is stored goes by it.</summary>
    public string ServiceId { get; set; } = "dev";

    /// <summary>Seconds between two looks at whether another silo lives, and how long an answer may take.</summary>
    public double ProbeTimeout { get; set; } = 1;

    /// <summary>How many looks in a row must fail.</summary>
    public int MissedProbes { get; set; } = 3;

    /// <summary>Seconds that the first silo, or the database, has time to answer at the start.</summary>
    public double JoinTimeout { get; set; } = 60;

    /// <summary>Whether grains are found through the distributed grain directory instead of the default one.</summary>
    public bool DistributedDirectory { get; set; }

    /// <summary>Whether the standard output is for programs.</summary>
    public bool Json { get; set; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SiloException">They are wrong; all that is wrong is said.</exception>
    internal static SiloSettings Read(IConfiguration configuration)
    {
        SiloSettings settings;
        try
        {
            settings = configuration.GetSection(Section).Get<SiloSettings>() ?? new SiloSettings();
        }
        catch (InvalidOperationException error)
        {
            throw new SiloException(SiloExitCode.Refused, error.Message.TrimEnd('.'), error);
        }

        var errors = settings.GetErrors().ToList();
        return errors.Count == 0
            ? settings
            : throw new SiloException(SiloExitCode.Refused, $"{string.Join("; ", errors)}; see --help");
    }

    private IEnumerable<string> GetErrors()
    {
        if (!Enum.IsDefined(Clustering))
        {
            yield return $"--clustering is {Clustering}, but must be localhost or adonet";
        }

        if (Clustering == ClusteringKind.AdoNet && string.IsNullOrWhiteSpace(Connection))
        {
            yield return "--clustering adonet needs --connection";
        }

        if (Clustering == ClusteringKind.Localhost && (Init || InitOnly))
        {
            yield return "--init creates the tables of --clustering adonet; localhost clustering has none";
        }

        if (!IPAddress.TryParse(Address, out _))
        {
            yield return $"--address is {Address}, but must be an IP address";
        }

        foreach (var (option, port) in new[]
        {
            ("--silo-port", SiloPort), ("--gateway-port", GatewayPort), ("--primary-port", PrimaryPort),
        })
        {
            if (port is < 1 or > 65_535)
            {
                yield return $"{option} is {port}, but must be 1 to 65535";
            }
        }

        if (SiloPort is not null && SiloPort == GatewayPort)
        {
            yield return $"--silo-port and --gateway-port are both {SiloPort}";
        }

        if (string.IsNullOrWhiteSpace(ClusterId) || string.IsNullOrWhiteSpace(ServiceId))
        {
            yield return "--cluster-id and --service-id must not be empty";
        }

        if (ProbeTimeout is not (>= 0.1 and <= 60))
        {
            yield return $"--probe-timeout is {ProbeTimeout}, but must be 0.1 to 60";
        }

        if (MissedProbes is < 1 or > 100)
        {
            yield return $"--missed-probes is {MissedProbes}, but must be 1 to 100";
        }

        if (JoinTimeout is not (>= 1 and <= 3_600))
        {
            yield return $"--join-timeout is {JoinTimeout}, but must be 1 to 3600";
        }
    }
}
