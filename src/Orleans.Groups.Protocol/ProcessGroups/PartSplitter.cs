using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Distributes blocks of memberships over parts of bounded size; a block that does not fit goes on in the next part.
/// </summary>
/// <param name="maxPerPart">Most memberships in one part; 1 or more.</param>
/// <param name="expected">How many blocks will come at least.</param>
/// <typeparam name="TBlock">What is put into parts.</typeparam>
internal sealed class PartSplitter<TBlock>(int maxPerPart, int expected)
{
    /// <summary>No more blocks than this, however small: so that the array of a part is no large object.</summary>
    private const int MostBlocks = 3_072;

    private readonly List<ImmutableArray<TBlock>> _parts = [];
    private readonly int _mostBlocks = Math.Min(maxPerPart, MostBlocks);
    private readonly ImmutableArray<TBlock>.Builder _blocks =
        ImmutableArray.CreateBuilder<TBlock>(Math.Min(expected, Math.Min(maxPerPart, MostBlocks)));

    private int _expected = expected;
    private int _size;

    /// <summary>
    /// How many memberships of a block of <paramref name="wanted"/> go into the present part; 1 or more. Then <see
    /// cref="Add"/> them.
    /// </summary>
    internal int Take(int wanted)
    {
        if (_size == maxPerPart || _blocks.Count == _mostBlocks)
        {
            _expected = Math.Max(0, _expected - _blocks.Count);
            _parts.Add(_blocks.DrainToImmutable());
            _blocks.Capacity = Math.Min(_expected + 1, _mostBlocks); // A block that goes on stands in two parts.
            _size = 0;
        }

        var taken = Math.Min(wanted, maxPerPart - _size);
        _size += taken;
        return taken;
    }

    /// <summary>Puts what was taken into the present part.</summary>
    internal void Add(TBlock block) => _blocks.Add(block);

    /// <summary>All parts; at least one, which may be empty.</summary>
    internal ImmutableArray<ImmutableArray<TBlock>> ToParts()
    {
        if (_blocks.Count > 0 || _parts.Count == 0)
        {
            _parts.Add(_blocks.DrainToImmutable());
        }

        return [.. _parts];
    }
}
