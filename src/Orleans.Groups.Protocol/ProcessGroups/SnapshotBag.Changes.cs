using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orleans.Groups.Protocol;

/// <content>The changes that lead from one state to the next, and how a chain of them becomes an array.</content>
internal partial class SnapshotBag<T>
{
    /// <summary>One entry more or less than the state before.</summary>
    private sealed class SingleChange(SnapshotBag<T> previous, T item, bool isAdded)
        : SnapshotBag<T>(previous, isAdded ? 1 : -1)
    {
        private readonly T _item = item;
        private readonly bool _isAdded = isAdded;

        private protected override void AddChangesTo(ref Builder builder)
        {
            if (_isAdded)
            {
                builder.Add(_item);
            }
            else
            {
                builder.Remove(_item);
            }
        }
    }

    /// <summary>Entries taken away from the state before, then entries added to it.</summary>
    private sealed class BatchChange(SnapshotBag<T> previous, T[] removed, T[] added)
        : SnapshotBag<T>(previous, added.Length - removed.Length)
    {
        private readonly T[] _removed = removed;
        private readonly T[] _added = added;

        private protected override void AddChangesTo(ref Builder builder)
        {
            builder.AddAll(_added);
            foreach (var item in _removed)
            {
                builder.Remove(item);
            }
        }
    }

    /// <summary>Fills an array from its end.</summary>
    private protected struct Builder(int count)
    {
        private readonly T[] _result = new T[count];
        private int _position = count;
        private Dictionary<T, int>? _removed; // Looked up only, never enumerated.
        private int _removedCount;

        internal void Remove(T item)
        {
            _removed ??= [];
            CollectionsMarshal.GetValueRefOrAddDefault(_removed, item, out _)++;
            _removedCount++;
        }

        internal void Add(T item)
        {
            if (_removedCount > 0)
            {
                ref var pending = ref CollectionsMarshal.GetValueRefOrNullRef(_removed!, item);
                if (!Unsafe.IsNullRef(ref pending) && pending > 0)
                {
                    pending--;
                    _removedCount--;
                    return;
                }
            }

            Invariant.Require(_position > 0, "what is taken out of a bag is in it");
            _result[--_position] = item;
        }

        internal void AddAll(ReadOnlySpan<T> items)
        {
            while (_removedCount > 0 && items.Length > 0)
            {
                Add(items[^1]);
                items = items[..^1];
            }

            Invariant.Require(_position >= items.Length, "what is taken out of a bag is in it");
            _position -= items.Length;
            items.CopyTo(_result.AsSpan(_position));
        }

        internal readonly T[] ToArray()
        {
            Invariant.Require(_position == 0, "what is taken out of a bag is in it");
            return _result;
        }
    }
}
