using System.Buffers.Binary;
using System.Text;

namespace Orleans.Groups.Conformance;

/// <summary>Payloads whose receiver can tell which one it is and whether a byte of it has changed.</summary>
internal static class Payloads
{
    /// <summary>Smallest numbered payload.</summary>
    internal const int HeaderBytes = 12;

    private const int Magic = 0x5eed_0a55;

    /// <summary>A payload that carries a number and is filled with bytes that follow from it.</summary>
    internal static byte[] Numbered(long number, int bytes = HeaderBytes)
    {
        var payload = new byte[Math.Max(bytes, HeaderBytes)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(4), number);
        for (var index = HeaderBytes; index < payload.Length; index++)
        {
            payload[index] = Fill(number, index);
        }

        return payload;
    }

    /// <summary>Reads the number of such a payload; <see langword="false"/> for any other payload.</summary>
    internal static bool TryReadNumber(ReadOnlySpan<byte> payload, out long number)
    {
        number = 0;
        if (payload.Length < HeaderBytes || BinaryPrimitives.ReadInt32LittleEndian(payload) != Magic)
        {
            return false;
        }

        number = BinaryPrimitives.ReadInt64LittleEndian(payload[4..]);
        return true;
    }

    /// <summary>Whether every byte of a numbered payload is as it was made.</summary>
    internal static bool IsIntact(ReadOnlySpan<byte> payload, long number)
    {
        for (var index = HeaderBytes; index < payload.Length; index++)
        {
            if (payload[index] != Fill(number, index))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A payload for people.</summary>
    internal static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Reads a payload for people.</summary>
    internal static string TextOf(ReadOnlyMemory<byte> payload) => Encoding.UTF8.GetString(payload.Span);

    private static byte Fill(long number, int index) => (byte)((number * 31) + index);
}
