using System.Numerics;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>128 bits that stand for a state; two different states have the same with negligible chance.</summary>
internal readonly record struct StateHash(ulong High, ulong Low) : IComparable<StateHash>
{
    /// <summary>By both halves, so that one of several can be chosen.</summary>
    public int CompareTo(StateHash other)
    {
        var byHigh = High.CompareTo(other.High);
        return byHigh != 0 ? byHigh : Low.CompareTo(other.Low);
    }

    /// <summary>A sum that does not depend on the order of what is added.</summary>
    internal StateHash Plus(StateHash other) => new(unchecked(High + other.High), unchecked(Low + other.Low));
}

/// <summary>Gathers what a state is made of into its hash, in order.</summary>
internal struct StateHashBuilder
{
    private ulong _high;
    private ulong _low;

    internal void Add(ulong value)
    {
        unchecked
        {
            _high = BitOperations.RotateLeft((_high ^ value) * 0x9E37_79B9_7F4A_7C15, 29) + 0x632B_E59B_D9B4_E019;
            _low = BitOperations.RotateLeft((_low + value) * 0xC2B2_AE3D_27D4_EB4F, 31) ^ _high;
        }
    }

    internal void Add(long value) => Add(unchecked((ulong)value));

    internal void Add(in StateHash hash)
    {
        Add(hash.High);
        Add(hash.Low);
    }

    internal readonly StateHash ToHash() => new(Mix(_high), Mix(_low ^ BitOperations.RotateLeft(_high, 17)));

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 32)) * 0xD6E8_FEB8_6659_FD93;
            value = (value ^ (value >> 32)) * 0xD6E8_FEB8_6659_FD93;
            return value ^ (value >> 32);
        }
    }
}
