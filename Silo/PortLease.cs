using System.Net;
using System.Net.Sockets;

namespace Orleans.Groups.SiloProgram;

/// <summary>
/// The two ports of a silo, reserved against other silos of this machine from before they are bound until the process
/// ends, however it ends.
/// </summary>
/// <remarks>
/// Whether a port can be bound is not enough to know: two silos that start at the same moment would both find it free.
/// A lock on a file, which the operating system takes back when the process ends, decides between them.
/// </remarks>
internal sealed class PortLease : IDisposable
{
    /// <summary>Where the search for a silo port begins; Orleans' own default.</summary>
    internal const int FirstSiloPort = 11111;

    /// <summary>Where the search for a gateway port begins; Orleans' own default.</summary>
    internal const int FirstGatewayPort = 30000;

    /// <summary>How many ports are tried.</summary>
    internal const int Range = 300;

    private readonly List<FileStream> _locks = [];

    private PortLease()
    {
    }

    /// <summary>Port for other silos.</summary>
    internal int SiloPort { get; private set; }

    /// <summary>Port for clients.</summary>
    internal int GatewayPort { get; private set; }

    /// <summary>Reserves two ports.</summary>
    /// <param name="address">Where they will be bound.</param>
    /// <param name="siloPort">The one for silos; nothing: the first free one.</param>
    /// <param name="gatewayPort">The one for clients; nothing: the first free one.</param>
    /// <param name="firstSiloPort">Where the search for a silo port begins.</param>
    /// <param name="firstGatewayPort">Where the search for a gateway port begins.</param>
    /// <exception cref="SiloException">A given port is taken, or none is free.</exception>
    internal static PortLease Take(
        IPAddress address,
        int? siloPort,
        int? gatewayPort,
        int firstSiloPort = FirstSiloPort,
        int firstGatewayPort = FirstGatewayPort)
    {
        var lease = new PortLease();
        try
        {
            lease.SiloPort = lease.TakeOne(address, siloPort, firstSiloPort, "--silo-port");
            lease.GatewayPort = lease.TakeOne(address, gatewayPort, firstGatewayPort, "--gateway-port");
            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _locks.ForEach(file => file.Dispose());

    private int TakeOne(IPAddress address, int? wanted, int first, string option)
    {
        if (wanted is { } port)
        {
            return TryTake(address, port) ? port : throw new SiloException(
                SiloExitCode.Unavailable,
                $"port {port} is in use at {address}; choose another with {option}, or none to take a free one");
        }

        var last = Math.Min(first + Range, IPEndPoint.MaxPort + 1);
        for (port = first; port < last; port++)
        {
            if (TryTake(address, port))
            {
                return port;
            }
        }

        throw new SiloException(
            SiloExitCode.Unavailable,
            $"all ports from {first} to {last - 1} are in use at {address}; choose one with {option}");
    }

    private bool TryTake(IPAddress address, int port)
    {
        if (TryLock(port) is not { } file)
        {
            return false;
        }

        if (!CanBind(address, port))
        {
            file.Dispose();
            return false;
        }

        _locks.Add(file);
        return true;
    }

    /// <summary>The files stay: whoever deleted one could delete it under another's lock.</summary>
    private static FileStream? TryLock(int port)
    {
        var folder = Directory.CreateDirectory(
            Path.Combine(Path.GetTempPath(), $"orleans-groups-{Environment.UserName}"));
        try
        {
            return new FileStream(
                Path.Combine(folder.FullName, $"port-{port}.lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool CanBind(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            throw new SiloException(
                SiloExitCode.Unavailable,
                $"{address} is no address of this machine; choose another with --address",
                error);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
