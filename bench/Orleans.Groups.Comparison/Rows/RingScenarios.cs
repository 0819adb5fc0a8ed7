using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>The measurements of rings, with one member on each node.</summary>
internal static class RingScenarios
{
    /// <summary>Messages per second of one sender, until the handler of every member has had all.</summary>
    internal static async Task<double> SendAsync(EngineSide side, int members, int bytes, int count)
    {
        await JoinAsync(side, members);
        for (var node = 0; node < members; node++)
        {
            await side.DoAsync(node, "ring-expect", new JsonObject { ["count"] = count });
        }

        var start = await side.DoAsync(0, "ring-send", new JsonObject { ["bytes"] = bytes, ["count"] = count });
        var ends = await Task.WhenAll(Enumerable.Range(0, members)
            .Select(node => side.DoAsync(node, "ring-await-expected")));
        await LeaveAsync(side, members);
        return count * 1e9 / (ends.Max(end => end.GetInt64()) - start.GetInt64());
    }

    /// <summary>Median of nanoseconds of a broadcast that is confirmed as received by all.</summary>
    internal static async Task<double> ConfirmAsync(EngineSide side, int members, int bytes, int count)
    {
        await JoinAsync(side, members);
        var median = await side.DoAsync(0, "ring-confirm", new JsonObject { ["bytes"] = bytes, ["count"] = count });
        await LeaveAsync(side, members);
        return median.GetDouble();
    }

    private static async Task JoinAsync(EngineSide side, int members)
    {
        var group = side.NewName();
        for (var node = 0; node < members; node++)
        {
            await side.DoAsync(node, "ring-join", new JsonObject { ["group"] = group });
        }

        for (var node = 0; node < members; node++)
        {
            await side.DoAsync(node, "ring-await-members", new JsonObject { ["count"] = members });
        }
    }

    private static async Task LeaveAsync(EngineSide side, int members)
    {
        for (var node = members - 1; node >= 0; node--)
        {
            await side.DoAsync(node, "ring-leave");
        }
    }
}
