using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>The same messages to one receiver on each of three silos, in the ways that Orleans itself has.</summary>
internal static class PeerScenarios
{
    private const int Silos = 3;
    private const int InFlight = 256;

    /// <summary>Has the receivers live where they are to live.</summary>
    internal static async Task SettleAsync(EngineSide side)
    {
        for (var silo = 0; silo < Silos; silo++)
        {
            await side.DoAsync(silo, "peer-settle", new JsonObject { ["silo"] = silo });
        }
    }

    /// <summary>Messages per second until every receiver has had all, 256 under way at any time.</summary>
    internal static async Task<double> SendAsync(EngineSide side, string way, int bytes, int count)
    {
        for (var silo = 0; silo < Silos; silo++)
        {
            await side.DoAsync(silo, "peer-expect", new JsonObject { ["count"] = count });
        }

        var sent = await side.DoAsync(0, "peer-send", Arguments(way, bytes, count));
        var ends = await Task.WhenAll(Enumerable.Range(0, Silos)
            .Select(silo => side.DoAsync(silo, "peer-await-expected")));
        return count * 1e9 / (ends.Max(end => end.GetInt64()) - sent.GetProperty("start").GetInt64());
    }

    /// <summary>Median of nanoseconds of a send, one after the other, until it has completed.</summary>
    internal static async Task<double> AnswerAsync(EngineSide side, string way, int bytes, int count) =>
        (await side.DoAsync(0, "peer-answer", Arguments(way, bytes, count))).GetDouble();

    /// <summary>Messages per second that are handed on from silo to silo, each with a call.</summary>
    internal static async Task<double> RelayAsync(EngineSide side, int bytes, int count, int inFlight)
    {
        var sent = await side.DoAsync(0, "peer-send", Arguments("relay", bytes, count, inFlight));
        return count * 1e9 / (sent.GetProperty("end").GetInt64() - sent.GetProperty("start").GetInt64());
    }

    private static JsonObject Arguments(string way, int bytes, int count, int inFlight = InFlight) =>
        new() { ["way"] = way, ["bytes"] = bytes, ["count"] = count, ["inFlight"] = inFlight };
}
