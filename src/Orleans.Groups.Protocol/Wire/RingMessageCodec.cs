namespace Orleans.Groups.Protocol;

/// <summary>Wire form of <see cref="RingMessage"/>: its kind, then one composite.</summary>
internal static class RingMessageCodec
{
    private const int View = 1;
    private const int AddOnRight = 2;
    private const int JoinRefused = 3;
    private const int JoinReply = 4;
    private const int Catchup = 5;
    private const int Activity = 6;
    private const int Processed = 7;

    private const int MinProgressBytes = 5;
    private const int MinActivityBytes = 5;

    /// <summary>
    /// View: record. AddOnRight: nothing. JoinRefused: reason. JoinReply: record, part, parts, progress. Catchup: link,
    /// part, parts, progress. Activity: link, entries. Processed: epoch, through.
    /// </summary>
    internal static void Write(ref WireWriter writer, RingMessage message)
    {
        writer.WriteUnsigned((uint)KindOf(message));
        var mark = writer.Begin();
        switch (message)
        {
            case RingMessage.View view:
                GroupRecordCodec.Write(ref writer, view.Record);
                break;
            case RingMessage.JoinRefused refused:
                WireEnums.WriteJoinRefusal(ref writer, refused.Reason);
                break;
            case RingMessage.JoinReply reply:
                GroupRecordCodec.Write(ref writer, reply.Record);
                WireParts.Write(ref writer, reply.Part, reply.Parts);
                writer.WriteArray(reply.Progress, WriteProgress);
                break;
            case RingMessage.Catchup catchup:
                WriteLink(ref writer, catchup.Link);
                WireParts.Write(ref writer, catchup.Part, catchup.Parts);
                writer.WriteArray(catchup.Progress, WriteProgress);
                break;
            case RingMessage.Activity activity:
                WriteLink(ref writer, activity.Link);
                writer.WriteArray(activity.Entries, WriteActivityEntry);
                break;
            case RingMessage.Processed processed:
                writer.WriteGuid(processed.Epoch);
                writer.WriteNumber(processed.Through);
                break;
        }

        writer.End(mark);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; worthless after a failure.</summary>
    internal static RingMessage Read(ref WireReader reader)
    {
        var kind = reader.ReadNumber();
        var outer = reader.Enter();
        RingMessage message;
        switch (kind)
        {
            case View:
                message = new RingMessage.View(GroupRecordCodec.Read(ref reader));
                break;
            case AddOnRight:
                message = RingMessage.AddOnRight.Instance;
                break;
            case JoinRefused:
                message = new RingMessage.JoinRefused(WireEnums.ReadJoinRefusal(ref reader));
                break;
            case JoinReply:
                message = ReadJoinReply(ref reader);
                break;
            case Catchup:
                message = ReadCatchup(ref reader);
                break;
            case Activity:
                message = ReadActivity(ref reader);
                break;
            case Processed:
                message = new RingMessage.Processed(reader.ReadGuid(), reader.ReadNumber());
                break;
            default:
                reader.Fail(WireError.UnknownKind);
                return null!;
        }

        reader.Leave(outer);
        return message;
    }

    private static int KindOf(RingMessage message) => message switch
    {
        RingMessage.Activity => Activity,
        RingMessage.Processed => Processed,
        RingMessage.View => View,
        RingMessage.AddOnRight => AddOnRight,
        RingMessage.JoinRefused => JoinRefused,
        RingMessage.JoinReply => JoinReply,
        RingMessage.Catchup => Catchup,
        _ => throw Invariant.Unreachable(message),
    };

    private static RingMessage.JoinReply ReadJoinReply(ref WireReader reader)
    {
        var record = GroupRecordCodec.Read(ref reader);
        var (part, parts) = WireParts.Read(ref reader);
        return new RingMessage.JoinReply(record, part, parts, reader.ReadArray(MinProgressBytes, ReadProgress));
    }

    private static RingMessage.Catchup ReadCatchup(ref WireReader reader)
    {
        var link = ReadLink(ref reader);
        var (part, parts) = WireParts.Read(ref reader);
        return new RingMessage.Catchup(link, part, parts, reader.ReadArray(MinProgressBytes, ReadProgress));
    }

    private static RingMessage.Activity ReadActivity(ref WireReader reader)
    {
        var link = ReadLink(ref reader);
        return new RingMessage.Activity(link, reader.ReadArray(MinActivityBytes, ReadActivityEntry));
    }

    // Composite: epoch, stamp, version.
    private static void WriteLink(ref WireWriter writer, LinkStamp link)
    {
        var mark = writer.Begin();
        writer.WriteGuid(link.Epoch);
        writer.WriteNumber(link.Stamp);
        writer.WriteNumber(link.Version);
        writer.End(mark);
    }

    private static LinkStamp ReadLink(ref WireReader reader)
    {
        var outer = reader.Enter();
        var link = new LinkStamp(reader.ReadGuid(), reader.ReadNumber(), reader.ReadNumber());
        reader.Leave(outer);
        return link;
    }

    // Composite: publisher, last published, last acked, pending batches.
    private static void WriteProgress(ref WireWriter writer, in ProgressEntry entry)
    {
        var mark = writer.Begin();
        writer.WriteMember(entry.Publisher);
        writer.WriteNumber(entry.LastPublished);
        writer.WriteNumber(entry.LastAcked);
        PublicationCodec.Write(ref writer, entry.Pending);
        writer.End(mark);
    }

    private static ProgressEntry ReadProgress(ref WireReader reader)
    {
        var outer = reader.Enter();
        var publisher = reader.ReadMember();
        var lastPublished = reader.ReadNumber();
        var lastAcked = reader.ReadNumber();
        var pending = PublicationCodec.Read(ref reader);
        reader.Leave(outer);
        return new ProgressEntry(publisher, lastPublished, lastAcked, pending);
    }

    // Composite: publisher, batches, published through, acked through.
    private static void WriteActivityEntry(ref WireWriter writer, in ActivityEntry entry)
    {
        var mark = writer.Begin();
        writer.WriteMember(entry.Publisher);
        PublicationCodec.Write(ref writer, entry.Publications);
        writer.WriteNumber(entry.PublishedThrough);
        writer.WriteNumber(entry.AckedThrough);
        writer.End(mark);
    }

    private static ActivityEntry ReadActivityEntry(ref WireReader reader)
    {
        var outer = reader.Enter();
        var publisher = reader.ReadMember();
        var publications = PublicationCodec.Read(ref reader);
        var publishedThrough = reader.ReadNumber();
        var ackedThrough = reader.ReadNumber();
        reader.Leave(outer);
        return new ActivityEntry(publisher, publications, publishedThrough, ackedThrough);
    }
}
