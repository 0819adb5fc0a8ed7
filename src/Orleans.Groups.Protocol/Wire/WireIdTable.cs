using System;
using System.Buffers;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Numbers ids in the order of their first mention. Starts as <see langword="default"/>; must be disposed.
/// </summary>
/// <remarks>Small tables are searched one by one, larger ones by hash. The order never depends on hash codes.</remarks>
internal struct WireIdTable<T>
    where T : class, IEquatable<T>
{
    private const int SearchedOneByOne = 8;

    private T[]? _items;
    private int[]? _buckets; // Place + 1 of an item, 0 where free; probed linearly.
    private int _mask;

    /// <summary>How many different ids there are.</summary>
    internal int Count { get; private set; }

    /// <summary>The id at a place.</summary>
    internal readonly T this[int index] => _items![index];

    /// <summary>The place of an id, which is added behind the others when it is new.</summary>
    internal int Intern(T item)
    {
        _items ??= ArrayPool<T>.Shared.Rent(SearchedOneByOne);
        if (Count > 0 && ReferenceEquals(_items[Count - 1], item))
        {
            return Count - 1;
        }

        if (_buckets is not null)
        {
            return InternByHash(item);
        }

        for (var index = 0; index < Count; index++)
        {
            if (IsSame(_items[index], item))
            {
                return index;
            }
        }

        Append(item);
        if (Count > SearchedOneByOne)
        {
            Rehash();
        }

        return Count - 1;
    }

    /// <summary>Gives the rented arrays back.</summary>
    internal void Dispose()
    {
        if (_items is not null)
        {
            _items.AsSpan(0, Count).Clear();
            ArrayPool<T>.Shared.Return(_items);
        }

        if (_buckets is not null)
        {
            ArrayPool<int>.Shared.Return(_buckets);
        }

        this = default;
    }

    // Two ids of one member are equal whatever they are called; on the wire the name must survive, too.
    private static bool IsSame(T left, T right) =>
        ReferenceEquals(left, right)
        || (left.Equals(right) && (left is not MemberId a || right is not MemberId b || a.Name == b.Name));

    private int InternByHash(T item)
    {
        var bucket = item.GetHashCode() & _mask;
        for (; _buckets![bucket] != 0; bucket = (bucket + 1) & _mask)
        {
            if (IsSame(_items![_buckets[bucket] - 1], item))
            {
                return _buckets[bucket] - 1;
            }
        }

        Append(item);
        _buckets[bucket] = Count;
        if (Count * 2 > _mask)
        {
            Rehash();
        }

        return Count - 1;
    }

    private void Append(T item)
    {
        if (Count == _items!.Length)
        {
            var larger = ArrayPool<T>.Shared.Rent(Count * 2);
            _items.CopyTo(larger, 0);
            _items.AsSpan().Clear();
            ArrayPool<T>.Shared.Return(_items);
            _items = larger;
        }

        _items[Count++] = item;
    }

    private void Rehash()
    {
        var size = _buckets is null ? SearchedOneByOne * 8 : (_mask + 1) * 4;
        if (_buckets is not null)
        {
            ArrayPool<int>.Shared.Return(_buckets);
        }

        _buckets = ArrayPool<int>.Shared.Rent(size);
        _mask = size - 1;
        _buckets.AsSpan(0, size).Clear();
        for (var index = 0; index < Count; index++)
        {
            var bucket = _items![index].GetHashCode() & _mask;
            while (_buckets[bucket] != 0)
            {
                bucket = (bucket + 1) & _mask;
            }

            _buckets[bucket] = index + 1;
        }
    }
}
