using System;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Orleans.Groups.Protocol;

/// <summary>
/// A hash table that is enumerated in the order in which its keys were added, whatever their hash codes are.
/// </summary>
/// <remarks>
/// Machines must do the same things in the same order in every process, and hash codes of strings differ from process
/// to process. Up to eight keys are searched one by one, without hashing. Do not add or remove while enumerating.
/// </remarks>
/// <typeparam name="TKey">Equal by value.</typeparam>
/// <typeparam name="TValue">What belongs to a key; reached by reference.</typeparam>
internal sealed class OrderedTable<TKey, TValue>
    where TKey : notnull, IEquatable<TKey>
{
    private const int LongestList = 8;
    private const int Gone = -2;

    /// <summary>Most slots that <see cref="Clear"/> keeps.</summary>
    private const int MostKept = 16_384;

    /// <summary>One of so many slots must have been used, or they are not kept.</summary>
    private const int LeastUse = 8;

    private ChunkedArray<Slot> _slots;
    private ChunkedArray<int> _buckets; // Empty while the table is a list. Holds slot number + 1.
    private int _used;

    /// <summary>Makes an empty table.</summary>
    /// <param name="expected">How many keys will probably come; it saves growing to that size step by step.</param>
    internal OrderedTable(int expected = 0)
    {
        if (expected > 0)
        {
            Rebuild(expected);
        }
    }

    /// <summary>Number of keys.</summary>
    internal int Count { get; private set; }

    /// <summary>The value of a key; a null reference when it is not there. Valid until the next change.</summary>
    internal ref TValue Find(TKey key)
    {
        var slot = IndexOf(key, key.GetHashCode());
        return ref slot < 0 ? ref Unsafe.NullRef<TValue>() : ref _slots[slot].Value;
    }

    /// <summary>Looks up a key.</summary>
    internal bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var slot = IndexOf(key, key.GetHashCode());
        value = slot < 0 ? default : _slots[slot].Value;
        return slot >= 0;
    }

    /// <summary>
    /// The value of a key, which is added at the end with a default value when it is not there. Valid until the next
    /// change.
    /// </summary>
    internal ref TValue FindOrAdd(TKey key, out bool isNew)
    {
        var hash = key.GetHashCode();
        var slot = IndexOf(key, hash);
        isNew = slot < 0;
        if (isNew)
        {
            slot = Append(key, hash);
        }

        return ref _slots[slot].Value;
    }

    /// <summary>Takes a key out.</summary>
    internal bool Remove(TKey key)
    {
        var hash = key.GetHashCode();
        var slot = IndexOf(key, hash);
        if (slot < 0)
        {
            return false;
        }

        Count--;
        if (_buckets.Length == 0)
        {
            _used--;
            for (var i = slot; i < _used; i++)
            {
                _slots[i] = _slots[i + 1];
            }

            _slots[_used] = default;
            return true;
        }

        Unlink(slot, hash);
        _slots[slot] = new Slot { Next = Gone };
        if (_used - Count > Count + LongestList)
        {
            Rebuild(Count);
        }

        return true;
    }

    /// <summary>
    /// Takes everything out, and lets go of the memory if it is much, or much more than was needed this time: a table
    /// that is filled and cleared again and again has the right size, and clearing it costs what filling it did.
    /// </summary>
    internal void Clear()
    {
        if (_slots.Length > MostKept || _used < _slots.Length / LeastUse)
        {
            _slots = default;
            _buckets = default;
        }
        else
        {
            _slots.Clear(_used);
            _buckets.Clear(_buckets.Length);
        }

        _used = 0;
        Count = 0;
    }

    /// <summary>
    /// Enumerates keys and values in order: <c>for (var at = 0; table.Next(ref at, out var key);)</c>, value by <see
    /// cref="At"/>.
    /// </summary>
    internal bool Next(ref int position, [MaybeNullWhen(false)] out TKey key)
    {
        while (position < _used)
        {
            ref var slot = ref _slots[position++];
            if (slot.Next != Gone)
            {
                key = slot.Key;
                return true;
            }
        }

        key = default;
        return false;
    }

    /// <summary>The value of the key that <see cref="Next"/> has just given.</summary>
    internal ref TValue At(int position) => ref _slots[position - 1].Value;

    private int IndexOf(TKey key, int hash)
    {
        if (_buckets.Length == 0)
        {
            for (var i = 0; i < _used; i++)
            {
                ref var listed = ref _slots[i];
                if (listed.Hash == hash && listed.Key.Equals(key))
                {
                    return i;
                }
            }

            return -1;
        }

        var place = _buckets[BucketOf(hash)] - 1;
        while (place >= 0)
        {
            ref var slot = ref _slots[place];
            if (slot.Hash == hash && slot.Key.Equals(key))
            {
                return place;
            }

            place = slot.Next;
        }

        return -1;
    }

    private int Append(TKey key, int hash)
    {
        if (_used == _slots.Length)
        {
            Rebuild(Count + 1);
        }

        var place = _used++;
        Count++;
        ref var slot = ref _slots[place];
        slot.Key = key;
        slot.Hash = hash;
        Link(ref slot, place);
        return place;
    }

    private void Link(ref Slot slot, int place)
    {
        slot.Next = -1;
        if (_buckets.Length > 0)
        {
            ref var bucket = ref _buckets[BucketOf(slot.Hash)];
            slot.Next = bucket - 1;
            bucket = place + 1;
        }
    }

    private void Unlink(int slot, int hash)
    {
        ref var bucket = ref _buckets[BucketOf(hash)];
        if (bucket == slot + 1)
        {
            bucket = _slots[slot].Next + 1;
            return;
        }

        var before = bucket - 1;
        while (_slots[before].Next != slot)
        {
            before = _slots[before].Next;
        }

        _slots[before].Next = _slots[slot].Next;
    }

    /// <summary>
    /// Keeps what is there, in order and without holes, and makes room for that many and a quarter more.
    /// </summary>
    private void Rebuild(int count)
    {
        var wanted = count + (count > LongestList ? count / 4 : 0);
        var capacity = Math.Max(1, (int)BitOperations.RoundUpToPowerOf2((uint)wanted));
        _slots = _used == Count && capacity > _slots.Length ? _slots.Grow(capacity) : Compact(capacity);
        _used = Count;
        _buckets = capacity > LongestList ? new ChunkedArray<int>(capacity) : default;
        for (var place = 0; place < _used; place++)
        {
            Link(ref _slots[place], place);
        }
    }

    private ChunkedArray<Slot> Compact(int capacity)
    {
        var slots = new ChunkedArray<Slot>(capacity);
        var used = 0;
        for (var place = 0; place < _used; place++)
        {
            ref var slot = ref _slots[place];
            if (slot.Next != Gone)
            {
                slots[used++] = slot;
            }
        }

        return slots;
    }

    /// <summary>
    /// Multiplying spreads low bits over high ones, of which as many are taken as there are buckets (a power of two).
    /// </summary>
    private int BucketOf(int hash) =>
        (int)(((uint)hash * 0x9E37_79B1u) >> (32 - BitOperations.Log2((uint)_buckets.Length)));

    private struct Slot
    {
        internal TKey Key;
        internal TValue Value;
        internal int Hash;
        internal int Next; // The next slot of the bucket, −1 at its end.
    }
}
