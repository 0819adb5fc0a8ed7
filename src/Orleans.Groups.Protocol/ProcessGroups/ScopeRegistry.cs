using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Threading;

namespace Orleans.Groups.Protocol;

/// <summary>
/// What one node knows of the groups of one scope. Read by any thread without a lock; written by the scope machine
/// alone.
/// </summary>
/// <remarks>
/// Source: pg.erl, the ets table of a scope. Differs from pg: reads copy nothing, and a stopped scope is simply empty
/// (PD7).
/// </remarks>
internal sealed class ScopeRegistry
{
    private readonly GroupTable _cells = new();
    private readonly List<MemberId> _removed = [];
    private readonly List<MemberId> _added = [];
    private readonly NameChanges _changes = new();
    private readonly NameChanges _localChanges = new();
    private SnapshotBag<GroupName> _groups = SnapshotBag<GroupName>.Empty;
    private SnapshotBag<GroupName> _localGroups = SnapshotBag<GroupName>.Empty;

    /// <summary>Number of groups with members. O(1).</summary>
    internal int GroupCount => Volatile.Read(ref _groups).Count;

    /// <summary>Number of memberships in all groups. O(1); for diagnostics.</summary>
    internal long MembershipCount { get; private set; }

    /// <summary>Number of groups with members of this node. O(1).</summary>
    internal int LocalGroupCount => Volatile.Read(ref _localGroups).Count;

    /// <summary>All memberships of a group; empty for an unknown one.</summary>
    internal ImmutableArray<MemberId> GetMembers(GroupName group) => _cells.Find(group.Value)?.Members ?? [];

    /// <summary>The memberships that members of this node have in a group.</summary>
    internal ImmutableArray<MemberId> GetLocalMembers(GroupName group) => _cells.Find(group.Value)?.LocalMembers ?? [];

    /// <summary>All groups with members, in the order in which this node learned of them.</summary>
    internal ImmutableArray<GroupName> GetGroups() => Volatile.Read(ref _groups).Items;

    /// <summary>All groups with members of this node, in the order in which they became so.</summary>
    internal ImmutableArray<GroupName> GetLocalGroups() => Volatile.Read(ref _localGroups).Items;

    /// <summary>Number of memberships of a group. O(1).</summary>
    internal int CountMembers(GroupName group) => _cells.Find(group.Value)?.Count ?? 0;

    /// <summary>Number of memberships that members of this node have in a group. O(1).</summary>
    internal int CountLocalMembers(GroupName group) => _cells.Find(group.Value)?.LocalCount ?? 0;

    /// <summary>A handle to a group that exists; <see langword="null"/> for an unknown one.</summary>
    internal GroupCell? Find(GroupName group) => _cells.Find(group.Value) is { Count: > 0 } cell ? cell : null;

    /// <summary>
    /// Writer only: the cell of a group to which the running operation adds members. Unknown to readers until then.
    /// </summary>
    internal GroupCell FindOrCreate(GroupName group)
    {
        var hash = GroupCell.HashOf(group.Value);
        return _cells.Find(group.Value, hash) ?? Create(group, hash);
    }

    /// <summary>Writer only: the same for a group that has no cell, with the hash of its name.</summary>
    internal GroupCell Create(GroupName group, int hash)
    {
        var cell = new GroupCell(group, hash);
        _cells.Add(cell);
        return cell;
    }

    /// <summary>Writer only: number of cells; that of the groups unless an operation is running.</summary>
    internal int CellCount => _cells.Count;

    /// <summary>Writer only: the cell of a group, be it one that the running operation has made.</summary>
    internal GroupCell? FindCell(GroupName group) => _cells.Find(group.Value);

    /// <summary>Writer only: the same, with the hash of the name.</summary>
    internal GroupCell? FindCell(GroupName group, int hash) => _cells.Find(group.Value, hash);

    /// <summary>
    /// Writer only: publishes an operation: the members of each group as one change, then the names of all groups that
    /// appeared or ended as one change. The only place where groups end.
    /// </summary>
    /// <param name="changes">The operation.</param>
    /// <param name="isLocal">Whether the members live on this node.</param>
    internal void Publish(ChangeSet changes, bool isLocal)
    {
        for (var index = 0; index < changes.Cells.Count; index++)
        {
            var cell = changes.Cells[index];
            var existed = cell.Count > 0;
            var existedLocally = cell.LocalCount > 0;
            PublishMembers(cell, changes, isLocal);
            _changes.Note(cell.Name, existed, cell.Count > 0);
            _localChanges.Note(cell.Name, existedLocally, cell.LocalCount > 0);
            if (cell.Count == 0)
            {
                _cells.Remove(cell);
                cell.MarkRemoved();
            }
        }

        // While all groups are local ones, both lists are one object.
        var areSame = ReferenceEquals(_groups, _localGroups) && _changes.Equals(_localChanges);
        var groups = _changes.TakeTo(_groups);
        var localGroups = _localChanges.TakeTo(_localGroups, areSame ? groups : null);
        Volatile.Write(ref _groups, groups);
        Volatile.Write(ref _localGroups, localGroups);
    }

    /// <summary>Writer only: forgets everything.</summary>
    internal void Clear()
    {
        for (var at = 0; _cells.Next(ref at, out var cell);)
        {
            cell.Clear();
        }

        _cells.Clear();
        MembershipCount = 0;
        Volatile.Write(ref _localGroups, SnapshotBag<GroupName>.Empty);
        Volatile.Write(ref _groups, SnapshotBag<GroupName>.Empty);
    }

    private void PublishMembers(GroupCell cell, ChangeSet changes, bool isLocal)
    {
        if (changes.IsSingle(cell, out var member, out var isAdded))
        {
            var one = new ReadOnlySpan<MemberId>(in member);
            cell.Change(isAdded ? [] : one, isAdded ? one : [], isLocal);
            MembershipCount += isAdded ? 1 : -1;
            return;
        }

        changes.Expand(cell, _removed, _added);
        MembershipCount += _added.Count - _removed.Count;
        cell.Change(CollectionsMarshal.AsSpan(_removed), CollectionsMarshal.AsSpan(_added), isLocal);
        _removed.Clear();
        _added.Clear();
    }

    /// <summary>The groups that appeared or ended in the running operation.</summary>
    private sealed class NameChanges
    {
        private readonly List<GroupName> _ended = [];
        private readonly List<GroupName> _appeared = [];

        internal void Note(GroupName name, bool existed, bool exists)
        {
            if (existed != exists)
            {
                (exists ? _appeared : _ended).Add(name);
            }
        }

        /// <summary>Whether both name equally many groups; enough where one is a part of the other.</summary>
        internal bool Equals(NameChanges other) =>
            _ended.Count == other._ended.Count && _appeared.Count == other._appeared.Count;

        /// <summary>The state after these changes, be it known or not; they are forgotten.</summary>
        internal SnapshotBag<GroupName> TakeTo(SnapshotBag<GroupName> names, SnapshotBag<GroupName>? known = null)
        {
            var result = known
                ?? names.Change(CollectionsMarshal.AsSpan(_ended), CollectionsMarshal.AsSpan(_appeared));
            _ended.Clear();
            _appeared.Clear();
            return result;
        }
    }
}
