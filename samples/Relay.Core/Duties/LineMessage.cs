using System.Buffers.Binary;

namespace Orleans.Groups.Samples.Relay;

/// <summary>A message of the relay: the number of a line, counted from 0, in 8 bytes, and the line itself.</summary>
internal static class LineMessage
{
    /// <summary>Bytes before the line.</summary>
    internal const int HeaderBytes = 8;

    /// <summary>Takes a message apart; <see langword="false"/> when it is none.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> payload, out long line, out ReadOnlySpan<byte> text)
    {
        if (payload.Length < HeaderBytes)
        {
            line = 0;
            text = default;
            return false;
        }

        line = BinaryPrimitives.ReadInt64LittleEndian(payload);
        text = payload[HeaderBytes..];
        return line >= 0;
    }
}

/// <summary>
/// Makes messages. Many small ones share a block of memory, because the ring keeps them for a short time and all alike.
/// </summary>
internal sealed class LineMessageWriter
{
    private const int BlockBytes = 64 * 1024;
    private byte[] _block = [];
    private int _used;

    /// <summary>A message of its own memory, never changed afterwards.</summary>
    internal ReadOnlyMemory<byte> Write(long line, ReadOnlySpan<byte> text)
    {
        var length = LineMessage.HeaderBytes + text.Length;
        var message = Reserve(length);
        BinaryPrimitives.WriteInt64LittleEndian(message.Span, line);
        text.CopyTo(message.Span[LineMessage.HeaderBytes..]);
        return message;
    }

    private Memory<byte> Reserve(int length)
    {
        if (length > BlockBytes / 8)
        {
            return GC.AllocateUninitializedArray<byte>(length);
        }

        if (_used + length > _block.Length)
        {
            _block = GC.AllocateUninitializedArray<byte>(BlockBytes);
            _used = 0;
        }

        _used += length;
        return _block.AsMemory(_used - length, length);
    }
}
