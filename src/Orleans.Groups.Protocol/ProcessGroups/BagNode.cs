using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace Orleans.Groups.Protocol;

/// <summary>One state of a <see cref="SnapshotBag{T}"/>: an array of its content, or a change of the state before it.</summary>
/// <remarks>
/// Race: (1) a reader finds no array here; (2) another one stores it and cuts the chain; (3) the first one finds no previous node.
/// The array is stored before the cut, so it reads the array again and finds it. Two readers may build the same array; either stays.
/// </remarks>
/// <typeparam name="T">What is held.</typeparam>
internal class BagNode<T>
    where T : notnull, IEquatable<T>
{
    internal static readonly BagNode<T> Empty = new([]);

    private BagNode<T>? _previous;
    private T[]? _items;

    /// <summary>A state that is known as a whole. The array is never changed afterwards.</summary>
    internal BagNode(T[] items)
    {
        _items = items;
        Count = items.Length;
    }

    /// <summary>A change of <paramref name="previous"/>.</summary>
    protected BagNode(BagNode<T> previous, int difference)
    {
        _previous = previous;
        Count = previous.Count + difference;
        ChainLength = previous.Items is null ? previous.ChainLength + 1 : 1;
        Invariant.Require(Count >= 0, "what is taken out of a bag is in it");
    }

    /// <summary>Number of entries.</summary>
    internal int Count { get; }

    /// <summary>Number of changes since an array, at most: readers may have put one in between.</summary>
    internal int ChainLength { get; }

    /// <summary>The content, built if nobody has done so yet. Any thread.</summary>
    internal ImmutableArray<T> Content => ImmutableCollectionsMarshal.AsImmutableArray(Items ?? Build());

    /// <summary>The content, if somebody has built it.</summary>
    internal T[]? Items => Volatile.Read(ref _items);

    /// <summary>Builds the content, keeps it and cuts the chain. Any thread.</summary>
    /// <remarks>
    /// Goes from the newest change to the oldest. An entry added is part of the result unless a later change took one like it away,
    /// which is exactly "take away the one added last".
    /// </remarks>
    internal T[] Build()
    {
        var builder = new Builder(Count);
        var node = this;
        while (true)
        {
            if (node.Items is { } items)
            {
                builder.AddAll(items);
                break;
            }

            if (Volatile.Read(ref node._previous) is { } previous)
            {
                node.AddChangesTo(ref builder);
                node = previous;
            }
        }

        var result = builder.ToArray();
        Volatile.Write(ref _items, result);
        Volatile.Write(ref _previous, null);
        return result;
    }

    /// <summary>Gives this node's changes to a builder, the newest first.</summary>
    private protected virtual void AddChangesTo(ref Builder builder) => throw Invariant.Unreachable(this);

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

/// <summary>One entry more or less than the state before.</summary>
internal sealed class SingleBagNode<T>(BagNode<T> previous, T item, bool isAdded) : BagNode<T>(previous, isAdded ? 1 : -1)
    where T : notnull, IEquatable<T>
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
internal sealed class BatchBagNode<T>(BagNode<T> previous, T[] removed, T[] added)
    : BagNode<T>(previous, added.Length - removed.Length)
    where T : notnull, IEquatable<T>
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
