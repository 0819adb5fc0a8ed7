using System;

namespace Orleans.Groups.Protocol;

/// <summary>A random sequence that depends on its seed alone, on every machine and runtime. Not for secrets.</summary>
/// <remarks>Source: SplitMix64 (Steele, Lea, Flood 2014), restated.</remarks>
internal sealed class DeterministicRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    internal ulong NextUInt64()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        return StableHash.Mix(_state);
    }

    /// <summary>A number from 0 to <paramref name="exclusiveMax"/> − 1, which must be positive.</summary>
    internal int Next(int exclusiveMax)
    {
        Invariant.Require(exclusiveMax > 0, "a random choice is made among at least one");
        return (int)Math.BigMul(NextUInt64(), (ulong)exclusiveMax, out _);
    }

    /// <summary>A number from 0 up to, but not, 1.</summary>
    internal double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A random id.</summary>
    internal Guid NextGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes, NextUInt64());
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], NextUInt64());
        return new Guid(bytes);
    }
}
