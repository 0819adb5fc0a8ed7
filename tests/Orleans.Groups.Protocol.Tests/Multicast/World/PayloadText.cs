using System.Buffers.Binary;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>Payloads that say whose they are and which number they should get.</summary>
internal static class PayloadText
{
    internal const int HeaderBytes = 8;

    internal static byte[] Make(int serial, int sequence, int size)
    {
        var payload = new byte[Math.Max(size, HeaderBytes)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, serial);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), sequence);
        return payload;
    }

    internal static int SerialOf(ReadOnlyMemory<byte> payload) => BinaryPrimitives.ReadInt32LittleEndian(payload.Span);

    internal static int SequenceOf(ReadOnlyMemory<byte> payload) =>
        BinaryPrimitives.ReadInt32LittleEndian(payload.Span[4..]);
}
