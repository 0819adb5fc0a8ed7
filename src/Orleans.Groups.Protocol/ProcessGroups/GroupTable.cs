using System;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Threading;

namespace Orleans.Groups.Protocol;

/// <summary>Finds the cell of a group by its name. Written by one thread, read by any without a lock.</summary>
/// <remarks>
/// <para>
/// A place once taken is not used again until the table is rebuilt, and a rebuild makes new arrays. So a reader that
/// stands on a place that is taken out meanwhile still finds the way on, in the arrays with which it began.
/// </para>
/// <para>
/// The runtime's concurrent dictionary would do, but it makes an object per entry and takes a lock per write. With
/// 100 000 groups that is what a late node waits for.
/// </para>
/// </remarks>
internal sealed class GroupTable
{
    private const int SmallestCapacity = 16;

    private Arrays _arrays = new(SmallestCapacity);
    private int _used;

    /// <summary>Writer only: number of cells.</summary>
    internal int Count { get; private set; }

    /// <summary>The cell of a group, or <see langword="null"/>. Any thread.</summary>
    internal GroupCell? Find(string name) => Find(name, GroupCell.HashOf(name));

    /// <summary>The same, with the hash of the name.</summary>
    internal GroupCell? Find(string name, int hash)
    {
        var arrays = Volatile.Read(ref _arrays);
        var place = Volatile.Read(ref arrays.First[arrays.BucketOf(hash)]) - 1;
        while (place >= 0)
        {
            ref var entry = ref arrays.Entries[place];
            if (entry.Hash == hash && string.Equals(entry.Cell.Name.Value, name, StringComparison.Ordinal))
            {
                return entry.Cell;
            }

            place = Volatile.Read(ref entry.Next);
        }

        return null;
    }

    /// <summary>
    /// Writer only: enumerates the cells in the order in which they were added, like <see cref="OrderedTable{TKey,
    /// TValue}.Next"/>.
    /// </summary>
    internal bool Next(ref int position, [NotNullWhen(true)] out GroupCell? cell)
    {
        while (position < _used)
        {
            cell = _arrays.Entries[position++].Cell;
            if (!cell.IsRemoved)
            {
                return true;
            }
        }

        cell = null;
        return false;
    }

    /// <summary>Writer only: adds a cell, whose name must not be there.</summary>
    internal void Add(GroupCell cell)
    {
        if (_used == _arrays.Entries.Length)
        {
            Rebuild();
        }

        Link(_arrays, _used++, cell);
        Count++;
    }

    /// <summary>Writer only: takes a cell out, which must be there.</summary>
    internal void Remove(GroupCell cell)
    {
        ref var link = ref _arrays.First[_arrays.BucketOf(cell.NameHash)];
        var offset = 1; // A bucket holds its first place + 1.
        while (!ReferenceEquals(_arrays.Entries[link - offset].Cell, cell))
        {
            link = ref _arrays.Entries[link - offset].Next;
            offset = 0;
        }

        Volatile.Write(ref link, _arrays.Entries[link - offset].Next + offset);
        Count--;
    }

    /// <summary>Writer only: takes everything out.</summary>
    internal void Clear()
    {
        Volatile.Write(ref _arrays, new Arrays(SmallestCapacity));
        _used = 0;
        Count = 0;
    }

    private static void Link(Arrays arrays, int place, GroupCell cell)
    {
        ref var first = ref arrays.First[arrays.BucketOf(cell.NameHash)];
        arrays.Entries[place] = new Entry { Cell = cell, Hash = cell.NameHash, Next = first - 1 };
        Volatile.Write(ref first, place + 1);
    }

    /// <summary>Copies what is still there, in order, into arrays with room for at least half as many again.</summary>
    private void Rebuild()
    {
        var capacity = BitOperations.RoundUpToPowerOf2((uint)Math.Max(SmallestCapacity, Count + (Count / 2)));
        var arrays = new Arrays((int)capacity);
        var used = 0;
        for (var place = 0; place < _used; place++)
        {
            var cell = _arrays.Entries[place].Cell;
            if (!cell.IsRemoved)
            {
                Link(arrays, used++, cell);
            }
        }

        Invariant.Require(used == Count, "a cell is taken out of the table when its group ends");
        Volatile.Write(ref _arrays, arrays);
        _used = used;
    }

    private sealed class Arrays(int capacity)
    {
        private readonly int _shift = 32 - BitOperations.Log2((uint)capacity);

        /// <summary>Per bucket the place of its first entry + 1; 0 for none.</summary>
        internal ChunkedArray<int> First { get; } = new(capacity);

        internal ChunkedArray<Entry> Entries { get; } = new(capacity);

        /// <summary>Multiplying spreads low bits over the high ones that are taken.</summary>
        internal int BucketOf(int hash) => (int)(((uint)hash * 0x9E37_79B1u) >> _shift);
    }

    private struct Entry
    {
        internal GroupCell Cell;
        internal int Hash;
        internal int Next; // Place of the next entry of the bucket; −1 at its end.
    }
}
