using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>One node's part in the measurements of bare sockets: a circle of connections on the loopback.</summary>
internal sealed class SocketWork : IDisposable
{
    private const int BufferBytes = 256 * 1024;
    private Socket? _listener;
    private Socket? _left;
    private Socket? _right;

    /// <summary>Performs one command.</summary>
    internal async Task<JsonNode?> PerformAsync(string verb, JsonElement command)
    {
        int Whole(string name) => command.GetProperty(name).GetInt32();
        switch (verb)
        {
            case "socket-listen":
                return Listen();
            case "socket-connect":
                await ConnectAsync(Whole("port"));
                return null;
            case "socket-relay":
                _ = RelayAsync();
                return null;
            case "socket-lap":
                return await LapAsync(Whole("bytes"), Whole("count"));
            case "socket-send":
                return await SendAsync(Whole("bytes"), Whole("count"));
            case "socket-take":
                return await TakeAsync((long)Whole("bytes") * Whole("count"));
            default:
                throw new ArgumentException($"unknown command {verb}", nameof(verb));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener?.Dispose();
        _left?.Dispose();
        _right?.Dispose();
    }

    /// <returns>The port on which the left neighbour is to connect.</returns>
    private JsonNode Listen()
    {
        Dispose();
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        return ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    /// <summary>Connects to the right neighbour while the left one connects to this node.</summary>
    private async Task ConnectAsync(int port)
    {
        _right = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var connecting = _right.ConnectAsync(IPAddress.Loopback, port);
        _left = await _listener!.AcceptAsync();
        _left.NoDelay = true;
        await connecting;
    }

    /// <summary>Hands on what comes, until the left neighbour is gone.</summary>
    private async Task RelayAsync()
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (await _left!.ReceiveAsync(buffer) is > 0 and var length)
            {
                await SendAllAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The measurement is over.
        }
    }

    /// <returns>The median of nanoseconds until a message has been once around.</returns>
    private async Task<JsonNode?> LapAsync(int bytes, int count)
    {
        var message = new byte[bytes];
        var times = new double[count];
        for (var lap = 0; lap < count; lap++)
        {
            var start = Clock.Now;
            await SendAllAsync(message);
            for (var received = 0; received < bytes;)
            {
                received += await ReceiveAsync(message.AsMemory(received));
            }

            times[lap] = Clock.Now - start;
        }

        return Clock.Median(times);
    }

    /// <returns>When it began.</returns>
    private async Task<JsonNode?> SendAsync(int bytes, int count)
    {
        var message = new byte[bytes];
        var start = Clock.Now;
        for (var index = 0; index < count; index++)
        {
            await SendAllAsync(message);
        }

        return start;
    }

    /// <returns>When the last byte had come.</returns>
    private async Task<JsonNode?> TakeAsync(long bytes)
    {
        var buffer = new byte[BufferBytes];
        while (bytes > 0)
        {
            bytes -= await ReceiveAsync(buffer);
        }

        return Clock.Now;
    }

    private async Task<int> ReceiveAsync(Memory<byte> buffer) =>
        await _left!.ReceiveAsync(buffer) is > 0 and var length
            ? length
            : throw new EndOfStreamException("the left neighbour is gone");

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _right!.SendAsync(bytes)..];
        }
    }
}
