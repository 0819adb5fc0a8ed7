using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Orleans.Groups.Protocol;

/// <summary>A number of places like an array, but in pieces of which none is a large object.</summary>
/// <remarks>
/// The runtime keeps arrays of 85 000 bytes or more on a heap of their own, which is collected only together with
/// everything else that lives. A table that grows by doubling would cause such collections again and again: they took
/// half of the time of a burst of joins. What is gathered in pieces can also grow without being copied.
/// </remarks>
/// <typeparam name="T">What a place holds; up to 80 bytes.</typeparam>
internal readonly struct ChunkedArray<T>
{
    private const int MostBytesPerPlace = 80;
    private const int Shift = 10;
    private const int ChunkLength = 1 << Shift;

    private readonly T[][]? _chunks;

    /// <summary>Makes empty places.</summary>
    /// <param name="length">How many; a power of two.</param>
    internal ChunkedArray(int length)
        : this(length, [])
    {
    }

    private ChunkedArray(int length, ReadOnlySpan<T[]> first)
    {
        Invariant.Require(Unsafe.SizeOf<T>() <= MostBytesPerPlace, "a piece of a table is no large object");
        Invariant.Require(BitOperations.IsPow2(length), "the length of a table is a power of two");
        Length = length;
        _chunks = new T[Math.Max(1, length >> Shift)][];
        first.CopyTo(_chunks);
        for (var chunk = first.Length; chunk < _chunks.Length; chunk++)
        {
            _chunks[chunk] = new T[Math.Min(length, ChunkLength)];
        }
    }

    /// <summary>How many places there are; none in a default value.</summary>
    internal int Length { get; }

    /// <summary>A place, by its number.</summary>
    internal ref T this[int index] => ref _chunks![index >> Shift][index & (ChunkLength - 1)];

    /// <summary>The same places and further ones. Whole pieces are shared with this one, which has done.</summary>
    internal ChunkedArray<T> Grow(int length)
    {
        if (Length >= ChunkLength)
        {
            return new ChunkedArray<T>(length, _chunks);
        }

        var grown = new ChunkedArray<T>(length);
        if (_chunks is not null)
        {
            _chunks[0].CopyTo(grown._chunks![0], 0);
        }

        return grown;
    }

    /// <summary>Empties the first places.</summary>
    internal void Clear(int count)
    {
        for (var start = 0; start < count; start += ChunkLength)
        {
            Array.Clear(_chunks![start >> Shift], 0, Math.Min(ChunkLength, count - start));
        }
    }
}
