using System.Net;
using System.Net.Sockets;

namespace Orleans.Groups.ProcessTests;

/// <summary>A port of this machine that nobody uses.</summary>
internal static class FreePort
{
    internal static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
