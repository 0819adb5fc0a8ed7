using Orleans.Groups.InMemory;

namespace Orleans.Groups.Samples.Relay;

/// <summary>The relay's nodes in this process, on the in-memory engine. The rest of it is in Relay.Core.</summary>
internal sealed class InMemoryRelayCluster : IRelayCluster
{
    /// <summary>For the help.</summary>
    internal const string Engine = "all in this process, on the in-memory engine";

    private const int BytesUnderWay = 128 * 1024 * 1024;
    private readonly InMemoryCluster _cluster;
    private readonly InMemoryNode _observer;

    /// <summary>Starts without members. The node that watches is there from now on.</summary>
    internal InMemoryRelayCluster(RelayOptions options)
    {
        var multicast = new MulticastOptions { MaxPayloadBytes = options.PayloadLimit };

        // All nodes share the memory of this process, so the senders share what may be under way.
        var share = Math.Min(multicast.WindowBytes, BytesUnderWay / options.Senders);
        multicast.WindowBytes = Math.Max(share, options.PayloadLimit + 64);
        _cluster = new InMemoryCluster(new InMemoryClusterOptions
        {
            MaxNodes = RelayOptions.MaxMembers + 1,
            Multicast = multicast,
        });
        _observer = _cluster.AddNode("observer");
    }

    /// <inheritdoc/>
    public IProcessGroups Groups => _observer.ProcessGroups;

    /// <inheritdoc/>
    public IRelayNode AddNode(string name) => new Node(_cluster, _cluster.AddNode(name));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private sealed class Node(InMemoryCluster cluster, InMemoryNode node) : IRelayNode
    {
        public IMulticast Multicast => node.Multicast;

        public IProcessGroups Groups => node.ProcessGroups;

        public IGroupMember CreateMember(string name) => node.CreateMember(name);

        public void Kill() => cluster.KillNode(node);

        public Task StopAsync() => cluster.StopNodeAsync(node);
    }
}
