using System.Collections.Immutable;
using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>A monitor and its consumer, who reads when it likes (rule P4).</summary>
internal sealed class SimMonitor
{
    private readonly SimScopeLife _life;
    private readonly MonitorQueue _queue;
    private readonly GroupName? _group;
    private readonly long _ref;
    private bool _hasEnded;

    internal SimMonitor(SimScopeLife life, long number, GroupName? group)
    {
        _life = life;
        _group = group;
        Number = number;
        _ref = life.Node.NextMonitorRef();
        _queue = new MonitorQueue(life.Node.World.Settings.MonitorChanges);
    }

    internal long Number { get; }

    internal void Started(MembershipSnapshot snapshot, long since) =>
        _life.Node.Log(new LogEvent.MonStart(_life.Scope.Name.Value, _ref, _group?.Value, Of(snapshot), since));

    internal void Notify(ImmutableArray<ScopeEvent> events)
    {
        if (!_hasEnded)
        {
            _queue.Enqueue(events);
        }
    }

    internal void Restart(MembershipSnapshot snapshot)
    {
        if (!_hasEnded)
        {
            _queue.Restart(snapshot);
        }
    }

    internal void End(MonitorEndReason reason)
    {
        if (!_hasEnded)
        {
            _hasEnded = true;
            _life.Node.Log(new LogEvent.MonEnd(_life.Scope.Name.Value, _ref, reason.ToString()));
        }
    }

    /// <summary>The consumer reads so many changes, or all that are there.</summary>
    internal void Read(int most)
    {
        for (var count = 0; count < most && TryRead(out var change); count++)
        {
            Log(change!);
        }
    }

    private bool TryRead(out MembershipChange? change)
    {
        change = null;
        if (_hasEnded)
        {
            return false;
        }

        if (_queue.TryRead(out change))
        {
            return true;
        }

        if (!_queue.NeedsRestart)
        {
            return false;
        }

        _life.Node.World.Note(Mark.MonitorOverflowed);
        _life.RestartMonitor(Number);
        return !_hasEnded && _queue.TryRead(out change);
    }

    private void Log(MembershipChange change)
    {
        var kind = change.Kind switch
        {
            MembershipChangeKind.Joined => MonChange.Joined,
            MembershipChangeKind.Left => MonChange.Left,
            _ => MonChange.Restarted,
        };
        if (change.Reason == ChangeReason.Resynced)
        {
            _life.Node.World.Note(Mark.ChangeByResync);
        }

        _life.Node.Log(new LogEvent.MonEvent(
            _life.Scope.Name.Value,
            _ref,
            change.Number,
            kind,
            change.Group.IsDefault ? "" : change.Group.Value,
            change.Members.IsDefault ? [] : [.. change.Members.Select(_life.Node.World.TextOf)],
            change.Reason.ToString(),
            change.Snapshot is { } snapshot ? Of(snapshot) : null));
    }

    private Held[] Of(MembershipSnapshot snapshot) =>
    [
        .. snapshot.Groups.SelectMany(group =>
            group.Members.Select(member => new Held(group.Group.Value, _life.Node.World.TextOf(member)))),
    ];
}
