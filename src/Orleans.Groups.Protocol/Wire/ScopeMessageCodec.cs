namespace Orleans.Groups.Protocol;

/// <summary>
/// Wire form of <see cref="ScopeMessage"/>: its kind, then one composite that starts with the sender's scope id.
/// </summary>
internal static class ScopeMessageCodec
{
    private const int Discover = 1;
    private const int SnapshotRequest = 2;
    private const int Snapshot = 3;
    private const int Update = 4;
    private const int Digest = 5;
    private const int ScopeDown = 6;

    private const int MinGroupBytes = 7;
    private const int MinMemberCountBytes = 3;

    /// <summary>
    /// Discover: from, version. SnapshotRequest: from. Snapshot: from, version, part, parts, groups. Update: from, from
    /// version, steps to the version after it, part, parts, changes. Digest: from, version, hash (8 bytes). ScopeDown:
    /// from.
    /// </summary>
    internal static void Write(ref WireWriter writer, ScopeMessage message)
    {
        writer.WriteUnsigned((uint)KindOf(message));
        var mark = writer.Begin();
        WriteScopeId(ref writer, message.From);
        switch (message)
        {
            case ScopeMessage.Discover discover:
                writer.WriteNumber(discover.Version);
                break;
            case ScopeMessage.Snapshot snapshot:
                writer.WriteNumber(snapshot.Version);
                WireParts.Write(ref writer, snapshot.Part, snapshot.Parts);
                writer.WriteArray(snapshot.Groups, WriteGroupEntry);
                break;
            case ScopeMessage.Update update:
                writer.WriteNumber(update.FromVersion);
                writer.WriteNumber(update.ToVersion - update.FromVersion, atLeast: 1);
                WireParts.Write(ref writer, update.Part, update.Parts);
                writer.WriteArray(update.Changes, WriteGroupDelta);
                break;
            case ScopeMessage.Digest digest:
                writer.WriteNumber(digest.Version);
                writer.WriteFixed64(digest.Hash);
                break;
        }

        writer.End(mark);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; worthless after a failure.</summary>
    internal static ScopeMessage Read(ref WireReader reader)
    {
        var kind = reader.ReadNumber();
        var outer = reader.Enter();
        ScopeMessage message;
        switch (kind)
        {
            case Discover:
                message = new ScopeMessage.Discover(ReadScopeId(ref reader), reader.ReadNumber());
                break;
            case SnapshotRequest:
                message = new ScopeMessage.SnapshotRequest(ReadScopeId(ref reader));
                break;
            case Snapshot:
                message = ReadSnapshot(ref reader);
                break;
            case Update:
                message = ReadUpdate(ref reader);
                break;
            case Digest:
                message = new ScopeMessage.Digest(ReadScopeId(ref reader), reader.ReadNumber(), reader.ReadFixed64());
                break;
            case ScopeDown:
                message = new ScopeMessage.ScopeDown(ReadScopeId(ref reader));
                break;
            default:
                reader.Fail(WireError.UnknownKind);
                return null!;
        }

        reader.Leave(outer);
        return message;
    }

    private static int KindOf(ScopeMessage message) => message switch
    {
        ScopeMessage.Discover => Discover,
        ScopeMessage.SnapshotRequest => SnapshotRequest,
        ScopeMessage.Snapshot => Snapshot,
        ScopeMessage.Update => Update,
        ScopeMessage.Digest => Digest,
        ScopeMessage.ScopeDown => ScopeDown,
        _ => throw Invariant.Unreachable(message),
    };

    private static ScopeMessage.Snapshot ReadSnapshot(ref WireReader reader)
    {
        var from = ReadScopeId(ref reader);
        var version = reader.ReadNumber();
        var (part, parts) = WireParts.Read(ref reader);
        return new ScopeMessage.Snapshot(from, version, part, parts, reader.ReadArray(MinGroupBytes, ReadGroupEntry));
    }

    private static ScopeMessage.Update ReadUpdate(ref WireReader reader)
    {
        var from = ReadScopeId(ref reader);
        var fromVersion = reader.ReadNumber();
        var toVersion = fromVersion + reader.ReadNumber(atLeast: 1, atMost: long.MaxValue - fromVersion);
        var (part, parts) = WireParts.Read(ref reader);
        var changes = reader.ReadArray(MinGroupBytes, ReadGroupDelta);
        return new ScopeMessage.Update(from, fromVersion, toVersion, part, parts, changes);
    }

    // Composite: node, counter.
    private static void WriteScopeId(ref WireWriter writer, ScopeId id)
    {
        var mark = writer.Begin();
        writer.WriteNode(id.Node);
        writer.WriteNumber(id.Counter, atLeast: 1);
        writer.End(mark);
    }

    private static ScopeId ReadScopeId(ref WireReader reader)
    {
        var outer = reader.Enter();
        var id = new ScopeId(reader.ReadNode(), reader.ReadNumber(atLeast: 1));
        reader.Leave(outer);
        return id;
    }

    // Composite: group, members, at least one.
    private static void WriteGroupEntry(ref WireWriter writer, in GroupEntry entry)
    {
        var mark = writer.Begin();
        writer.WriteName(entry.Group.Value);
        writer.WriteArray(entry.Members, WriteMemberCount, atLeast: 1);
        writer.End(mark);
    }

    private static GroupEntry ReadGroupEntry(ref WireReader reader)
    {
        var outer = reader.Enter();
        var group = reader.ReadGroupName();
        var members = reader.ReadArray(MinMemberCountBytes, ReadMemberCount, atLeast: 1);
        reader.Leave(outer);
        return new GroupEntry(group, members);
    }

    // Composite: member, count of 1 or more.
    private static void WriteMemberCount(ref WireWriter writer, in MemberCount member)
    {
        var mark = writer.Begin();
        writer.WriteMember(member.Member);
        writer.WriteNumber(member.Count, atLeast: 1);
        writer.End(mark);
    }

    private static MemberCount ReadMemberCount(ref WireReader reader)
    {
        var outer = reader.Enter();
        var member = new MemberCount(reader.ReadMember(), (int)reader.ReadNumber(atLeast: 1, atMost: int.MaxValue));
        reader.Leave(outer);
        return member;
    }

    // Composite: group, cause, members, at least one.
    private static void WriteGroupDelta(ref WireWriter writer, in GroupDelta delta)
    {
        var mark = writer.Begin();
        writer.WriteName(delta.Group.Value);
        WireEnums.WriteChangeReason(ref writer, delta.Cause);
        writer.WriteArray(delta.Members, WriteMemberDelta, atLeast: 1);
        writer.End(mark);
    }

    private static GroupDelta ReadGroupDelta(ref WireReader reader)
    {
        var outer = reader.Enter();
        var group = reader.ReadGroupName();
        var cause = WireEnums.ReadChangeReason(ref reader);
        var members = reader.ReadArray(MinMemberCountBytes, ReadMemberDelta, atLeast: 1);
        reader.Leave(outer);
        return new GroupDelta(group, cause, members);
    }

    // Composite: member, signed difference, never 0.
    private static void WriteMemberDelta(ref WireWriter writer, in MemberCount member)
    {
        Invariant.Require(member.Count != 0, "a change changes something");
        var mark = writer.Begin();
        writer.WriteMember(member.Member);
        writer.WriteSigned(member.Count);
        writer.End(mark);
    }

    private static MemberCount ReadMemberDelta(ref WireReader reader)
    {
        var outer = reader.Enter();
        var member = new MemberCount(reader.ReadMember(), reader.ReadSigned());
        if (member.Count == 0)
        {
            reader.Fail(WireError.Malformed);
        }

        reader.Leave(outer);
        return member;
    }
}
