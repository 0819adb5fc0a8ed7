using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// Several scope machines and the links between them, in one deterministic simulation. Nothing moves by itself: tests
/// deliver frames, or let everything settle.
/// </summary>
/// <remarks>
/// A link is a queue per direction whose frames carry the session in which they were sent. They wait while the receiver
/// has not begun that session yet. Faults beyond the host contract (loss, doubles, another order) happen only when a
/// test injects them.
/// </remarks>
internal sealed class ScopeWorld
{
    private readonly SortedDictionary<string, ScopeNode> _nodes = [];
    private readonly SortedDictionary<(NodeId From, NodeId To), LinkedList<Frame>> _links = [];
    private readonly Dictionary<(NodeId, NodeId), long> _lastSession = [];
    private readonly ScopeSettings _settings;

    internal ScopeWorld(ScopeSettings? settings = null, params string[] names)
    {
        _settings = settings ?? ScopeIds.Settings();
        foreach (var name in names)
        {
            Start(ScopeIds.Node(name));
        }
    }

    /// <summary>Counts everything that was sent, by kind.</summary>
    internal Dictionary<string, int> Sent { get; } = [];

    internal IEnumerable<ScopeNode> Nodes => _nodes.Values;

    internal ScopeNode this[string name] => _nodes[name];

    /// <summary>Frames on their way.</summary>
    internal IEnumerable<KeyValuePair<(NodeId From, NodeId To), LinkedList<Frame>>> Links => _links;

    /// <summary>A node begins to live, with no sessions; an earlier life of it must have ended.</summary>
    internal ScopeNode Start(NodeId node) => _nodes[node.Name] = new ScopeNode(this, node, _settings);

    /// <summary>A node is gone without a word; whoever had a session with it must be told.</summary>
    internal void Kill(ScopeNode node)
    {
        _nodes.Remove(node.Id.Name);
        foreach (var link in _links.Keys.Where(l => l.To == node.Id).ToList())
        {
            _links.Remove(link);
        }
    }

    /// <summary>A session begins on both ends; returns its number.</summary>
    internal long Connect(ScopeNode first, ScopeNode second)
    {
        var session = NewSession(first.Id, second.Id);
        first.Begin(second.Id, session);
        second.Begin(first.Id, session);
        return session;
    }

    /// <summary>All nodes get a session with all others with which they have none in common.</summary>
    internal void ConnectAll()
    {
        foreach (var first in Nodes)
        {
            foreach (var second in Nodes)
            {
                if (first.Id.CompareTo(second.Id) < 0 && !AreConnected(first, second))
                {
                    Connect(first, second);
                }
            }
        }
    }

    internal bool AreConnected(ScopeNode first, ScopeNode second) =>
        first.SessionWith(second.Id) is { } one && one == second.SessionWith(first.Id);

    internal long NewSession(NodeId first, NodeId second)
    {
        var key = first.CompareTo(second) < 0 ? (first, second) : (second, first);
        return _lastSession[key] = _lastSession.GetValueOrDefault(key) + 1;
    }

    /// <summary>Both ends lose the session, and what was on its way.</summary>
    internal void Cut(ScopeNode first, ScopeNode second)
    {
        first.EndSession(second.Id);
        second.EndSession(first.Id);
        _links.Remove((first.Id, second.Id));
        _links.Remove((second.Id, first.Id));
    }

    internal void Send(NodeId from, NodeId to, long session, ScopeMessage message)
    {
        Sent[message.GetType().Name] = Sent.GetValueOrDefault(message.GetType().Name) + 1;
        if (!_nodes.TryGetValue(to.Name, out var node) || node.Id != to)
        {
            return;
        }

        if (!_links.TryGetValue((from, to), out var link))
        {
            _links.Add((from, to), link = new());
        }

        link.AddLast(new Frame(from, session, message));
    }

    /// <summary>
    /// Delivers the first frame from one node to another that can be delivered; returns whether there was one.
    /// </summary>
    internal bool DeliverOne(NodeId from, NodeId to)
    {
        if (!_links.TryGetValue((from, to), out var link) || !_nodes.TryGetValue(to.Name, out var node))
        {
            return false;
        }

        if (link.First is not { } first || first.Value.Session > node.LatestSessionWith(from))
        {
            return false; // Rule H3: a frame waits until the receiver knows of the session.
        }

        // Frames of an ended session reach the machine, too: a host drops them, and so must it.
        link.RemoveFirst();
        node.Receive(first.Value);
        return true;
    }

    /// <summary>Delivers everything that is on its way from one node to another now.</summary>
    internal void Deliver(ScopeNode from, ScopeNode to)
    {
        while (DeliverOne(from.Id, to.Id))
        {
        }
    }

    /// <summary>Delivers frames that wait, without flushing anything, until none is left.</summary>
    internal void DeliverAll()
    {
        for (var moved = true; moved;)
        {
            moved = false;
            foreach (var (from, to) in _links.Keys.ToList())
            {
                while (DeliverOne(from, to))
                {
                    moved = true;
                }
            }
        }
    }

    /// <summary>Flushes and delivers until nothing moves.</summary>
    internal void Settle()
    {
        do
        {
            DeliverAll();
            foreach (var node in Nodes)
            {
                node.FlushIfWanted();
            }
        }
        while (_links.Any(l => l.Value.Count > 0 && IsDeliverable(l.Key)));
    }

    /// <summary>The host's timer for digests, on every node, and everything that follows.</summary>
    internal void Compare(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            foreach (var node in Nodes)
            {
                node.Step(ScopeInput.DigestDue.Instance);
            }

            Settle();
        }
    }

    /// <summary>Every node shows what all nodes with which it is connected, and itself, really have.</summary>
    internal void AssertConverged()
    {
        foreach (var node in Nodes)
        {
            var visible = Nodes.Where(n => n == node || AreConnected(n, node)).SelectMany(n => n.Truth.Memberships());
            var expected = visible.GroupBy(m => m.Group).OrderBy(g => g.Key)
                .Select(g => $"{g.Key}: {ScopeIds.Sorted(g.Select(m => m.Member))}");
            Assert.Equal(string.Join("; ", expected), node.Probe.Everything);
        }
    }

    private bool IsDeliverable((NodeId From, NodeId To) link) =>
        _nodes.TryGetValue(link.To.Name, out var node)
        && _links[link].First!.Value.Session <= node.LatestSessionWith(link.From);

    /// <summary>A frame on its way.</summary>
    internal sealed record Frame(NodeId From, long Session, ScopeMessage Message);
}
