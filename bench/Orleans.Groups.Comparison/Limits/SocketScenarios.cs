using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>What bare sockets reach between the same processes.</summary>
internal static class SocketScenarios
{
    private const int Silos = 3;

    /// <summary>Median of nanoseconds until a message has been through all three processes and back.</summary>
    internal static async Task<double> LapAsync(EngineSide side, int bytes, int count)
    {
        await ConnectAsync(side);
        await side.DoAsync(1, "socket-relay");
        await side.DoAsync(2, "socket-relay");
        return (await side.DoAsync(0, "socket-lap", Arguments(bytes, count))).GetDouble();
    }

    /// <summary>Messages per second from the first process through the second to the third.</summary>
    internal static async Task<double> RelayAsync(EngineSide side, int bytes, int count)
    {
        await ConnectAsync(side);
        await side.DoAsync(1, "socket-relay");
        var taken = side.DoAsync(2, "socket-take", Arguments(bytes, count));
        var start = await side.DoAsync(0, "socket-send", Arguments(bytes, count));
        return count * 1e9 / ((await taken).GetInt64() - start.GetInt64());
    }

    private static async Task ConnectAsync(EngineSide side)
    {
        var ports = new int[Silos];
        for (var silo = 0; silo < Silos; silo++)
        {
            ports[silo] = (await side.DoAsync(silo, "socket-listen")).GetInt32();
        }

        await Task.WhenAll(Enumerable.Range(0, Silos).Select(silo =>
            side.DoAsync(silo, "socket-connect", new JsonObject { ["port"] = ports[(silo + 1) % Silos] })));
    }

    private static JsonObject Arguments(int bytes, int count) => new() { ["bytes"] = bytes, ["count"] = count };
}
