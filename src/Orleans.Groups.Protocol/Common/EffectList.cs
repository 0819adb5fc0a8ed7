using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Orleans.Groups.Protocol;

/// <summary>
/// What a machine wants done, in the order in which it must be done. Reused by its host; not thread-safe.
/// </summary>
/// <typeparam name="TEffect">The machine's family of effects.</typeparam>
internal sealed class EffectList<TEffect>
{
    private readonly List<TEffect> _effects = [];

    /// <summary>Number of effects.</summary>
    internal int Count => _effects.Count;

    /// <summary>The effects in order; valid until the next change.</summary>
    internal ReadOnlySpan<TEffect> Effects => CollectionsMarshal.AsSpan(_effects);

    /// <summary>The effect at a position.</summary>
    internal TEffect this[int index] => _effects[index];

    internal void Add(TEffect effect) => _effects.Add(effect);

    internal void Clear() => _effects.Clear();
}
