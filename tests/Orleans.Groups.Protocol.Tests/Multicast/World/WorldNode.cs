namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>One life of a node: hosts ring members, has sessions with other nodes, answers watches.</summary>
internal sealed class WorldNode(NodeId id)
{
    private readonly Dictionary<NodeId, Peer> _peers = [];

    internal NodeId Id { get; } = id;

    /// <summary>Whether its code still runs.</summary>
    internal bool IsAlive { get; set; } = true;

    /// <summary>Whether membership has declared it dead, rightly or not.</summary>
    internal bool IsDeclaredDead { get; set; }

    internal List<WorldMember> Members { get; } = [];

    internal long LastMemberNumber { get; set; }

    /// <summary>Which local members other nodes want to hear the end of.</summary>
    internal List<(MemberId Member, WorldNode Watcher)> RemoteWatches { get; } = [];

    internal Peer PeerOf(WorldNode other)
    {
        if (!_peers.TryGetValue(other.Id, out var peer))
        {
            peer = new Peer();
            _peers.Add(other.Id, peer);
        }

        return peer;
    }

    internal bool IsConnected(WorldNode other) => ReferenceEquals(this, other) || PeerOf(other).IsUp;

    internal WorldMember? Find(MemberId member)
    {
        foreach (var local in Members)
        {
            if (local.Id.Equals(member))
            {
                return local;
            }
        }

        return null;
    }

    public override string ToString() => Id.Incarnation.Ordinal == 1 ? Id.Name : $"{Id.Name}@{Id.Incarnation.Ordinal}";

    /// <summary>What this node thinks of another.</summary>
    internal sealed class Peer
    {
        internal long Session { get; set; }

        internal bool IsUp { get; set; }

        internal bool IsKnownDead { get; set; }
    }
}
