using System;

namespace Orleans.Groups.Protocol;

/// <summary>
/// 64-bit hashes that are the same in every process, for comparing tables across nodes. Not for secrets.
/// </summary>
internal static class StableHash
{
    /// <summary>FNV-1a over the UTF-16 code units, then mixed.</summary>
    internal static ulong Of(string text)
    {
        var hash = 0xCBF2_9CE4_8422_2325UL;
        foreach (var character in text)
        {
            hash = (hash ^ character) * 0x0000_0100_0000_01B3UL;
        }

        return Mix(hash);
    }

    /// <summary>Hash of a member id.</summary>
    internal static ulong Of(MemberId member)
    {
        Span<byte> id = stackalloc byte[16];
        member.Node.Incarnation.Id.TryWriteBytes(id);
        var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(id);
        var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(id[8..]);
        return Combine(Combine(low, high), (ulong)member.Number);
    }

    /// <summary>Hash of an ordered pair of hashes.</summary>
    internal static ulong Combine(ulong first, ulong second) => Mix(first + (second * 0x9E37_79B9_7F4A_7C15UL) + 1);

    /// <summary>Spreads every input bit over all output bits.</summary>
    internal static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
