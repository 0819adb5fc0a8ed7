using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Orleans.Groups.Protocol;

/// <summary>
/// What a scope knows of one member of its own node. Exists while the member is in a group or owns a monitor.
/// </summary>
/// <remarks>
/// Most members are in one group, so the first one has its place here and a table is made for a second.
/// </remarks>
/// <param name="id">Who it is.</param>
internal sealed class LocalMember(MemberId id)
{
    private GroupCell? _first;
    private int _firstCount;
    private OrderedTable<GroupCell, int>? _others;

    /// <summary>Who it is.</summary>
    internal MemberId Id { get; } = id;

    /// <summary>Number of its memberships.</summary>
    internal int Memberships { get; private set; }

    /// <summary>The monitors that end with it; <see langword="null"/> when it never had one.</summary>
    internal List<long>? Monitors { get; set; }

    /// <summary>Whether nothing depends on it any more.</summary>
    internal bool IsIdle => Memberships == 0 && Monitors is not { Count: > 0 };

    /// <summary>How often it is in a group.</summary>
    internal int CountIn(GroupCell cell)
    {
        if (ReferenceEquals(_first, cell))
        {
            return _firstCount;
        }

        return _others is not null && _others.TryGet(cell, out var count) ? count : 0;
    }

    /// <summary>Adds one membership; returns how many of that group it has then.</summary>
    internal int Add(GroupCell cell)
    {
        Memberships++;
        if (ReferenceEquals(_first, cell))
        {
            return ++_firstCount;
        }

        if (_first is null && (_others is null || _others.Count == 0))
        {
            _first = cell;
            return _firstCount = 1;
        }

        return ++(_others ??= new()).FindOrAdd(cell, out _);
    }

    /// <summary>Takes one membership away if there is one; returns how many of that group it has then, or −1.</summary>
    internal int Take(GroupCell cell)
    {
        if (ReferenceEquals(_first, cell))
        {
            Memberships--;
            _first = --_firstCount == 0 ? null : _first;
            return _firstCount;
        }

        if (_others is null || Unsafe.IsNullRef(ref _others.Find(cell)))
        {
            return -1;
        }

        Memberships--;
        var left = --_others.Find(cell);
        if (left == 0)
        {
            _others.Remove(cell);
        }

        return left;
    }

    /// <summary>Enumerates its groups in the order in which it joined them; start with position 0.</summary>
    internal bool Next(ref int position, [NotNullWhen(true)] out GroupCell? cell, out int count)
    {
        // Position 0 stands for the first group, n for position n − 1 of the table.
        if (position == 0)
        {
            position = 1;
            if (_first is not null)
            {
                (cell, count) = (_first, _firstCount);
                return true;
            }
        }

        var at = position - 1;
        if (_others is not null && _others.Next(ref at, out cell))
        {
            count = _others.At(at);
            position = at + 1;
            return true;
        }

        (cell, count) = (null, 0);
        return false;
    }
}
