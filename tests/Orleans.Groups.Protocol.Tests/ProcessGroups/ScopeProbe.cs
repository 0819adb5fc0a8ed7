using System.Collections.Immutable;
using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// One scope machine with everything checked after every step: its invariants, that effects make sense one after the
/// other, and that every monitor, folded over its snapshot, shows what the registry shows.
/// </summary>
internal sealed class ScopeProbe
{
    private readonly EffectList<ScopeEffect> _effects = new();
    private readonly HashSet<MemberId> _watched = [];
    private readonly Dictionary<NodeId, long> _sessions = [];
    private readonly SortedDictionary<long, MonitorFold> _monitors = [];
    private bool _isFlushWanted;
    private long _lastMonitor;

    internal ScopeProbe(NodeId node, long counter = 1, ScopeSettings? settings = null)
    {
        Id = new ScopeId(node, counter);
        Machine = new ScopeMachine(Scope, Id, settings ?? Settings());
    }

    internal ScopeId Id { get; }

    internal NodeId Node => Id.Node;

    internal ScopeMachine Machine { get; }

    internal ScopeRegistry Registry => Machine.Registry;

    internal ScopeStatus Status => Machine.GetStatus();

    /// <summary>What the last step wanted done.</summary>
    internal ImmutableArray<ScopeEffect> Effects { get; private set; } = [];

    /// <summary>Whether the machine waits for a flush.</summary>
    internal bool IsFlushWanted => _isFlushWanted;

    internal IReadOnlySet<MemberId> Watched => _watched;

    internal IReadOnlyDictionary<NodeId, long> Sessions => _sessions;

    internal IEnumerable<long> Monitors => _monitors.Keys;

    /// <summary>Messages that the last step sent to a node, or to anybody.</summary>
    internal IEnumerable<ScopeMessage> SentTo(NodeId? node = null) => Effects
        .OfType<ScopeEffect.Send>().Where(s => node is null || s.Node == node).Select(s => s.Message);

    /// <summary>What the last step dropped.</summary>
    internal IEnumerable<ScopeTrace> Traces => Effects.OfType<ScopeEffect.Trace>().Select(t => t.Kind);

    /// <summary>
    /// One step; without <paramref name="verify"/> for large tables, where checking everything costs too much.
    /// </summary>
    internal ImmutableArray<ScopeEffect> Step(ScopeInput input, bool verify = true)
    {
        _effects.Clear();
        if (input is ScopeInput.Flush)
        {
            _isFlushWanted = false;
        }

        NoteSession(input);
        Machine.Step(input, _effects);
        Effects = [.. _effects.Effects];
        foreach (var effect in Effects)
        {
            Check(effect, input);
        }

        foreach (var sent in Effects.OfType<ScopeEffect.Send>().GroupBy(s => s.Node))
        {
            // The host can say that there is no room between two steps only.
            Assert.True(sent.Count(s => s.Message is ScopeMessage.Snapshot or ScopeMessage.Update) <= 1);
        }

        if (input is ScopeInput.StopMonitor stop)
        {
            _monitors.Remove(stop.Monitor);
        }

        if (verify)
        {
            Verify();
        }

        return Effects;
    }

    /// <summary>Recomputes all that the machine keeps, and what its monitors show.</summary>
    internal void Verify()
    {
        Machine.VerifyInvariants();
        Assert.Equal(_watched.Count, Status.LocalMemberCount);
        Assert.Equal(_monitors.Count, Status.MonitorCount);
        Assert.Equal(
            Machine.Registry.GetGroups().Sum(group => (long)Machine.Registry.CountMembers(group)),
            Status.MembershipCount);
        foreach (var monitor in _monitors.Values)
        {
            monitor.AssertShows(Registry);
        }
    }

    internal JoinResult Join(GroupName group, params MemberId[] members)
    {
        Step(members.Length == 1
            ? new ScopeInput.JoinOne(group, members[0])
            : new ScopeInput.Join([group], [.. members]));
        return Assert.Single(Effects.OfType<ScopeEffect.JoinAnswered>()).Result;
    }

    internal LeaveResult Leave(GroupName group, params MemberId[] members)
    {
        Step(members.Length == 1
            ? new ScopeInput.LeaveOne(group, members[0])
            : new ScopeInput.Leave([group], [.. members]));
        return Assert.Single(Effects.OfType<ScopeEffect.LeaveAnswered>()).Result;
    }

    internal void End(params MemberId[] members)
    {
        _watched.ExceptWith(members);
        Step(new ScopeInput.MembersEnded([.. members]));
    }

    internal void Up(NodeId node, long session = 1) => Step(new ScopeInput.PeerUp(node, session));

    internal void Down(NodeId node, long session = 1) => Step(new ScopeInput.PeerDown(node, session));

    internal void Receive(ScopeMessage message, long session = 1) =>
        Step(new ScopeInput.Received(message.From.Node, session, message));

    internal void Flush() => Step(ScopeInput.Flush.Instance);

    /// <summary>Starts a monitor of a group or of the scope and returns its number.</summary>
    internal long Watch(GroupName? group = null, MemberId? owner = null)
    {
        Step(new ScopeInput.StartMonitor(++_lastMonitor, group, owner));
        return _lastMonitor;
    }

    /// <summary>
    /// The last step's events for a monitor, for example <c>+g:a1,a1 Joined</c>; all in one notification.
    /// </summary>
    internal string Events(long monitor)
    {
        var notified = Effects.OfType<ScopeEffect.Notify>().Where(n => n.Monitor == monitor).ToList();
        Assert.True(notified.Count <= 1, "an operation is one notification");
        return string.Join(" | ", notified.SelectMany(n => n.Events).Select(ScopeText.Of));
    }

    internal string Members(GroupName group) => Sorted(Registry.GetMembers(group));

    internal string LocalMembers(GroupName group) => Sorted(Registry.GetLocalMembers(group));

    /// <summary>All that the registry shows, as text, the same for equal content.</summary>
    internal string Everything => string.Join("; ", Registry.GetGroups().Order().Select(g => $"{g}: {Members(g)}"));

    private void NoteSession(ScopeInput input)
    {
        if (input is ScopeInput.PeerUp up && up.Node != Node)
        {
            _sessions[up.Node] = up.Session;
        }
        else if (input is ScopeInput.PeerDown down && _sessions.GetValueOrDefault(down.Node) == down.Session)
        {
            _sessions.Remove(down.Node);
        }
    }

    private void Check(ScopeEffect effect, ScopeInput input)
    {
        switch (effect)
        {
            case ScopeEffect.Watch watch:
                Assert.True(_watched.Add(watch.Member), $"{watch.Member} is watched twice");
                break;
            case ScopeEffect.Unwatch unwatch:
                Assert.True(_watched.Remove(unwatch.Member), $"{unwatch.Member} is not watched");
                break;
            case ScopeEffect.FlushWanted:
                Assert.False(_isFlushWanted, "a flush is asked for once");
                _isFlushWanted = true;
                break;
            case ScopeEffect.Send send:
                Assert.Equal(_sessions.GetValueOrDefault(send.Node), send.Session);
                Assert.Equal(Id, send.Message.From);
                break;
            case ScopeEffect.MonitorStarted started:
                var start = Assert.IsType<ScopeInput.StartMonitor>(input);
                _monitors.Add(started.Monitor, new MonitorFold(start.Group, started.Snapshot));
                break;
            case ScopeEffect.MonitorRestarted restarted:
                _monitors[restarted.Monitor].Restart(restarted.Snapshot);
                break;
            case ScopeEffect.Notify notify:
                _monitors[notify.Monitor].Apply(notify.Events);
                break;
            case ScopeEffect.MonitorEnded { Reason: MonitorEndReason.OwnerEnded } ended:
                Assert.True(_monitors.Remove(ended.Monitor));
                break;
            case ScopeEffect.MonitorEnded ended:
                _monitors.Remove(ended.Monitor);
                break;
            default:
                break;
        }
    }
}
