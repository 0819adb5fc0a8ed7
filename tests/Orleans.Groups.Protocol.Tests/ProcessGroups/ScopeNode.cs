using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// A node of a <see cref="ScopeWorld"/>: hosts one life of the scope after the other, and does what it wants.
/// </summary>
internal sealed class ScopeNode
{
    private readonly ScopeWorld _world;
    private readonly ScopeSettings _settings;
    private readonly SortedDictionary<NodeId, long> _sessions = [];
    private readonly Dictionary<NodeId, long> _latest = [];
    private readonly HashSet<MemberId> _ended = [];
    private readonly Queue<MemberId> _endNotices = new();
    private int _lastMember;

    internal ScopeNode(ScopeWorld world, NodeId id, ScopeSettings settings)
    {
        _world = world;
        _settings = settings;
        Id = id;
        Probe = new ScopeProbe(id, 1, settings);
    }

    internal NodeId Id { get; }

    /// <summary>The present life of the scope.</summary>
    internal ScopeProbe Probe { get; private set; }

    /// <summary>What its members have really joined in this life of the scope.</summary>
    internal ScopeTruth Truth { get; } = new();

    /// <summary>Everything the machine wanted done, as text, if somebody listens.</summary>
    internal List<string>? Trace { get; set; }

    internal bool IsScopeRunning { get; private set; } = true;

    internal IEnumerable<NodeId> ConnectedTo => _sessions.Keys;

    internal MemberId NewMember() => ScopeIds.Member(Id, ++_lastMember);

    internal long? SessionWith(NodeId node) => _sessions.TryGetValue(node, out var session) ? session : null;

    internal long LatestSessionWith(NodeId node) => _latest.GetValueOrDefault(node);

    /// <summary>This end begins a session; the other end does so by itself.</summary>
    internal void Begin(NodeId node, long session)
    {
        EndSession(node);
        _sessions[node] = session;
        _latest[node] = session;
        Step(new ScopeInput.PeerUp(node, session));
    }

    /// <summary>This end loses its session, if it has one.</summary>
    internal void EndSession(NodeId node)
    {
        if (_sessions.Remove(node, out var session))
        {
            Step(new ScopeInput.PeerDown(node, session));
        }
    }

    internal void Receive(ScopeWorld.Frame frame)
    {
        Step(new ScopeInput.Received(frame.From, frame.Session, frame.Message));
        if (IsScopeRunning && frame.Session != SessionWith(frame.From))
        {
            Assert.Equal([ScopeTrace.NotInSession], Probe.Traces);
            Assert.Single(Probe.Effects);
        }
    }

    internal void Join(GroupName group, params MemberId[] members) => Join([group], [.. members]);

    internal void Join(ImmutableArray<GroupName> groups, ImmutableArray<MemberId> members)
    {
        Step(groups.Length == 1 && members.Length == 1
            ? new ScopeInput.JoinOne(groups[0], members[0])
            : new ScopeInput.Join(groups, members));
        var answer = Assert.Single(Probe.Effects.OfType<ScopeEffect.JoinAnswered>()).Result;
        Assert.Equal(IsScopeRunning ? JoinStatus.Joined : JoinStatus.ShuttingDown, answer.Status);
        Assert.Equal(IsScopeRunning ? groups.Length * members.Length : 0, answer.Added);
        if (IsScopeRunning)
        {
            Truth.Join(groups, members);
        }

        GiveEndNotices();
    }

    internal void Leave(GroupName group, params MemberId[] members) => Leave([group], [.. members]);

    internal void Leave(ImmutableArray<GroupName> groups, ImmutableArray<MemberId> members)
    {
        Step(groups.Length == 1 && members.Length == 1
            ? new ScopeInput.LeaveOne(groups[0], members[0])
            : new ScopeInput.Leave(groups, members));
        var answer = Assert.Single(Probe.Effects.OfType<ScopeEffect.LeaveAnswered>()).Result;
        if (IsScopeRunning)
        {
            var expected = Truth.Leave(groups, members);
            Assert.Equal(expected, answer.Removed);
            Assert.Equal(expected.Count > 0 ? LeaveStatus.Left : LeaveStatus.NotJoined, answer.Status);
        }
    }

    /// <summary>Members end; if they are watched the machine is told now.</summary>
    internal void End(params MemberId[] members)
    {
        _ended.UnionWith(members);
        foreach (var member in members)
        {
            Truth.End(member);
        }

        Probe.End(members);
        Perform();
    }

    /// <summary>The scope stops with a goodbye.</summary>
    internal void StopScope()
    {
        Step(ScopeInput.Stop.Instance);
        IsScopeRunning = false;
        Truth.Clear();
    }

    /// <summary>Another life of the scope begins, after a goodbye or without one, in the sessions that run.</summary>
    internal void RestartScope()
    {
        Truth.Clear();
        IsScopeRunning = true;
        Probe = new ScopeProbe(Id, Probe.Id.Counter + 1, _settings);
        foreach (var (node, session) in _sessions)
        {
            Step(new ScopeInput.PeerUp(node, session));
        }
    }

    internal void FlushIfWanted()
    {
        if (Probe.IsFlushWanted)
        {
            Step(ScopeInput.Flush.Instance);
        }
    }

    internal void Step(ScopeInput input)
    {
        Probe.Step(input);
        Perform();
    }

    private void Perform()
    {
        foreach (var effect in Probe.Effects)
        {
            Trace?.Add($"{Id.Name} {ScopeText.Of(effect)}");
            if (effect is ScopeEffect.Send send && SessionWith(send.Node) == send.Session)
            {
                _world.Send(Id, send.Node, send.Session, send.Message);
            }
            else if (effect is ScopeEffect.Watch watch && _ended.Contains(watch.Member))
            {
                _endNotices.Enqueue(watch.Member);
            }
        }
    }

    /// <summary>Rule P5: whoever watches a member that has ended is told at once, but in a step of its own.</summary>
    private void GiveEndNotices()
    {
        while (_endNotices.TryDequeue(out var member))
        {
            End(member);
        }
    }
}
