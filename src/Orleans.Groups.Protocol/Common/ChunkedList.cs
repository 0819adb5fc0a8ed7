using System.Numerics;

namespace Orleans.Groups.Protocol;

/// <summary>A list of which no piece is a large object: see <see cref="ChunkedArray{T}"/>.</summary>
/// <typeparam name="T">What it holds; up to 80 bytes.</typeparam>
internal sealed class ChunkedList<T>
{
    private const int Smallest = 4;

    /// <summary>More places than this are not kept for the next use.</summary>
    private const int MostKept = 16_384;

    private ChunkedArray<T> _places;

    /// <summary>Makes an empty list.</summary>
    /// <param name="expected">How much will probably come; it saves growing to that size step by step.</param>
    internal ChunkedList(int expected = 0)
    {
        if (expected > 0)
        {
            _places = new ChunkedArray<T>((int)BitOperations.RoundUpToPowerOf2((uint)expected));
        }
    }

    /// <summary>How much is in it.</summary>
    internal int Count { get; private set; }

    /// <summary>What was added as the so-manieth, from 0.</summary>
    internal ref T this[int index] => ref _places[index];

    /// <summary>Adds one at the end.</summary>
    internal void Add(T item)
    {
        if (Count == _places.Length)
        {
            _places = _places.Grow(Count == 0 ? Smallest : 2 * Count);
        }

        _places[Count++] = item;
    }

    /// <summary>Empties it, and lets go of the memory if it is much.</summary>
    internal void Clear()
    {
        if (_places.Length > MostKept)
        {
            _places = default;
        }
        else
        {
            _places.Clear(Count);
        }

        Count = 0;
    }
}
