using System;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Wire form of <see cref="LinkMessage"/>: the header, then the fields in the order that each message states. The body
/// of a batch stands behind all of it, so that it need not be copied; its length is the last field.
/// </summary>
internal static class LinkMessageCodec
{
    private const int MinCreditBytes = 3;

    /// <summary>The number of the message's kind.</summary>
    internal static int KindOf(LinkMessage message) => message switch
    {
        LinkMessage.Batch => WireKinds.LinkBatch,
        LinkMessage.Ack => WireKinds.LinkAck,
        LinkMessage.Open => WireKinds.LinkOpen,
        LinkMessage.Over => WireKinds.LinkOver,
        LinkMessage.Refused => WireKinds.LinkRefused,
        _ => throw Invariant.Unreachable(message),
    };

    /// <summary>Whether this version knows link messages of a kind.</summary>
    internal static bool IsKnown(long kind) => kind is >= WireKinds.LinkOpen and <= WireKinds.LinkRefused;

    /// <summary>Writes the fields of a message, without its tail.</summary>
    internal static void Write(ref WireWriter writer, in LinkMessage message)
    {
        WriteHeader(ref writer, message.Header);
        switch (message)
        {
            case LinkMessage.Batch batch:
                WriteBatch(ref writer, batch);
                break;
            case LinkMessage.Ack ack:
                WriteAcks(ref writer, ack.Acks);
                break;
            case LinkMessage.Open open:
                writer.WriteFlag(open.IsHeard);
                WriteLimits(ref writer, open.Limits);
                break;
            case LinkMessage.Over over:
                writer.WriteFlag(over.IsAnswer);
                break;
            case LinkMessage.Refused refused:
                WireEnums.WriteLinkRefusal(ref writer, refused.Reason);
                break;
        }
    }

    /// <summary>Reads the fields of a message of a known kind; worthless after a failure.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="separateTail">The tail, when it does not stand behind the message.</param>
    internal static LinkMessage Read(ref WireReader reader, int kind, ReadOnlyMemory<byte>? separateTail)
    {
        var header = ReadHeader(ref reader);
        if (kind != WireKinds.LinkBatch && separateTail is { IsEmpty: false })
        {
            reader.Fail(WireError.Malformed);
        }

        switch (kind)
        {
            case WireKinds.LinkBatch:
                return ReadBatch(ref reader, header, separateTail);
            case WireKinds.LinkAck:
                return new LinkMessage.Ack(header, ReadAcks(ref reader));
            case WireKinds.LinkOpen:
                return new LinkMessage.Open(header, reader.ReadFlag(), ReadLimits(ref reader));
            case WireKinds.LinkOver:
                return new LinkMessage.Over(header, reader.ReadFlag());
            case WireKinds.LinkRefused:
                return new LinkMessage.Refused(header, WireEnums.ReadLinkRefusal(ref reader));
            default:
                throw Invariant.Unreachable(kind);
        }
    }

    private static void WriteHeader(ref WireWriter writer, in LinkHeader header)
    {
        writer.WriteNode(header.From);
        writer.WriteNode(header.To);
        writer.WriteNumber(header.OldestVersion, atLeast: 1);
        writer.WriteNumber(header.NewestVersion, atLeast: header.OldestVersion);
        writer.WriteNumber(header.Session);
    }

    private static LinkHeader ReadHeader(ref WireReader reader)
    {
        var from = reader.ReadNode();
        var to = reader.ReadNode();
        var oldest = (int)reader.ReadNumber(atLeast: 1, atMost: int.MaxValue);
        var newest = (int)reader.ReadNumber(atLeast: oldest, atMost: int.MaxValue);
        return new LinkHeader(from, to, oldest, newest, reader.ReadNumber());
    }

    private static void WriteBatch(ref WireWriter writer, LinkMessage.Batch batch)
    {
        WriteAcks(ref writer, batch.Acks);
        WireEnums.WriteLinkLane(ref writer, batch.Lane);
        writer.WriteNumber(batch.Number, atLeast: 1);
        writer.WriteArray(batch.Credits, WriteCredit);
        WireEnums.WriteLinkPart(ref writer, batch.Part);
        WriteChannel(ref writer, batch.Channel);
        writer.WriteNumber(batch.Body.Length);
    }

    private static LinkMessage.Batch ReadBatch(
        ref WireReader reader,
        in LinkHeader header,
        ReadOnlyMemory<byte>? separateTail)
    {
        var acks = ReadAcks(ref reader);
        var lane = WireEnums.ReadLinkLane(ref reader);
        var number = reader.ReadNumber(atLeast: 1);
        var credits = reader.ReadArray(MinCreditBytes, ReadCredit);
        var part = WireEnums.ReadLinkPart(ref reader);
        var channel = ReadChannel(ref reader);
        var length = (int)reader.ReadNumber(atMost: int.MaxValue);
        var body = separateTail is { } tail ? CheckTail(ref reader, tail, length) : reader.ReadTail(length);
        return new LinkMessage.Batch(header, acks, lane, number, credits, part, channel, body);
    }

    private static ReadOnlyMemory<byte> CheckTail(ref WireReader reader, ReadOnlyMemory<byte> tail, int length)
    {
        if (tail.Length != length)
        {
            reader.Fail(tail.Length < length ? WireError.Truncated : WireError.Malformed);
        }

        return tail;
    }

    private static void WriteAcks(ref WireWriter writer, in LinkAcks acks)
    {
        var mark = writer.Begin();
        writer.WriteNumber(acks.DataThrough);
        writer.WriteNumber((long)acks.DataHeld);
        writer.WriteNumber(acks.ControlThrough);
        writer.WriteNumber((long)acks.ControlHeld);
        writer.End(mark);
    }

    private static LinkAcks ReadAcks(ref WireReader reader)
    {
        var outer = reader.Enter();
        var acks = new LinkAcks(
            reader.ReadNumber(),
            (ulong)reader.ReadNumber(),
            reader.ReadNumber(),
            (ulong)reader.ReadNumber());
        reader.Leave(outer);
        return acks;
    }

    private static void WriteLimits(ref WireWriter writer, in LinkLimits limits)
    {
        var mark = writer.Begin();
        writer.WriteNumber(limits.MaxBatchesInFlight, atLeast: 1);
        writer.WriteNumber(limits.MaxBatchBytes, atLeast: 1);
        writer.WriteNumber(limits.MaxFrameBytes, atLeast: 1);
        writer.WriteNumber(limits.ChannelCreditBytes, atLeast: 1);
        writer.End(mark);
    }

    private static LinkLimits ReadLimits(ref WireReader reader)
    {
        var outer = reader.Enter();
        var limits = new LinkLimits(
            (int)reader.ReadNumber(atLeast: 1, atMost: int.MaxValue),
            (int)reader.ReadNumber(atLeast: 1, atMost: int.MaxValue),
            (int)reader.ReadNumber(atLeast: 1, atMost: int.MaxValue),
            reader.ReadNumber(atLeast: 1));
        reader.Leave(outer);
        return limits;
    }

    private static void WriteCredit(ref WireWriter writer, in LinkCredit credit)
    {
        var mark = writer.Begin();
        WriteChannel(ref writer, credit.Channel);
        writer.WriteNumber(credit.Bytes, atLeast: 1);
        writer.End(mark);
    }

    private static LinkCredit ReadCredit(ref WireReader reader)
    {
        var outer = reader.Enter();
        var credit = new LinkCredit(ReadChannel(ref reader), reader.ReadNumber(atLeast: 1));
        reader.Leave(outer);
        return credit;
    }

    private static void WriteChannel(ref WireWriter writer, LinkChannel channel) =>
        writer.WriteNumber((long)channel.Tag);

    private static LinkChannel ReadChannel(ref WireReader reader) => new((ulong)reader.ReadNumber());
}
