using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>The measurements of process groups, as orders to the nodes of an engine. All give one figure.</summary>
internal static class GroupScenarios
{
    private const string Group = "room";

    /// <summary>Nanoseconds of a read, the members spread over all nodes.</summary>
    internal static async Task<double> ReadAsync(EngineSide side, int nodes, int members, int count, string verb)
    {
        var scope = side.NewName();
        for (var node = 0; node < nodes; node++)
        {
            // The first of them on another node, as on the Erlang side.
            var share = Enumerable.Range(1, members).Count(index => index % nodes == node);
            if (share > 0)
            {
                await side.DoAsync(node, "join-members", Arguments(scope, ("group", Group), ("count", share)));
            }
        }

        await side.DoAsync(0, "await-members", Arguments(scope, ("group", Group), ("count", members)));
        var read = await side.DoAsync(0, verb, Arguments(scope, ("group", Group), ("count", count)));
        if (read.GetProperty("members").GetInt64() != members)
        {
            throw new WorkerException($"a read gave {read.GetProperty("members")} members, not {members}");
        }

        if (read.GetProperty("allocated").GetDouble() >= 1)
        {
            throw new WorkerException($"a read allocated {read.GetProperty("allocated")} bytes");
        }

        return read.GetProperty("time").GetDouble();
    }

    /// <summary>What one node measures by itself, with the other nodes there.</summary>
    internal static async Task<double> AloneAsync(EngineSide side, int nodes, string verb, int count)
    {
        var scope = await OpenAsync(side, nodes);
        return (await side.DoAsync(0, verb, Arguments(scope, ("count", count)))).GetDouble();
    }

    /// <summary>Joins per second of one node, until all others see them.</summary>
    internal static async Task<double> BurstAsync(EngineSide side, int nodes, int count)
    {
        var scope = await OpenAsync(side, nodes);
        var waiting = Enumerable.Range(1, nodes - 1)
            .Select(node => side.DoAsync(node, "await-groups", Arguments(scope, ("count", count))))
            .ToList();
        var joined = await side.DoAsync(0, "join-many-groups", Arguments(scope, ("count", count)));
        var ends = (await Task.WhenAll(waiting)).Max(end => end.GetInt64());
        return count * 1e9 / (ends - joined.GetProperty("start").GetInt64());
    }

    /// <summary>Median of nanoseconds from the call of a join until the monitors of all others tell of it.</summary>
    internal static async Task<double> VisibleAsync(EngineSide side, int nodes, int count)
    {
        var scope = await OpenAsync(side, nodes);
        for (var node = 1; node < nodes; node++)
        {
            await side.DoAsync(node, "watch", Arguments(scope, ("count", count)));
        }

        var starts = await side.DoAsync(
            0, "join-watched", Arguments(scope, ("count", count), ("watchers", nodes - 1)));
        var seen = new List<long[]>();
        for (var node = 1; node < nodes; node++)
        {
            seen.Add([.. (await side.DoAsync(node, "watched")).EnumerateArray().Select(time => time.GetInt64())]);
        }

        return Clock.Median(starts.EnumerateArray()
            .Select((start, index) => (double)(seen.Max(times => times[index]) - start.GetInt64())));
    }

    /// <summary>Nanoseconds until a node that begins to run a scope has what another has in it.</summary>
    internal static async Task<double> LateAsync(EngineSide side, int count)
    {
        var scope = side.NewName();
        await side.DoAsync(0, "join-many-groups", Arguments(scope, ("count", count)));
        var start = (await side.DoAsync(1, "open-scope", Arguments(scope))).GetInt64();
        var end = (await side.DoAsync(1, "await-groups", Arguments(scope, ("count", count)))).GetInt64();
        return end - start;
    }

    /// <summary>Bytes that one node's process holds for so many groups of ten members.</summary>
    internal static async Task<double> MemoryAsync(EngineSide side, int groups)
    {
        var filled = await side.DoAsync(0, "fill", Arguments(side.NewName(), ("groups", groups), ("members", 10)));
        return filled.GetProperty("bytes").GetDouble();
    }

    /// <summary>A scope that runs on all nodes, and whose peers have found each other.</summary>
    private static async Task<string> OpenAsync(EngineSide side, int nodes)
    {
        var scope = side.NewName();
        for (var node = 0; node < nodes; node++)
        {
            await side.DoAsync(node, "open-scope", Arguments(scope));
        }

        if (nodes == 1)
        {
            return scope;
        }

        // Whoever sees a membership of each node has found it.
        for (var node = 0; node < nodes; node++)
        {
            await side.DoAsync(node, "join-members", Arguments(scope, ("group", "hello"), ("count", 1)));
        }

        for (var node = 0; node < nodes; node++)
        {
            await side.DoAsync(node, "await-members", Arguments(scope, ("group", "hello"), ("count", nodes)));
        }

        for (var node = 0; node < nodes; node++)
        {
            await side.DoAsync(node, "end-members");
        }

        for (var node = 0; node < nodes; node++)
        {
            await side.DoAsync(node, "await-groups", Arguments(scope, ("count", 0)));
        }

        return scope;
    }

    private static JsonObject Arguments(string scope, params (string Name, JsonNode Value)[] others)
    {
        var arguments = new JsonObject { ["scope"] = scope };
        foreach (var (name, value) in others)
        {
            arguments[name] = value;
        }

        return arguments;
    }
}
