using Orleans.Groups.Checkers;

namespace Orleans.Groups.Simulator;

/// <summary>Notes what is left over inside a node, for the checkers of P-L4, G-L4 and G-L9.</summary>
internal static class Leftovers
{
    internal static void Probe(SimNode node)
    {
        foreach (var ring in node.Rings)
        {
            var status = ring.GetStatus();
            node.Log(new LogEvent.Probe(
                "gm",
                new Dictionary<string, long>(StringComparer.Ordinal)
                {
                    ["pendingBytes"] = status.PendingBytes,
                    ["unprocessedBytes"] = status.UnprocessedBytes,
                    ["queuedDeliveries"] = ring.QueuedDeliveries,
                    ["broadcasts"] = ring.Pending,
                    ["windowTaken"] = node.World.Settings.WindowBytes - ring.WindowLeft,
                    ["inherited"] = status.Inherited.Length,
                    ["timers"] = ring.TimersSet,
                },
                ring.Text));
        }

        if (node.Rings.Count == 0)
        {
            node.Log(new LogEvent.Probe(
                "gm",
                new Dictionary<string, long>(StringComparer.Ordinal)
                {
                    ["watches"] = node.Watches.Count,
                    ["surveys"] = node.Surveys.Count,
                    ["joins"] = node.JoinsOpen,
                }));
        }

        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var scope in node.Scopes)
        {
            if (scope.Life?.GetStatus() is { } status)
            {
                Add("members", status.LocalMemberCount);
                Add("groups", status.LocalGroupCount);
                Add("monitors", status.MonitorCount - 1); // The recorder has one of its own.
                Add("gathered", status.GatheredChanges);
            }
        }

        node.Log(new LogEvent.Probe("pg", counts));

        void Add(string name, long count) => counts[name] = counts.GetValueOrDefault(name) + count;
    }
}
