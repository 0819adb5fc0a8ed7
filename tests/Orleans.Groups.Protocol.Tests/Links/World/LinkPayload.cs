using System.Buffers.Binary;

namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>Frames that say what they are, so that a checker needs nothing else; the smallest says nothing.</summary>
internal static class LinkPayload
{
    private const int HeadBytes = 40;

    /// <summary>A frame of at least that length; its bytes behind the head follow from the head.</summary>
    public static byte[] Of(long session, LinkLane lane, LinkChannel channel, long inChannel, long inLane, int length)
    {
        var bytes = new byte[Math.Max(HeadBytes, length)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, session);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), (long)lane);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), channel.Tag);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), inChannel);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), inLane);
        for (var index = HeadBytes; index < bytes.Length; index++)
        {
            bytes[index] = FillerAt(inChannel, index);
        }

        return bytes;
    }

    /// <summary>Reads a frame back; fails when it is damaged.</summary>
    public static (long Session, LinkLane Lane, LinkChannel Channel, long InChannel, long InLane) Read(
        ReadOnlySpan<byte> bytes)
    {
        var inChannel = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        for (var index = HeadBytes; index < bytes.Length; index++)
        {
            if (bytes[index] != FillerAt(inChannel, index))
            {
                Assert.Fail($"a frame is damaged at {index} of {bytes.Length}");
            }
        }

        return (
            BinaryPrimitives.ReadInt64LittleEndian(bytes),
            (LinkLane)BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            new LinkChannel(BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..])),
            inChannel,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]));
    }

    private static byte FillerAt(long number, int index) => (byte)((number * 31) + index);
}
