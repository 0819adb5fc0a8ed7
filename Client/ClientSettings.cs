using System.Net;

namespace Orleans.Groups.ClientProgram;

/// <summary>Where the cluster is.</summary>
internal sealed class ClientSettings
{
    /// <summary>Name of the section in appsettings.json.</summary>
    internal const string Section = "Client";

    /// <summary>How many ports from 30000 on are tried when nothing is said.</summary>
    internal const int LocalGateways = 10;

    /// <summary>Gateways, as <c>host:port</c>; empty: those of this machine, from port 30000 on.</summary>
    public List<string> Gateway { get; } = [];

    /// <summary><c>localhost</c> or <c>adonet</c>.</summary>
    public string Clustering { get; set; } = "localhost";

    /// <summary>Connection string of the database, for <c>adonet</c>.</summary>
    public string? Connection { get; set; }

    /// <summary>As the silos have it.</summary>
    public string ClusterId { get; set; } = "dev";

    /// <summary>As the silos have it.</summary>
    public string ServiceId { get; set; } = "dev";

    /// <summary>Seconds that a silo has time to answer at the start.</summary>
    public double ConnectTimeout { get; set; } = 10;

    /// <summary>Whether the list of gateways is in a database.</summary>
    internal bool UsesDatabase => Clustering == "adonet";

    /// <summary>The gateways to begin with.</summary>
    /// <exception cref="ClientException">One of them is none.</exception>
    internal async Task<List<IPEndPoint>> ResolveGatewaysAsync(CancellationToken cancellationToken)
    {
        if (Gateway.Count == 0)
        {
            var ports = Enumerable.Range(30_000, LocalGateways);
            return [.. ports.Select(port => new IPEndPoint(IPAddress.Loopback, port))];
        }

        var endpoints = new List<IPEndPoint>();
        foreach (var gateway in Gateway)
        {
            if (IPEndPoint.TryParse(gateway, out var endpoint) && endpoint.Port > 0)
            {
                endpoints.Add(endpoint);
                continue;
            }

            var colon = gateway.LastIndexOf(':');
            if (colon < 1 || !ushort.TryParse(gateway[(colon + 1)..], out var port) || port == 0)
            {
                throw new ClientException(
                    ClientExitCode.Refused, $"--gateway is '{gateway}', but must be host:port; see --help");
            }

            try
            {
                var addresses = await Dns.GetHostAddressesAsync(gateway[..colon], cancellationToken);
                endpoints.AddRange(addresses.Select(address => new IPEndPoint(address, port)));
            }
            catch (System.Net.Sockets.SocketException error)
            {
                throw new ClientException(
                    ClientExitCode.Unavailable, $"the host of '{gateway}' is not known: {error.Message}", error);
            }
        }

        return endpoints;
    }

    /// <summary>Finds what is wrong.</summary>
    /// <exception cref="ClientException">Something is.</exception>
    internal void Check()
    {
        var error = Clustering is not ("localhost" or "adonet")
                ? $"--clustering is {Clustering}, but must be localhost or adonet"
            : UsesDatabase && string.IsNullOrWhiteSpace(Connection) ? "--clustering adonet needs --connection"
            : UsesDatabase && Gateway.Count > 0 ? "--gateway and --clustering adonet exclude each other"
            : string.IsNullOrWhiteSpace(ClusterId) || string.IsNullOrWhiteSpace(ServiceId)
                ? "--cluster-id and --service-id must not be empty"
            : ConnectTimeout is not (>= 0.1 and <= 3_600)
                ? $"--connect-timeout is {ConnectTimeout}, but must be 0.1 to 3600"
            : null;
        if (error is not null)
        {
            throw new ClientException(ClientExitCode.Refused, $"{error}; see --help");
        }
    }
}
