using System.Text.Json;
using System.Text.Json.Nodes;
using Orleans.Groups.InMemory;

namespace Orleans.Groups.Comparison;

/// <summary>The worker of the in-memory engine: a cluster of its own for each measurement.</summary>
internal sealed class InMemoryWorker
{
    private InMemoryCluster? _cluster;
    private List<NodeWork> _nodes = [];

    /// <summary>Runs until the standard input ends.</summary>
    internal static async Task<int> RunAsync()
    {
        var worker = new InMemoryWorker();
        WorkerLoop.Say(new JsonObject { ["event"] = "ready" });
        await WorkerLoop.RunAsync(worker.PerformAsync);
        return 0;
    }

    /// <summary>Performs one command: begins or ends a measurement, or has a node do something.</summary>
    internal async Task<JsonNode?> PerformAsync(string verb, JsonElement command)
    {
        switch (verb)
        {
            case "start":
                _cluster = new InMemoryCluster(new InMemoryClusterOptions
                {
                    MaxNodes = 128,
                    Multicast = { MaxPayloadBytes = RingWork.LargestMessage },
                });
                _nodes =
                [
                    .. Enumerable.Range(0, command.GetProperty("nodes").GetInt32())
                        .Select(index => new NodeWork(new Node(_cluster.AddNode($"node-{index}")))),
                ];
                return null;
            case "stop":
                await _cluster!.DisposeAsync();
                _cluster = null;
                _nodes = [];
                GC.Collect();
                return null;
            default:
                return await _nodes[command.GetProperty("node").GetInt32()].PerformAsync(verb, command);
        }
    }

    private sealed class Node(InMemoryNode node) : IBenchNode
    {
        public IMulticast Multicast => node.Multicast;

        public IProcessGroups GetScope(string scope) => node.GetProcessGroups(scope);

        public ValueTask<IGroupMember> CreateMemberAsync(string name, Func<MemberMessage, ValueTask>? onMessage) =>
            ValueTask.FromResult(node.CreateMember(name, onMessage));
    }
}
