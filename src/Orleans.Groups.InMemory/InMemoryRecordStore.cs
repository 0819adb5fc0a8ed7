using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.InMemory;

/// <summary>The record store of an in-memory cluster: who is in which ring. Lives as long as the cluster.</summary>
/// <remarks>
/// Its faults are for tests of how an application copes with them. All members may be called from any thread.
/// </remarks>
public sealed class InMemoryRecordStore : IRecordStore
{
    /// <summary>
    /// So many records are looked at for living members whenever one is made beyond
    /// <see cref="InMemoryClusterOptions.MaxEndedRecords"/>: more than are made, so that each has its turn.
    /// </summary>
    private const int MaxChecksPerRecord = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<GroupName, Cell> _cells = [];
    private readonly LinkedList<GroupName> _open = [];
    private readonly LinkedList<GroupName> _ended = [];
    private readonly Queue<Action> _heldRequests = new();
    private readonly ClusterCore _core;
    private readonly WorkCounter _work;
    private readonly int _maxEndedRecords;
    private readonly int _maxHeldRequests;
    private bool _isFailing;
    private bool _isHolding;
    private int _repliesToLose;

    internal InMemoryRecordStore(ClusterCore core)
    {
        _core = core;
        _work = core.Work;
        _maxEndedRecords = core.Options.MaxEndedRecords;
        _maxHeldRequests = core.Options.MaxHeldRequests;
    }

    /// <summary>Watches records, in tests.</summary>
    internal IProtocolObserver? Observer { get; set; }

    /// <summary>While <see langword="true"/>, every read and every edit fails and nothing is applied.</summary>
    public void Fail(bool isFailing)
    {
        lock (_gate)
        {
            _isFailing = isFailing;
        }

        _work.Pulse();
    }

    /// <summary>The next edits are applied, and answered as if nobody knew whether they were.</summary>
    /// <param name="count">How many; 0 or more. Replaces what is left of an earlier call.</param>
    public void LoseReplies(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (_gate)
        {
            _repliesToLose = count;
        }
    }

    /// <summary>
    /// From now on requests wait, in order, until <see cref="Release"/>. Members that wait too long for an answer ask
    /// again, so the requests of one add up; with <see cref="InMemoryClusterOptions.MaxHeldRequests"/> waiting, one
    /// more is answered as failed at once, and not applied.
    /// </summary>
    public void Hold()
    {
        lock (_gate)
        {
            _isHolding = true;
        }
    }

    /// <summary>Does what was held back, in order, and holds nothing more.</summary>
    public void Release()
    {
        _work.Begin();
        while (TakeHeld() is { } request)
        {
            request();
        }

        _work.End();
    }

    /// <summary>The record of a group vanishes, as if the store had lost it.</summary>
    public void Lose(GroupName group)
    {
        lock (_gate)
        {
            if (_cells.Remove(group, out var cell))
            {
                cell.Place.List!.Remove(cell.Place);
                Observer?.RecordLost(group);
            }
        }

        _work.Pulse();
    }

    /// <summary>
    /// Whether there is a record of the group; that of a ring that has ended counts until it is forgotten.
    /// </summary>
    public bool Exists(GroupName group)
    {
        lock (_gate)
        {
            return _cells.ContainsKey(group);
        }
    }

    /// <summary>Reads a record and answers on the calling thread, or later when requests are held.</summary>
    void IRecordStore.Read(GroupName group, Action<bool, GroupRecord?> answer)
    {
        if (!TryHoldOrServe(Serve))
        {
            answer(false, null);
        }

        void Serve()
        {
            bool succeeds;
            GroupRecord? record;
            lock (_gate)
            {
                succeeds = !_isFailing;
                record = succeeds ? _cells.GetValueOrDefault(group)?.Record : null;
            }

            answer(succeeds, record);
        }
    }

    /// <summary>Applies an edit; answered with <see langword="null"/> when the asker is not to know.</summary>
    void IRecordStore.Edit(GroupName group, RecordEdit edit, Action<EditResult?> answer)
    {
        if (!TryHoldOrServe(Serve))
        {
            answer(null);
        }

        void Serve()
        {
            EditResult? result;
            lock (_gate)
            {
                result = _isFailing ? null : Apply(group, edit);
                if (result is not null && _repliesToLose > 0)
                {
                    _repliesToLose--;
                    result = null;
                }
            }

            answer(result);
        }
    }

    /// <summary>All records, for comparing them with the members' views.</summary>
    internal List<GroupRecord> CopyAll()
    {
        lock (_gate)
        {
            return [.. _cells.Values.Select(static cell => cell.Record)];
        }
    }

    /// <summary>
    /// Serves a request, now or when it is released; <see langword="false"/> when too many are held.
    /// </summary>
    private bool TryHoldOrServe(Action serve)
    {
        lock (_gate)
        {
            if (_isHolding)
            {
                var isHeld = _heldRequests.Count < _maxHeldRequests;
                if (isHeld)
                {
                    _heldRequests.Enqueue(serve);
                }

                return isHeld;
            }
        }

        serve();
        return true;
    }

    private Action? TakeHeld()
    {
        lock (_gate)
        {
            if (_heldRequests.TryDequeue(out var request))
            {
                return request;
            }

            // Only now: a request that comes while others are being done must not overtake them.
            _isHolding = false;
            return null;
        }
    }

    private EditResult Apply(GroupName group, RecordEdit edit)
    {
        var cell = _cells.GetValueOrDefault(group);
        var result = GroupRecordEditor.Apply(cell?.Record, edit);
        if (result.Verdict == EditVerdict.Applied && result.Current is { } current)
        {
            var isNew = !ReferenceEquals(current, cell?.Record);
            Keep(group, cell, current);
            if (isNew)
            {
                Observer?.RecordWritten(edit, current);
            }
        }

        return result;
    }

    private void Keep(GroupName group, Cell? cell, GroupRecord record)
    {
        var isNew = cell is null;
        if (cell is null)
        {
            cell = new Cell(record, _open.AddLast(group));
            _cells.Add(group, cell);
        }

        cell.Record = record;
        var isEnded = record.Status != RecordStatus.Open || !record.HasAlive;
        var list = isEnded ? _ended : _open;
        if (cell.Place.List != list)
        {
            Move(cell, list);
        }

        if (isNew && _cells.Count > _maxEndedRecords)
        {
            FindEnded();
        }

        PurgeEnded();
    }

    /// <summary>
    /// Looks for rings that have ended without a word, the oldest first: killed, faulted and undrained members stay
    /// alive in the record until somebody joins. A member runs before it is listed and its id never returns, so a
    /// record of which none runs has nobody to lose; if a joiner revives it, it is open again.
    /// </summary>
    private void FindEnded()
    {
        for (var check = Math.Min(MaxChecksPerRecord, _open.Count); check > 0; check--)
        {
            var cell = _cells[_open.First!.Value];
            Move(cell, HasRunningMember(cell.Record) ? _open : _ended);
        }
    }

    private bool HasRunningMember(GroupRecord record)
    {
        foreach (var entry in record.Entries)
        {
            if (entry.IsAlive && _core.Network.RunsMember(entry.Member))
            {
                return true;
            }
        }

        return false;
    }

    private static void Move(Cell cell, LinkedList<GroupName> list)
    {
        cell.Place.List!.Remove(cell.Place);
        list.AddLast(cell.Place);
    }

    private void PurgeEnded()
    {
        while (_ended.Count > _maxEndedRecords)
        {
            _cells.Remove(_ended.First!.Value);
            _ended.RemoveFirst();
        }
    }

    private sealed class Cell(GroupRecord record, LinkedListNode<GroupName> place)
    {
        internal GroupRecord Record { get; set; } = record;

        /// <summary>Its place among the open ones, or among those that have ended.</summary>
        internal LinkedListNode<GroupName> Place { get; } = place;
    }
}
