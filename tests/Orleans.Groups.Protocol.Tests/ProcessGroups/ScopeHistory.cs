using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// A random history of a whole cluster, drawn from a seed; everything is checked at every step of it.
/// </summary>
internal sealed class ScopeHistory
{
    private readonly DeterministicRandom _random;
    private readonly ScopeWorld _world;
    private readonly bool _hasFaults;
    private readonly bool _hasDigests;
    private readonly Dictionary<NodeId, List<MemberId>> _members = [];
    private readonly List<string>? _trace;
    private long _lastOrdinal = 1;
    private long _lastMonitor;

    /// <param name="seed">Decides everything.</param>
    /// <param name="hasFaults">Whether links lose, double and reorder frames, which no correct host does.</param>
    /// <param name="hasDigests">Whether tables are compared now and then.</param>
    /// <param name="trace">Where to write down what all machines want done.</param>
    internal ScopeHistory(ulong seed, bool hasFaults, bool hasDigests, List<string>? trace = null)
    {
        _random = new DeterministicRandom(seed);
        _hasFaults = hasFaults;
        _hasDigests = hasDigests;
        _trace = trace;
        var settings = ScopeIds.Settings(maxMembershipsPerFrame: 1 + _random.Next(6));
        _world = new ScopeWorld(settings, [.. "abcd".Take(2 + _random.Next(3)).Select(c => c.ToString())]);
        foreach (var node in _world.Nodes)
        {
            node.Trace = trace;
        }
    }

    internal ScopeWorld World => _world;

    internal void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Step();
        }
    }

    /// <summary>All nodes run, nobody is without room, and all are connected by links without faults.</summary>
    internal void Heal()
    {
        foreach (var node in _world.Nodes)
        {
            if (!node.IsScopeRunning)
            {
                node.RestartScope();
            }

            foreach (var peer in node.ConnectedTo.ToList())
            {
                node.Step(new ScopeInput.Writable(peer, node.LatestSessionWith(peer), true));
                if (_world.Nodes.All(n => n.Id != peer))
                {
                    node.EndSession(peer);
                }
            }
        }

        _world.ConnectAll();
        _world.Settle();
    }

    private void Step()
    {
        var node = AnyNode();
        switch (_random.Next(100))
        {
            case < 30: Change(node); break;
            case < 62: DeliverSomething(); break;
            case < 70: node.FlushIfWanted(); break;
            case < 73: Compare(node); break;
            case < 76: Disconnect(node, AnyNode()); break;
            case < 83: Connect(node, AnyNode()); break;
            case < 85: StopOrRestart(node); break;
            case < 86: Replace(node); break;
            case < 90: ToggleRoom(node); break;
            case < 94: ChangeMonitors(node); break;
            default: DisturbSomething(); break;
        }
    }

    private ScopeNode AnyNode() => _world.Nodes.ElementAt(_random.Next(_world.Nodes.Count()));

    private void Change(ScopeNode node)
    {
        var members = MembersOf(node);
        if (members.Count < 6)
        {
            members.Add(node.NewMember());
        }

        var groups = ScopeSteps.Groups(_random);
        ImmutableArray<MemberId> some =
            [.. Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => members[_random.Next(members.Count)])];
        switch (_random.Next(9))
        {
            case < 5:
                node.Join(groups, some);
                break;
            case < 8:
                node.Leave(groups, some);
                break;
            default:
                node.End([.. some.Distinct()]);
                members.RemoveAll(m => some.Contains(m) && _random.Next(3) > 0); // Some are used on, though ended.
                break;
        }
    }

    private List<MemberId> MembersOf(ScopeNode node)
    {
        if (!_members.TryGetValue(node.Id, out var members))
        {
            _members.Add(node.Id, members = []);
        }

        return members;
    }

    private void DeliverSomething()
    {
        var links = _world.Links.Where(l => l.Value.Count > 0).Select(l => l.Key).ToList();
        if (links.Count > 0)
        {
            var (from, to) = links[_random.Next(links.Count)];
            for (var i = 1 + _random.Next(4); i > 0 && _world.DeliverOne(from, to); i--)
            {
            }
        }
    }

    private void Compare(ScopeNode node)
    {
        if (_hasDigests)
        {
            node.Step(ScopeInput.DigestDue.Instance);
        }
    }

    private void Disconnect(ScopeNode node, ScopeNode other)
    {
        if (_random.Next(2) == 0)
        {
            _world.Cut(node, other);
        }
        else
        {
            node.EndSession(other.Id); // The other end does not notice.
        }
    }

    private void Connect(ScopeNode node, ScopeNode other)
    {
        if (node == other || _world.AreConnected(node, other))
        {
            return;
        }

        if (_random.Next(3) > 0)
        {
            _world.Connect(node, other);
        }
        else
        {
            node.Begin(other.Id, _world.NewSession(node.Id, other.Id)); // The other end begins later, or never.
        }
    }

    private void StopOrRestart(ScopeNode node)
    {
        if (node.IsScopeRunning && _random.Next(2) == 0)
        {
            node.StopScope();
        }
        else
        {
            node.RestartScope();
            node.Probe.Verify();
        }
    }

    /// <summary>A node is killed and begins a new life; the others learn of the end later, or at the healing.</summary>
    private void Replace(ScopeNode node)
    {
        _world.Kill(node);
        var next = _world.Start(ScopeIds.Node(node.Id.Name, ++_lastOrdinal));
        next.Trace = _trace;
        foreach (var other in _world.Nodes.Where(_ => _random.Next(2) == 0))
        {
            other.EndSession(node.Id);
        }
    }

    private void ToggleRoom(ScopeNode node)
    {
        foreach (var peer in node.ConnectedTo.ToList())
        {
            node.Step(new ScopeInput.Writable(peer, node.LatestSessionWith(peer), _random.Next(2) == 0));
        }
    }

    private void ChangeMonitors(ScopeNode node)
    {
        var members = MembersOf(node);
        var running = node.Probe.Monitors.ToList();
        if (running.Count > 3)
        {
            node.Step(new ScopeInput.StopMonitor(running[_random.Next(running.Count)]));
        }
        else if (running.Count > 0 && _random.Next(3) == 0)
        {
            node.Step(new ScopeInput.RestartMonitor(running[_random.Next(running.Count)]));
        }
        else
        {
            var group = _random.Next(2) == 0 ? default(GroupName?) : ScopeSteps.Groups(_random)[0];
            var owner = members.Count > 0 && _random.Next(2) == 0 ? members[_random.Next(members.Count)] : null;
            node.Step(new ScopeInput.StartMonitor(++_lastMonitor, group, owner));
        }
    }

    private void DisturbSomething()
    {
        var links = _world.Links.Where(l => l.Value.Count > 0).Select(l => l.Value).ToList();
        if (!_hasFaults || links.Count == 0)
        {
            return;
        }

        var link = links[_random.Next(links.Count)];
        var frame = link.ElementAt(_random.Next(link.Count));
        switch (_random.Next(3))
        {
            case 0:
                link.Remove(frame);
                break;
            case 1:
                link.AddLast(frame); // Doubled, and late.
                break;
            default:
                link.Remove(frame);
                link.AddFirst(frame); // Overtakes the others.
                break;
        }
    }
}
