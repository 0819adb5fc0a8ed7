using System.Buffers.Binary;

namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// A fast hash of 64 bits, the same in every process, so that streams of any length are compared by sums. Not safe
/// against somebody who forges logs.
/// </summary>
internal static class LineHash
{
    private const ulong First = 0xa0761d6478bd642f;
    private const ulong Second = 0xe7037ed1a0b428db;

    /// <summary>Hash of a text.</summary>
    internal static ulong Of(ReadOnlySpan<byte> text)
    {
        var hash = First ^ (ulong)text.Length;
        while (text.Length >= 16)
        {
            hash = Mix(
                BinaryPrimitives.ReadUInt64LittleEndian(text) ^ First,
                BinaryPrimitives.ReadUInt64LittleEndian(text[8..]) ^ hash);
            text = text[16..];
        }

        Span<byte> rest = stackalloc byte[16];
        rest.Clear();
        text.CopyTo(rest);
        hash = Mix(
            BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ Second,
            BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]) ^ hash);
        return Mix(hash ^ First, Second);
    }

    /// <summary>Hash of a text at a place.</summary>
    internal static ulong At(long number, ulong text) => Mix(text ^ Second, (ulong)number ^ First);

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
