using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>A client's copy of a scope, for reads from any thread without a lock or a call.</summary>
internal sealed class ScopeMirror(SessionKeeper keeper, ScopeName scope) : ClientWatch(keeper, scope)
{
    /// <summary>A change of more members is acknowledged at once: it takes much of what the silo sends ahead.</summary>
    private const int ToldAtOnce = 128;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, TaskCompletionSource<bool>> _marks = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private State _state = new();
    private long _lastMark;

    /// <summary>Completes with the first snapshot.</summary>
    internal Task Ready => _ready.Task;

    /// <summary>Number of groups with members.</summary>
    internal int GroupCount => Current.Groups.Count;

    /// <summary>All groups with members.</summary>
    internal ImmutableArray<GroupName> Groups => Current.Groups.Items;

    private State Current => Volatile.Read(ref _state);

    /// <summary>All memberships of a group.</summary>
    internal ImmutableArray<MemberId> GetMembers(GroupName group) => Find(group)?.Members.Items ?? [];

    /// <summary>How many they are.</summary>
    internal int CountMembers(GroupName group) => Find(group)?.Members.Count ?? 0;

    /// <summary>
    /// Those of the client's own members. Made anew after a change of the group, or of the client's ids.
    /// </summary>
    internal ImmutableArray<MemberId> GetLocalMembers(GroupName group) => Find(group)?.GetLocal(Keeper) ?? [];

    /// <summary>The groups that have some of the client's own members.</summary>
    internal ImmutableArray<GroupName> GetLocalGroups() =>
        [.. Groups.Where(group => GetLocalMembers(group).Length > 0)];

    /// <summary>
    /// A mark that the silo is to send behind a change, and its arrival: <see langword="false"/> when the session was
    /// lost before.
    /// </summary>
    internal (long Mark, Task<bool> Arrived) NewMark()
    {
        lock (_gate)
        {
            var arrived = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _marks.Add(++_lastMark, arrived);
            return (_lastMark, arrived.Task);
        }
    }

    /// <summary>A mark will not come, or is not waited for.</summary>
    internal void DropMark(long mark) => TakeMark(mark);

    /// <inheritdoc/>
    internal override void TakeMark(long mark)
    {
        TaskCompletionSource<bool>? arrived;
        lock (_gate)
        {
            _marks.Remove(mark, out arrived);
        }

        arrived?.TrySetResult(true);
    }

    /// <inheritdoc/>
    internal override StartMonitor Describe() => new() { Handle = Handle, Scope = Scope.Value };

    /// <inheritdoc/>
    /// <remarks>The scope does not run there any more: it is empty.</remarks>
    internal override void EndHere(MonitorEndReason reason)
    {
        Volatile.Write(ref _state, new State());
        _ready.TrySetResult();
        DropAllMarks();
    }

    /// <inheritdoc/>
    /// <remarks>It has not started: nobody waits for marks of it.</remarks>
    internal override void Forget()
    {
        base.Forget();
        DropAllMarks();
    }

    /// <inheritdoc/>
    protected override void Apply(
        SessionLife life,
        MonitorPartKind kind,
        ChangeReason reason,
        List<GroupPart> groups)
    {
        if (kind is MonitorPartKind.Joined or MonitorPartKind.Left)
        {
            var members = groups.SelectMany(static part => part.Members).ToArray();
            _state.Change(new GroupName(groups[0].Group), members, kind == MonitorPartKind.Joined);
        }
        else
        {
            var state = new State();
            foreach (var group in ToSnapshot(groups).Groups)
            {
                state.Change(group.Group, ImmutableCollectionsMarshal.AsArray(group.Members)!, isAdded: true);
            }

            Volatile.Write(ref _state, state);
            _ready.TrySetResult();
        }

        NoteHandled(life, isIdle: groups.Sum(static part => part.Members.Length) > ToldAtOnce);
    }

    /// <inheritdoc/>
    /// <remarks>The marks of another session do not come any more.</remarks>
    protected override void OnRebound()
    {
        base.OnRebound();
        DropAllMarks();
    }

    private Cell? Find(GroupName group) => Current.Cells.GetValueOrDefault(group);

    private void DropAllMarks()
    {
        List<TaskCompletionSource<bool>> marks;
        lock (_gate)
        {
            marks = [.. _marks.Values];
            _marks.Clear();
        }

        foreach (var mark in marks)
        {
            mark.TrySetResult(false);
        }
    }

    /// <summary>All groups since a snapshot. Changed by one thread at a time.</summary>
    private sealed class State
    {
        private SnapshotBag<GroupName> _groups = SnapshotBag<GroupName>.Empty;

        internal ConcurrentDictionary<GroupName, Cell> Cells { get; } = new();

        internal SnapshotBag<GroupName> Groups => Volatile.Read(ref _groups);

        internal void Change(GroupName group, MemberId[] members, bool isAdded)
        {
            if (!Cells.TryGetValue(group, out var cell))
            {
                cell = new Cell();
                Cells[group] = cell;
                Volatile.Write(ref _groups, _groups.Add(group));
            }

            cell.Change(isAdded ? [] : members, isAdded ? members : []);
            if (cell.Members.Count == 0)
            {
                Cells.TryRemove(group, out _);
                Volatile.Write(ref _groups, _groups.Remove(group));
            }
        }
    }

    /// <summary>One group.</summary>
    private sealed class Cell
    {
        private SnapshotBag<MemberId> _members = SnapshotBag<MemberId>.Empty;
        private Local? _local;

        internal SnapshotBag<MemberId> Members => Volatile.Read(ref _members);

        internal void Change(MemberId[] removed, MemberId[] added) =>
            Volatile.Write(ref _members, _members.Change(removed, added));

        internal ImmutableArray<MemberId> GetLocal(SessionKeeper keeper)
        {
            var members = Members;
            var version = keeper.IdsVersion;
            if (_local is not { } local || local.Version != version || !ReferenceEquals(local.Source, members))
            {
                local = new Local(members, version, [.. members.Items.Where(id => keeper.FindMember(id) is not null)]);
                _local = local;
            }

            return local.Members;
        }

        private sealed record Local(SnapshotBag<MemberId> Source, long Version, ImmutableArray<MemberId> Members);
    }
}
