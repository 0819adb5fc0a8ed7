using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Orleans.Groups.Protocol;

/// <summary>What one node knows of the groups of one scope. Read by any thread without a lock; written by the scope machine alone.</summary>
/// <remarks>Source: pg.erl, the ets table of a scope. Differs from pg: reads copy nothing, and a stopped scope is simply empty (PD7).</remarks>
internal sealed class ScopeRegistry
{
    private readonly ConcurrentDictionary<string, GroupCell> _cells = new(); // Never enumerated.
    private readonly SnapshotBag<GroupName> _groups = new();
    private readonly SnapshotBag<GroupName> _localGroups = new();
    private readonly List<MemberId> _removed = [];
    private readonly List<MemberId> _added = [];
    private int _lastCell;

    /// <summary>Number of groups with members. O(1).</summary>
    internal int GroupCount => _groups.Count;

    /// <summary>Number of groups with members of this node. O(1).</summary>
    internal int LocalGroupCount => _localGroups.Count;

    /// <summary>All memberships of a group; empty for an unknown one.</summary>
    internal ImmutableArray<MemberId> GetMembers(GroupName group) =>
        _cells.TryGetValue(group.Value, out var cell) ? cell.All.Snapshot : [];

    /// <summary>The memberships that members of this node have in a group.</summary>
    internal ImmutableArray<MemberId> GetLocalMembers(GroupName group) =>
        _cells.TryGetValue(group.Value, out var cell) ? cell.Local.Snapshot : [];

    /// <summary>All groups with members, in the order in which this node learned of them.</summary>
    internal ImmutableArray<GroupName> GetGroups() => _groups.Snapshot;

    /// <summary>All groups with members of this node, in the order in which they became so.</summary>
    internal ImmutableArray<GroupName> GetLocalGroups() => _localGroups.Snapshot;

    /// <summary>Number of memberships of a group. O(1).</summary>
    internal int CountMembers(GroupName group) => _cells.TryGetValue(group.Value, out var cell) ? cell.All.Count : 0;

    /// <summary>Number of memberships that members of this node have in a group. O(1).</summary>
    internal int CountLocalMembers(GroupName group) =>
        _cells.TryGetValue(group.Value, out var cell) ? cell.Local.Count : 0;

    /// <summary>A handle to a group that exists; <see langword="null"/> for an unknown one.</summary>
    internal GroupCell? Find(GroupName group) =>
        _cells.TryGetValue(group.Value, out var cell) && cell.All.Count > 0 ? cell : null;

    /// <summary>Writer only: the cell of a group that exists, or one that the running operation has made.</summary>
    internal bool TryGetCell(GroupName group, [MaybeNullWhen(false)] out GroupCell cell) =>
        _cells.TryGetValue(group.Value, out cell);

    /// <summary>Writer only: the cell of a group to which the running operation adds members. To readers it stays unknown until then.</summary>
    internal GroupCell FindOrCreate(GroupName group)
    {
        if (!_cells.TryGetValue(group.Value, out var cell))
        {
            cell = new GroupCell(group, ++_lastCell);
            _cells[group.Value] = cell;
        }

        return cell;
    }

    /// <summary>Writer only: publishes one group's changes of an operation, as one change. The only place where groups end.</summary>
    /// <param name="cell">The group.</param>
    /// <param name="changes">The operation.</param>
    /// <param name="isLocal">Whether the members live on this node.</param>
    internal void Publish(GroupCell cell, ChangeSet changes, bool isLocal)
    {
        var existed = cell.All.Count > 0;
        var existedLocally = cell.Local.Count > 0;
        if (changes.IsSingle(cell, out var member, out var isAdded))
        {
            PublishOne(cell, member, isAdded, isLocal);
        }
        else
        {
            PublishMany(cell, changes, isLocal);
        }

        var exists = cell.All.Count > 0;
        if (isLocal)
        {
            NoteChange(_localGroups, cell.Name, existedLocally, cell.Local.Count > 0);
        }

        NoteChange(_groups, cell.Name, existed, exists);
        if (!exists)
        {
            var isKnown = _cells.TryRemove(cell.Name.Value, out _);
            Invariant.Require(isKnown, "a group that ends was known");
            cell.MarkRemoved();
        }
    }

    /// <summary>Writer only: forgets everything.</summary>
    internal void Clear()
    {
        foreach (var group in _groups.Snapshot)
        {
            if (_cells.TryGetValue(group.Value, out var cell))
            {
                cell.Local.Clear();
                cell.All.Clear();
                cell.MarkRemoved();
            }
        }

        _localGroups.Clear();
        _groups.Clear();
        _cells.Clear();
    }

    private static void PublishOne(GroupCell cell, MemberId member, bool isAdded, bool isLocal)
    {
        if (isAdded)
        {
            cell.All.Add(member);
            if (isLocal)
            {
                cell.Local.Add(member);
            }

            return;
        }

        if (isLocal)
        {
            cell.Local.Remove(member);
        }

        cell.All.Remove(member);
    }

    private void PublishMany(GroupCell cell, ChangeSet changes, bool isLocal)
    {
        changes.Expand(cell, _removed, _added);
        var removed = CollectionsMarshal.AsSpan(_removed);
        var added = CollectionsMarshal.AsSpan(_added);
        if (isLocal && removed.Length > 0)
        {
            cell.Local.Change(removed, []);
        }

        cell.All.Change(removed, added);
        if (isLocal && added.Length > 0)
        {
            cell.Local.Change([], added);
        }

        _removed.Clear();
        _added.Clear();
    }

    private static void NoteChange(SnapshotBag<GroupName> names, GroupName name, bool existed, bool exists)
    {
        if (existed == exists)
        {
            return;
        }

        if (exists)
        {
            names.Add(name);
        }
        else
        {
            names.Remove(name);
        }
    }
}
