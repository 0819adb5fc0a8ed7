using Orleans.Groups.Engine;

namespace Orleans.Groups.InMemory;

/// <summary>Who lives, and what is between them: membership and links of a cluster.</summary>
/// <remarks>
/// Order of locks: record store, then network, then lanes, then mailboxes and tables. Machines send with only the
/// lane's lock; everything rare (nodes, cuts, sessions, new machines) goes through the network's lock, so that a
/// machine that appears while a session begins or ends learns of it exactly once.
/// </remarks>
internal sealed class Network(ClusterCore core) : INodeNetwork
{
    /// <summary>Most names of nodes that a cluster remembers, so that no incarnation is ever given twice.</summary>
    private const int MaxNames = 100_000;

    private readonly Dictionary<string, long> _lastOrdinals = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<NodeId, NodeHost> _living = [];
    private readonly List<Connection> _connections = [];
    private bool _isClosed;

    /// <inheritdoc/>
    public Lock Gate { get; } = new();

    internal NodeHost Add(string name)
    {
        var error = NameRules.GetError(name);
        if (error is not null)
        {
            throw new ArgumentException($"This is not a valid node name: {error}.", nameof(name));
        }

        NodeHost node;
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(InMemoryCluster));
            CheckRoom(name);
            var ordinal = _lastOrdinals.GetValueOrDefault(name) + 1;
            _lastOrdinals[name] = ordinal;
            node = new NodeHost(core, new NodeId(name, new Incarnation(ordinal, core.NextGuid())));
            foreach (var other in _living.Values)
            {
                var connection = new Connection(core, other, node);
                _connections.Add(connection);
                other.Peers[node.Id] = connection.PeerOf(other);
                node.Peers[other.Id] = connection.PeerOf(node);
            }

            _living.Add(node.Id, node);
            foreach (var connection in ConnectionsOf(node))
            {
                connection.Connect();
            }
        }

        core.Work.Pulse();
        return node;
    }

    List<NodeId> INodeNetwork.CopyLiving()
    {
        lock (Gate)
        {
            return [.. _living.Keys];
        }
    }

    internal List<NodeHost> CopyLiving()
    {
        lock (Gate)
        {
            return [.. _living.Values];
        }
    }

    /// <inheritdoc/>
    public bool KnowsWhoLives => true;

    /// <inheritdoc/>
    public bool IsDead(NodeId node)
    {
        lock (Gate)
        {
            return !_living.ContainsKey(node)
                && _lastOrdinals.TryGetValue(node.Name, out var last)
                && node.Incarnation.Ordinal <= last;
        }
    }

    /// <summary>Whether a living node runs that ring member; it may still be joining.</summary>
    internal bool RunsMember(MemberId member)
    {
        lock (Gate)
        {
            return _living.TryGetValue(member.Node, out var node) && node.Rings.Find(member) is not null;
        }
    }

    /// <summary>Takes a node out: all others learn that it is dead; nothing more of it is accepted.</summary>
    /// <returns><see langword="false"/> when that has happened before.</returns>
    public bool Remove(NodeHost node)
    {
        lock (Gate)
        {
            if (!_living.Remove(node.Id))
            {
                return false;
            }

            foreach (var connection in ConnectionsOf(node).ToList())
            {
                connection.Died(node);
                connection.Other(node).Peers.TryRemove(node.Id, out _);
                _connections.Remove(connection);
            }

            node.Peers.Clear();
        }

        core.Work.Pulse();
        return true;
    }

    internal void Cut(NodeHost from, NodeHost to) => Change(from, to, connection => connection.Cut(from));

    internal void CutBoth(NodeHost left, NodeHost right) => Change(left, right, connection =>
    {
        connection.Cut(left);
        connection.Cut(right);
    });

    internal void Heal(NodeHost left, NodeHost right) => Change(left, right, static connection => connection.Heal());

    internal void HealAll()
    {
        lock (Gate)
        {
            foreach (var connection in _connections)
            {
                connection.Heal();
            }
        }

        core.Work.Pulse();
    }

    internal void DeclareDown(NodeHost observer, NodeHost node) =>
        Change(observer, node, connection => connection.GiveUp(observer));

    /// <summary>
    /// A full lane was met while sending, which holds other locks: its session is given up by another thread.
    /// </summary>
    internal void GiveUpLater(Lane lane)
    {
        core.Work.Begin();
        ThreadPool.UnsafeQueueUserWorkItem(
            static state =>
            {
                var (network, core, lane) = state;
                core.Logger.LinkOverflowed(lane.From.Id, lane.To.Id, core.Options.MaxHeldFramesPerLink);
                lock (network.Gate)
                {
                    network.Find(lane.From, lane.To)?.GiveUpOverflowed(lane);
                }

                core.Work.End();
            },
            (this, core, lane),
            preferLocal: false);
    }

    /// <summary>Whether frames can pass both ways now.</summary>
    internal bool IsWhole(NodeHost left, NodeHost right)
    {
        lock (Gate)
        {
            return Find(left, right) is { IsWhole: true };
        }
    }

    /// <summary>No node can be added any more.</summary>
    internal void Close()
    {
        lock (Gate)
        {
            _isClosed = true;
        }
    }

    private void Change(NodeHost left, NodeHost right, Action<Connection> change)
    {
        lock (Gate)
        {
            if (ReferenceEquals(left, right))
            {
                throw new ArgumentException($"There is no link between node {left.Id} and itself.");
            }

            if (Find(left, right) is { } connection)
            {
                change(connection);
            }
        }

        core.Work.Pulse();
    }

    private Connection? Find(NodeHost left, NodeHost right) =>
        _connections.Find(connection => connection.Joins(left, right));

    private IEnumerable<Connection> ConnectionsOf(NodeHost node) =>
        _connections.Where(connection => connection.Joins(node, null));

    private void CheckRoom(string name)
    {
        if (_living.Keys.Any(id => string.Equals(id.Name, name, StringComparison.Ordinal)))
        {
            throw new ArgumentException(
                $"A node named '{name}' lives in this cluster. Stop or kill it first, or choose another name.",
                nameof(name));
        }

        if (_living.Count >= core.Options.MaxNodes)
        {
            throw new GroupLimitException(
                nameof(InMemoryClusterOptions.MaxNodes),
                core.Options.MaxNodes,
                $"Adding node '{name}'");
        }

        if (_lastOrdinals.Count >= MaxNames && !_lastOrdinals.ContainsKey(name))
        {
            throw new GroupLimitException("names of nodes in one cluster", MaxNames, $"Adding node '{name}'");
        }
    }
}
