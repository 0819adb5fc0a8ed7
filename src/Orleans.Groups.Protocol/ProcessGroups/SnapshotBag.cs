using System;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Threading;

namespace Orleans.Groups.Protocol;

/// <summary>
/// One state of a multiset that a single thread changes and any thread reads without a lock. A change makes a new
/// state.
/// </summary>
/// <remarks>
/// <para>
/// A state holds its content as an array, or as a change of the state before it until somebody reads it. So a read of
/// unchanged content is a load, the first read after changes builds the array once, and a change costs the same
/// whatever the size. A chain of changes that grows longer than the content is replaced by an array, which bounds its
/// memory and costs O(1) per change. Small content is copied at every change: an array of a few references is smaller
/// than a chain, and reading it costs nothing.
/// </para>
/// <para>
/// Order: as added. Taking away removes the entry added last among equal ones. Whoever holds a state publishes the next
/// one by one write, so no reader sees a part of a change.
/// </para>
/// <para>
/// Race: (1) a reader finds no array here; (2) another one stores it and cuts the chain; (3) the first one finds no
/// state before this. The array is stored before the cut, so it reads the array again and finds it. Two readers may
/// build the same array; either stays.
/// </para>
/// <para>
/// Differs from pg: there a row is copied out and in at every join, O(n), and copied out once more by every reader.
/// </para>
/// </remarks>
/// <typeparam name="T">What is held; equal by value.</typeparam>
internal partial class SnapshotBag<T>
    where T : notnull, IEquatable<T>
{
    /// <summary>Nothing. Always the same object.</summary>
    internal static readonly SnapshotBag<T> Empty = new([]);

    /// <summary>Content up to this size is copied at every change.</summary>
    private const int CopiedSize = 16;

    /// <summary>A chain may grow to this length, or to the size of the content if that is more.</summary>
    private const int ShortestLimit = 64;

    private readonly int _chainLength; // Changes since an array, at most: readers may have put one in between.
    private SnapshotBag<T>? _previous;
    private T[]? _items;

    private SnapshotBag(T[] items)
    {
        _items = items;
        Count = items.Length;
    }

    private SnapshotBag(SnapshotBag<T> previous, int difference)
    {
        _previous = previous;
        _chainLength = previous.Array is null ? previous._chainLength + 1 : 1;
        Count = previous.Count + difference;
        Invariant.Require(Count >= 0, "what is taken out of a bag is in it");
    }

    /// <summary>Number of entries. O(1).</summary>
    internal int Count { get; }

    /// <summary>The entries in order. The first read of a state may build them, O(n); later ones are O(1).</summary>
    internal ImmutableArray<T> Items => ImmutableCollectionsMarshal.AsImmutableArray(Array ?? Build());

    private T[]? Array => Volatile.Read(ref _items);

    /// <summary>The state with one entry more.</summary>
    internal SnapshotBag<T> Add(T item)
    {
        if (Count < CopiedSize && Array is { } items)
        {
            var copy = new T[items.Length + 1];
            System.Array.Copy(items, copy, items.Length);
            copy[^1] = item;
            return new SnapshotBag<T>(copy);
        }

        return new SingleChange(this, item, isAdded: true).Normalise();
    }

    /// <summary>The state with one entry less, which must be there.</summary>
    internal SnapshotBag<T> Remove(T item)
    {
        Invariant.Require(Count > 0, "what is taken out of a bag is in it");
        if (Count <= CopiedSize && Array is { } items)
        {
            var copy = Without(items, item);
            return copy.Length == 0 ? Empty : new SnapshotBag<T>(copy);
        }

        return new SingleChange(this, item, isAdded: false).Normalise();
    }

    /// <summary>The state with entries taken away, which must be there, and then entries added.</summary>
    internal SnapshotBag<T> Change(ReadOnlySpan<T> removed, ReadOnlySpan<T> added) =>
        (removed.Length, added.Length) switch
        {
            (0, 0) => this,
            (0, 1) => Add(added[0]),
            (1, 0) => Remove(removed[0]),
            (0, _) when Count == 0 => new SnapshotBag<T>(added.ToArray()),
            _ => new BatchChange(this, removed.ToArray(), added.ToArray()).Normalise(),
        };

    private static T[] Without(T[] items, T item)
    {
        var position = items.Length - 1;
        while (position >= 0 && !items[position].Equals(item))
        {
            position--;
        }

        Invariant.Require(position >= 0, "what is taken out of a bag is in it");
        var copy = new T[items.Length - 1];
        System.Array.Copy(items, copy, position);
        System.Array.Copy(items, position + 1, copy, position, copy.Length - position);
        return copy;
    }

    /// <summary>The same content without the chain where that is due.</summary>
    private SnapshotBag<T> Normalise()
    {
        if (Count == 0)
        {
            return Empty;
        }

        var isDue = Count <= CopiedSize || _chainLength > Math.Max(ShortestLimit, Count);
        return isDue ? new SnapshotBag<T>(Build()) : this;
    }

    /// <summary>Builds the array, keeps it and cuts the chain. Any thread.</summary>
    /// <remarks>
    /// Goes from the newest change to the oldest. An entry added is part of the result unless a later change took one
    /// like it away, which is exactly "take away the one added last".
    /// </remarks>
    private T[] Build()
    {
        var builder = new Builder(Count);
        var state = this;
        while (true)
        {
            if (state.Array is { } items)
            {
                builder.AddAll(items);
                break;
            }

            if (Volatile.Read(ref state._previous) is { } previous)
            {
                state.AddChangesTo(ref builder);
                state = previous;
            }
        }

        var result = builder.ToArray();
        Volatile.Write(ref _items, result);
        Volatile.Write(ref _previous, null);
        return result;
    }

    /// <summary>Gives this state's change to a builder, the newest first.</summary>
    private protected virtual void AddChangesTo(ref Builder builder) => throw Invariant.Unreachable(this);
}
