using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <content>Monitors: an exact snapshot, then every change (rule P4).</content>
/// <remarks>
/// Source: pg.erl, monitor_scope, monitor, demonitor and notify_group. Differs from pg: a monitor and a membership of
/// one member are kept apart, so that its end can not be taken for the wrong one (PD5).
/// </remarks>
internal sealed partial class ScopeMachine
{
    private readonly OrderedTable<long, Monitor> _monitors = new();
    private readonly OrderedTable<long, Monitor> _scopeMonitors = new();
    private readonly Dictionary<GroupName, List<long>> _groupMonitors = []; // Looked up only, never enumerated.

    private void OnStartMonitor(ScopeInput.StartMonitor start, EffectList<ScopeEffect> effects)
    {
        if (start.Owner is { } owner && !IsLocal(owner, effects))
        {
            return;
        }

        if (!HasRoomForMonitor(effects))
        {
            return;
        }

        var monitor = new Monitor(start.Group, start.Owner);
        _monitors.FindOrAdd(start.Monitor, out var isNew) = monitor;
        Invariant.Require(isNew, "the number of a monitor is used once");
        if (start.Group is { } group)
        {
            if (!_groupMonitors.TryGetValue(group, out var list))
            {
                _groupMonitors.Add(group, list = []);
            }

            list.Add(start.Monitor);
        }
        else
        {
            _scopeMonitors.FindOrAdd(start.Monitor, out _) = monitor;
        }

        if (start.Owner is { } watched)
        {
            var member = _members.TryGet(watched, out var known) ? known : Adopt(watched, effects);
            (member.Monitors ??= []).Add(start.Monitor);
        }

        effects.Add(new ScopeEffect.MonitorStarted(start.Monitor, TakeSnapshot(start.Group)));
    }

    private void OnStopMonitor(ScopeInput.StopMonitor stop, EffectList<ScopeEffect> effects)
    {
        if (!_monitors.TryGet(stop.Monitor, out var monitor))
        {
            return;
        }

        RemoveMonitor(stop.Monitor, monitor);
        if (monitor.Owner is { } owner && _members.TryGet(owner, out var member))
        {
            member.Monitors?.Remove(stop.Monitor);
            ReleaseIfIdle(member, effects);
        }
    }

    private void OnRestartMonitor(ScopeInput.RestartMonitor restart, EffectList<ScopeEffect> effects)
    {
        if (_monitors.TryGet(restart.Monitor, out var monitor))
        {
            effects.Add(new ScopeEffect.MonitorRestarted(restart.Monitor, TakeSnapshot(monitor.Group)));
        }
    }

    /// <summary>
    /// The monitors of a member that has ended end before its memberships do, and hear nothing of it.
    /// </summary>
    private void EndMonitorsOf(LocalMember owner, EffectList<ScopeEffect> effects)
    {
        if (owner.Monitors is not { } monitors)
        {
            return;
        }

        foreach (var id in monitors)
        {
            var isKnown = _monitors.TryGet(id, out var monitor);
            Invariant.Require(isKnown, "a member owns only monitors that run");
            RemoveMonitor(id, monitor!);
            effects.Add(new ScopeEffect.MonitorEnded(id, MonitorEndReason.OwnerEnded));
        }
    }

    private void RemoveMonitor(long id, Monitor monitor)
    {
        _monitors.Remove(id);
        if (monitor.Group is not { } group)
        {
            _scopeMonitors.Remove(id);
            return;
        }

        var list = _groupMonitors[group];
        list.Remove(id);
        if (list.Count == 0)
        {
            _groupMonitors.Remove(group);
        }
    }

    /// <summary>
    /// Tells the running operation: to the monitors of the scope all of it, then to those of a group what concerns it.
    /// </summary>
    private void NotifyMonitors(EffectList<ScopeEffect> effects)
    {
        var builder = ImmutableArray.CreateBuilder<ScopeEvent>();
        if (_scopeMonitors.Count > 0)
        {
            for (var index = 0; index < _changes.Cells.Count; index++)
            {
                _changes.AddEvents(_changes.Cells[index], builder);
            }

            var events = builder.DrainToImmutable();
            for (var at = 0; _scopeMonitors.Next(ref at, out var monitor);)
            {
                effects.Add(new ScopeEffect.Notify(monitor, events));
            }
        }

        if (_groupMonitors.Count == 0)
        {
            return;
        }

        for (var index = 0; index < _changes.Cells.Count; index++)
        {
            var cell = _changes.Cells[index];
            if (_groupMonitors.TryGetValue(cell.Name, out var list))
            {
                _changes.AddEvents(cell, builder);
                var events = builder.DrainToImmutable();
                foreach (var monitor in list)
                {
                    effects.Add(new ScopeEffect.Notify(monitor, events));
                }
            }
        }
    }

    private MembershipSnapshot TakeSnapshot(GroupName? group)
    {
        if (group is { } one)
        {
            var members = _registry.GetMembers(one);
            return new MembershipSnapshot(members.IsEmpty ? [] : [new GroupMembers(one, members)]);
        }

        var names = _registry.GetGroups();
        var groups = ImmutableArray.CreateBuilder<GroupMembers>(names.Length);
        foreach (var name in names)
        {
            groups.Add(new GroupMembers(name, _registry.GetMembers(name)));
        }

        return new MembershipSnapshot(groups.MoveToImmutable());
    }

    /// <summary>A running monitor.</summary>
    /// <param name="Group">What it watches; <see langword="null"/> for the scope.</param>
    /// <param name="Owner">With whom it ends.</param>
    private sealed record Monitor(GroupName? Group, MemberId? Owner);
}
