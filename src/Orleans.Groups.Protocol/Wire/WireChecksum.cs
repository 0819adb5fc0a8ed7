using System;
using System.Buffers.Binary;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Finds accidental damage; no protection against intent. The last eight bytes of a stored record, lowest first.
/// </summary>
/// <remarks>
/// <see cref="StableHash.Combine"/> is one-to-one in each of its arguments, so damage within one aligned group of eight
/// bytes is always found, and any other with a chance of 1 − 2⁻⁶⁴.
/// </remarks>
internal static class WireChecksum
{
    /// <summary>Bytes of a checksum.</summary>
    internal const int Bytes = sizeof(ulong);

    /// <summary>
    /// From the length, then eight bytes at a time, lowest first, the last group filled up with zeros.
    /// </summary>
    internal static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = StableHash.Mix((ulong)bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            hash = StableHash.Combine(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        if (bytes.IsEmpty)
        {
            return hash;
        }

        Span<byte> last = stackalloc byte[sizeof(ulong)];
        last.Clear();
        bytes.CopyTo(last);
        return StableHash.Combine(hash, BinaryPrimitives.ReadUInt64LittleEndian(last));
    }
}
