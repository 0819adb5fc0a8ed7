namespace Orleans.Groups.Protocol;

/// <summary>
/// The numbers of enum values on the wire. They do not depend on the order in which the enums are declared.
/// </summary>
/// <remarks>
/// A later version may add values. Where a reader that does not know one can do the right thing all the same, it gets
/// the value named here; elsewhere the whole frame is of an unknown kind.
/// </remarks>
internal static class WireEnums
{
    /// <summary>
    /// Joined 1, Left 2, Ended 3, ScopeStopped 4, NodeDown 5, Resynced 6; a later one is read as Resynced.
    /// </summary>
    internal static void WriteChangeReason(ref WireWriter writer, ChangeReason reason) =>
        writer.WriteUnsigned(reason switch
        {
            ChangeReason.Joined => 1,
            ChangeReason.Left => 2,
            ChangeReason.Ended => 3,
            ChangeReason.ScopeStopped => 4,
            ChangeReason.NodeDown => 5,
            ChangeReason.Resynced => 6,
            _ => throw Invariant.Unreachable(reason), // An overflow concerns one monitor and never leaves its node.
        });

    /// <summary>Reads what <see cref="WriteChangeReason"/> wrote.</summary>
    internal static ChangeReason ReadChangeReason(ref WireReader reader)
    {
        var value = reader.ReadNumber(atLeast: 1);
        return value switch
        {
            1 => ChangeReason.Joined,
            2 => ChangeReason.Left,
            3 => ChangeReason.Ended,
            4 => ChangeReason.ScopeStopped,
            5 => ChangeReason.NodeDown,
            6 => ChangeReason.Resynced,
            _ => reader.Substitute(ChangeReason.Resynced),
        };
    }

    /// <summary>Delivered 1, Gone 2, NotConnected 3, Overloaded 4, Unknown 5; a later one is read as Unknown.</summary>
    internal static void WriteSendOutcome(ref WireWriter writer, SendOutcome outcome) =>
        writer.WriteUnsigned(outcome switch
        {
            SendOutcome.Delivered => 1,
            SendOutcome.Gone => 2,
            SendOutcome.NotConnected => 3,
            SendOutcome.Overloaded => 4,
            SendOutcome.Unknown => 5,
            _ => throw Invariant.Unreachable(outcome),
        });

    /// <summary>Reads what <see cref="WriteSendOutcome"/> wrote.</summary>
    internal static SendOutcome ReadSendOutcome(ref WireReader reader)
    {
        var value = reader.ReadNumber(atLeast: 1);
        return value switch
        {
            1 => SendOutcome.Delivered,
            2 => SendOutcome.Gone,
            3 => SendOutcome.NotConnected,
            4 => SendOutcome.Overloaded,
            5 => SendOutcome.Unknown,
            _ => reader.Substitute(SendOutcome.Unknown),
        };
    }

    /// <summary>NotMember 1, Busy 2, Full 3, Gone 4; a later one is read as NotMember: "ask somebody else".</summary>
    internal static void WriteJoinRefusal(ref WireWriter writer, JoinRefusal reason) =>
        writer.WriteUnsigned(reason switch
        {
            JoinRefusal.NotMember => 1,
            JoinRefusal.Busy => 2,
            JoinRefusal.Full => 3,
            JoinRefusal.Gone => 4,
            _ => throw Invariant.Unreachable(reason),
        });

    /// <summary>Reads what <see cref="WriteJoinRefusal"/> wrote.</summary>
    internal static JoinRefusal ReadJoinRefusal(ref WireReader reader)
    {
        var value = reader.ReadNumber(atLeast: 1);
        return value switch
        {
            1 => JoinRefusal.NotMember,
            2 => JoinRefusal.Busy,
            3 => JoinRefusal.Full,
            4 => JoinRefusal.Gone,
            _ => reader.Substitute(JoinRefusal.NotMember),
        };
    }

    /// <summary>Open 1, ShutDown 2, Forgotten 3; a later one makes the frame unknown.</summary>
    internal static void WriteRecordStatus(ref WireWriter writer, RecordStatus status) =>
        writer.WriteUnsigned(status switch
        {
            RecordStatus.Open => 1,
            RecordStatus.ShutDown => 2,
            RecordStatus.Forgotten => 3,
            _ => throw Invariant.Unreachable(status),
        });

    /// <summary>Reads what <see cref="WriteRecordStatus"/> wrote.</summary>
    internal static RecordStatus ReadRecordStatus(ref WireReader reader)
    {
        switch (reader.ReadNumber(atLeast: 1))
        {
            case 1:
                return RecordStatus.Open;
            case 2:
                return RecordStatus.ShutDown;
            case 3:
                return RecordStatus.Forgotten;
            default:
                reader.Fail(WireError.UnknownKind);
                return default;
        }
    }

    /// <summary>
    /// Applied 1, NothingToDo 2, Missing 3, AuthorNotAlive 4, WrongEpoch 5, Expired 6, Refused 7, Full 8; a later one
    /// makes the answer unknown.
    /// </summary>
    internal static void WriteEditVerdict(ref WireWriter writer, EditVerdict verdict) =>
        writer.WriteUnsigned(verdict switch
        {
            EditVerdict.Applied => 1,
            EditVerdict.NothingToDo => 2,
            EditVerdict.Missing => 3,
            EditVerdict.AuthorNotAlive => 4,
            EditVerdict.WrongEpoch => 5,
            EditVerdict.Expired => 6,
            EditVerdict.Refused => 7,
            EditVerdict.Full => 8,
            _ => throw Invariant.Unreachable(verdict),
        });

    /// <summary>Reads what <see cref="WriteEditVerdict"/> wrote.</summary>
    internal static EditVerdict ReadEditVerdict(ref WireReader reader)
    {
        switch (reader.ReadNumber(atLeast: 1))
        {
            case 1:
                return EditVerdict.Applied;
            case 2:
                return EditVerdict.NothingToDo;
            case 3:
                return EditVerdict.Missing;
            case 4:
                return EditVerdict.AuthorNotAlive;
            case 5:
                return EditVerdict.WrongEpoch;
            case 6:
                return EditVerdict.Expired;
            case 7:
                return EditVerdict.Refused;
            case 8:
                return EditVerdict.Full;
            default:
                reader.Fail(WireError.UnknownKind);
                return default;
        }
    }

    /// <summary>Data 1, Control 2; a later one makes the message unknown.</summary>
    internal static void WriteLinkLane(ref WireWriter writer, LinkLane lane) =>
        writer.WriteUnsigned(lane switch
        {
            LinkLane.Data => 1,
            LinkLane.Control => 2,
            _ => throw Invariant.Unreachable(lane),
        });

    /// <summary>Reads what <see cref="WriteLinkLane"/> wrote.</summary>
    internal static LinkLane ReadLinkLane(ref WireReader reader)
    {
        switch (reader.ReadNumber(atLeast: 1))
        {
            case 1:
                return LinkLane.Data;
            case 2:
                return LinkLane.Control;
            default:
                reader.Fail(WireError.UnknownKind);
                return default;
        }
    }

    /// <summary>None 1, More 2, Last 3; a later one makes the message unknown.</summary>
    internal static void WriteLinkPart(ref WireWriter writer, LinkPart part) =>
        writer.WriteUnsigned(part switch
        {
            LinkPart.None => 1,
            LinkPart.More => 2,
            LinkPart.Last => 3,
            _ => throw Invariant.Unreachable(part),
        });

    /// <summary>Reads what <see cref="WriteLinkPart"/> wrote.</summary>
    internal static LinkPart ReadLinkPart(ref WireReader reader)
    {
        switch (reader.ReadNumber(atLeast: 1))
        {
            case 1:
                return LinkPart.None;
            case 2:
                return LinkPart.More;
            case 3:
                return LinkPart.Last;
            default:
                reader.Fail(WireError.UnknownKind);
                return default;
        }
    }

    /// <summary>Dead 1, Version 2; a later one makes the message unknown.</summary>
    internal static void WriteLinkRefusal(ref WireWriter writer, LinkRefusal reason) =>
        writer.WriteUnsigned(reason switch
        {
            LinkRefusal.Dead => 1,
            LinkRefusal.Version => 2,
            _ => throw Invariant.Unreachable(reason),
        });

    /// <summary>Reads what <see cref="WriteLinkRefusal"/> wrote.</summary>
    internal static LinkRefusal ReadLinkRefusal(ref WireReader reader)
    {
        switch (reader.ReadNumber(atLeast: 1))
        {
            case 1:
                return LinkRefusal.Dead;
            case 2:
                return LinkRefusal.Version;
            default:
                reader.Fail(WireError.UnknownKind);
                return default;
        }
    }
}
