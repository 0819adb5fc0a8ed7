using System;
using System.Collections.Immutable;
using System.Threading;

namespace Orleans.Groups.Protocol;

/// <summary>A multiset that one thread changes and any thread reads without a lock.</summary>
/// <remarks>
/// <para>
/// Every change is a new head of a chain of immutable nodes, and a head that has been read holds the whole content as one array. So a
/// read of unchanged content is two loads, the first read after changes builds the array once, and a change costs the same whatever
/// the size. A chain that grows longer than the content is replaced by an array, which bounds its memory and costs O(1) per change.
/// Small content is copied at every change instead, since an array of a few references is smaller than a chain.
/// </para>
/// <para>
/// Order: as added. Taking away removes the entry added last among equal ones. One call changes everything it names at once: no
/// reader sees a part of it.
/// </para>
/// <para>Differs from pg: there a row is copied out and in at every join, O(n), and copied out once more by every reader.</para>
/// </remarks>
/// <typeparam name="T">What is held; equal by value.</typeparam>
internal sealed class SnapshotBag<T>
    where T : notnull, IEquatable<T>
{
    /// <summary>Content up to this size is copied at every change.</summary>
    private const int CopiedSize = 16;

    /// <summary>A chain may grow to this length, or to the size of the content if that is more.</summary>
    private const int ShortestLimit = 64;

    private BagNode<T> _head = BagNode<T>.Empty;

    /// <summary>Number of entries. Any thread; O(1).</summary>
    internal int Count => Head.Count;

    /// <summary>The entries in order. Any thread. O(1) and without allocation while unchanged; the first read after a change is O(n).</summary>
    internal ImmutableArray<T> Snapshot => Head.Content;

    /// <summary>The present state, which never changes; a change makes another one. Any thread.</summary>
    internal BagNode<T> Head => Volatile.Read(ref _head);

    /// <summary>Adds one entry. Writer only.</summary>
    internal void Add(T item)
    {
        var head = _head;
        if (head.Count < CopiedSize && head.Items is { } items)
        {
            var copy = new T[items.Length + 1];
            Array.Copy(items, copy, items.Length);
            copy[^1] = item;
            Publish(new BagNode<T>(copy));
            return;
        }

        Append(new SingleBagNode<T>(head, item, isAdded: true));
    }

    /// <summary>Takes away one entry, which must be there. Writer only.</summary>
    internal void Remove(T item)
    {
        var head = _head;
        Invariant.Require(head.Count > 0, "what is taken out of a bag is in it");
        if (head.Count <= CopiedSize && head.Items is { } items)
        {
            Publish(head.Count == 1 ? BagNode<T>.Empty : new BagNode<T>(Without(items, item)));
            return;
        }

        Append(new SingleBagNode<T>(head, item, isAdded: false));
    }

    /// <summary>Takes away and adds entries as one change. Writer only. What is taken away must be there before.</summary>
    internal void Change(ReadOnlySpan<T> removed, ReadOnlySpan<T> added)
    {
        if (removed.Length == 0 && _head.Count == 0)
        {
            Publish(added.Length == 0 ? BagNode<T>.Empty : new BagNode<T>(added.ToArray()));
        }
        else if (removed.Length + added.Length > 1)
        {
            Append(new BatchBagNode<T>(_head, removed.ToArray(), added.ToArray()));
        }
        else if (added.Length == 1)
        {
            Add(added[0]);
        }
        else if (removed.Length == 1)
        {
            Remove(removed[0]);
        }
    }

    /// <summary>Takes away everything. Writer only.</summary>
    internal void Clear() => Publish(BagNode<T>.Empty);

    private static T[] Without(T[] items, T item)
    {
        var position = items.Length - 1;
        while (position >= 0 && !items[position].Equals(item))
        {
            position--;
        }

        Invariant.Require(position >= 0, "what is taken out of a bag is in it");
        var copy = new T[items.Length - 1];
        Array.Copy(items, copy, position);
        Array.Copy(items, position + 1, copy, position, copy.Length - position);
        return copy;
    }

    private void Append(BagNode<T> node)
    {
        if (node.Count == 0)
        {
            node = BagNode<T>.Empty;
        }
        else if (node.Count <= CopiedSize || node.ChainLength > Math.Max(ShortestLimit, node.Count))
        {
            node = new BagNode<T>(node.Build()); // Lets go of the change, too.
        }

        Publish(node);
    }

    private void Publish(BagNode<T> head) => Volatile.Write(ref _head, head);
}
