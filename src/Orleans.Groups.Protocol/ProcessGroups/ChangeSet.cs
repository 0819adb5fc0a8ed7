using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>One change of one member's memberships in one group.</summary>
/// <param name="Member">Whose.</param>
/// <param name="Difference">How many were added (positive) or taken away (negative); not 0.</param>
/// <param name="Cause">Why.</param>
internal readonly record struct MemberChange(MemberId Member, int Difference, ChangeReason Cause);

/// <summary>
/// What one operation changes, gathered before any of it is published: groups in the order in which they were touched.
/// </summary>
/// <remarks>
/// What is taken away was there before the operation. Reused, so that an operation costs no memory of its own.
/// </remarks>
internal sealed class ChangeSet
{
    private readonly ChunkedList<GroupCell> _cells = new();
    private readonly ChunkedList<Entry> _entries = new();

    /// <summary>Whether nothing changes.</summary>
    internal bool IsEmpty => _cells.Count == 0;

    /// <summary>The groups that change.</summary>
    internal ChunkedList<GroupCell> Cells => _cells;

    /// <summary>Adds a change.</summary>
    internal void Add(GroupCell cell, MemberId member, int difference, ChangeReason cause)
    {
        _entries.Add(new Entry(new MemberChange(member, difference, cause), Next: 0));
        var position = _entries.Count;
        if (cell.FirstChange == 0)
        {
            cell.FirstChange = position;
            _cells.Add(cell);
        }
        else
        {
            ref var last = ref _entries[cell.LastChange - 1];
            last = last with { Next = position };
        }

        cell.LastChange = position;
    }

    /// <summary>
    /// Enumerates the changes of a group: start with <paramref name="position"/> = <see cref="GroupCell.FirstChange"/>.
    /// </summary>
    internal bool Next(ref int position, out MemberChange change)
    {
        if (position == 0)
        {
            change = default;
            return false;
        }

        var entry = _entries[position - 1];
        change = entry.Change;
        position = entry.Next;
        return true;
    }

    /// <summary>Whether a group changes by one membership only, and which.</summary>
    internal bool IsSingle(GroupCell cell, out MemberId member, out bool isAdded)
    {
        var change = _entries[cell.FirstChange - 1].Change;
        member = change.Member;
        isAdded = change.Difference > 0;
        return cell.FirstChange == cell.LastChange && change.Difference is 1 or -1;
    }

    /// <summary>Adds one entry per membership of a group's changes to two lists.</summary>
    internal void Expand(GroupCell cell, List<MemberId> removed, List<MemberId> added)
    {
        for (var at = cell.FirstChange; Next(ref at, out var change);)
        {
            var list = change.Difference > 0 ? added : removed;
            for (var i = Math.Abs(change.Difference); i > 0; i--)
            {
                list.Add(change.Member);
            }
        }
    }

    /// <summary>
    /// The events of one group: what was taken away, then what was added; one event each unless causes differ.
    /// </summary>
    internal void AddEvents(GroupCell cell, ImmutableArray<ScopeEvent>.Builder events)
    {
        AddEvents(cell, isAdded: false, events);
        AddEvents(cell, isAdded: true, events);
    }

    /// <summary>Makes this empty for the next operation.</summary>
    internal void Clear()
    {
        for (var index = 0; index < _cells.Count; index++)
        {
            _cells[index].FirstChange = 0;
            _cells[index].LastChange = 0;
        }

        _cells.Clear();
        _entries.Clear();
    }

    private void AddEvents(GroupCell cell, bool isAdded, ImmutableArray<ScopeEvent>.Builder events)
    {
        var members = ImmutableArray.CreateBuilder<MemberId>();
        var cause = default(ChangeReason);
        for (var at = cell.FirstChange; Next(ref at, out var change);)
        {
            if (change.Difference > 0 != isAdded)
            {
                continue;
            }

            if (members.Count > 0 && change.Cause != cause)
            {
                events.Add(new ScopeEvent(cell.Name, isAdded, members.DrainToImmutable(), cause));
            }

            cause = change.Cause;
            for (var i = Math.Abs(change.Difference); i > 0; i--)
            {
                members.Add(change.Member);
            }
        }

        if (members.Count > 0)
        {
            events.Add(new ScopeEvent(cell.Name, isAdded, members.DrainToImmutable(), cause));
        }
    }

    private readonly record struct Entry(MemberChange Change, int Next);
}
