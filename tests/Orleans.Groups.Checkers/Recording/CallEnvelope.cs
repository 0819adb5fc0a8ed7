using System.Buffers.Binary;

namespace Orleans.Groups.Checkers;

/// <summary>
/// Puts the number of the broadcast before each payload, so that what is delivered can be told from all else that looks
/// like it.
/// </summary>
/// <remarks>4 bytes of a mark and 8 bytes of the number. A payload without the mark is passed on as it is.</remarks>
internal static class CallEnvelope
{
    internal const int Bytes = 12;

    private static ReadOnlySpan<byte> Mark => "OGr1"u8;

    internal static ReadOnlyMemory<byte> Wrap(long call, ReadOnlySpan<byte> payload)
    {
        var wrapped = new byte[Bytes + payload.Length];
        Mark.CopyTo(wrapped);
        BinaryPrimitives.WriteInt64LittleEndian(wrapped.AsSpan(Mark.Length), call);
        payload.CopyTo(wrapped.AsSpan(Bytes));
        return wrapped;
    }

    /// <summary>The number, 0 if there is none, and the payload itself.</summary>
    internal static (long Call, ReadOnlyMemory<byte> Payload) Unwrap(ReadOnlyMemory<byte> wrapped)
    {
        var span = wrapped.Span;
        return span.Length >= Bytes && span.StartsWith(Mark)
            ? (BinaryPrimitives.ReadInt64LittleEndian(span[Mark.Length..]), wrapped[Bytes..])
            : (0, wrapped);
    }

    /// <summary>A hash of a payload, the same on every machine.</summary>
    internal static string HashOf(ReadOnlySpan<byte> payload)
    {
        var hash = 14_695_981_039_346_656_037UL ^ (ulong)payload.Length;
        while (payload.Length >= sizeof(ulong))
        {
            Mix(BinaryPrimitives.ReadUInt64LittleEndian(payload));
            payload = payload[sizeof(ulong)..];
        }

        foreach (var one in payload)
        {
            Mix(one);
        }

        return hash.ToString("x16");

        void Mix(ulong value)
        {
            hash = unchecked((hash ^ value) * 0x9E37_79B9_7F4A_7C15UL);
            hash ^= hash >> 32;
        }
    }
}
