namespace Orleans.Groups.Protocol;

/// <summary>
/// Wire form of <see cref="RecordEdit"/> (its kind, then one composite that starts with the operation) and of its
/// answer.
/// </summary>
internal static class RecordEditCodec
{
    private const int Create = 1;
    private const int Recreate = 2;
    private const int InsertRight = 3;
    private const int MarkDead = 4;
    private const int Erase = 5;
    private const int Remove = 6;
    private const int Close = 7;

    private const int MinReferenceBytes = 1;

    /// <summary>
    /// Create: operation, group, founder, new epoch. Recreate: operation, held record, new epoch. All others:
    /// operation, epoch, issued at; then InsertRight: left, joiner, most members. MarkDead: members, certain. Erase:
    /// members. Remove: nothing. Close: status.
    /// </summary>
    internal static void Write(ref WireWriter writer, in RecordEdit edit)
    {
        writer.WriteUnsigned((uint)KindOf(edit));
        var mark = writer.Begin();
        GroupRecordCodec.WriteOperationId(ref writer, edit.Operation);
        switch (edit)
        {
            case RecordEdit.Create create:
                writer.WriteName(create.Group.Value);
                writer.WriteMember(create.Founder);
                writer.WriteGuid(create.NewEpoch);
                break;
            case RecordEdit.Recreate recreate:
                GroupRecordCodec.Write(ref writer, recreate.Held);
                writer.WriteGuid(recreate.NewEpoch);
                break;
            default:
                writer.WriteGuid(edit.Epoch);
                writer.WriteNumber(edit.IssuedAt);
                WriteRest(ref writer, edit);
                break;
        }

        writer.End(mark);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; worthless after a failure.</summary>
    internal static RecordEdit Read(ref WireReader reader)
    {
        var kind = reader.ReadNumber();
        var outer = reader.Enter();
        if (kind is < Create or > Close)
        {
            reader.Fail(WireError.UnknownKind);
            return null!;
        }

        var edit = ReadFields(ref reader, kind);
        reader.Leave(outer);
        return edit;
    }

    /// <summary>Composite: verdict, current record (a length of 0 where there is none).</summary>
    internal static void WriteResult(ref WireWriter writer, in EditResult result)
    {
        var mark = writer.Begin();
        WireEnums.WriteEditVerdict(ref writer, result.Verdict);
        GroupRecordCodec.WriteOptional(ref writer, result.Current);
        writer.End(mark);
    }

    /// <summary>Reads what <see cref="WriteResult"/> wrote.</summary>
    internal static EditResult ReadResult(ref WireReader reader)
    {
        var outer = reader.Enter();
        var result = new EditResult(WireEnums.ReadEditVerdict(ref reader), GroupRecordCodec.ReadOptional(ref reader));
        reader.Leave(outer);
        return result;
    }

    private static int KindOf(RecordEdit edit) => edit switch
    {
        RecordEdit.Create => Create,
        RecordEdit.Recreate => Recreate,
        RecordEdit.InsertRight => InsertRight,
        RecordEdit.MarkDead => MarkDead,
        RecordEdit.Erase => Erase,
        RecordEdit.Remove => Remove,
        RecordEdit.Close => Close,
        _ => throw Invariant.Unreachable(edit),
    };

    private static void WriteRest(ref WireWriter writer, RecordEdit edit)
    {
        switch (edit)
        {
            case RecordEdit.InsertRight insert:
                writer.WriteMember(insert.Left);
                writer.WriteMember(insert.Joiner);
                writer.WriteNumber(insert.MaxMembers, atLeast: 1);
                break;
            case RecordEdit.MarkDead dead:
                writer.WriteArray(dead.Members, WriteMember);
                writer.WriteFlag(dead.Certain);
                break;
            case RecordEdit.Erase erase:
                writer.WriteArray(erase.Members, WriteMember);
                break;
            case RecordEdit.Close close:
                WireEnums.WriteRecordStatus(ref writer, close.Status);
                break;
        }
    }

    private static RecordEdit ReadFields(ref WireReader reader, long kind)
    {
        var operation = GroupRecordCodec.ReadOperationId(ref reader);
        if (kind == Create)
        {
            return new RecordEdit.Create(operation, reader.ReadGroupName(), reader.ReadMember(), reader.ReadGuid());
        }

        if (kind == Recreate)
        {
            return new RecordEdit.Recreate(operation, GroupRecordCodec.Read(ref reader), reader.ReadGuid());
        }

        var epoch = reader.ReadGuid();
        var issuedAt = reader.ReadNumber();
        switch (kind)
        {
            case InsertRight:
                var left = reader.ReadMember();
                var joiner = reader.ReadMember();
                var most = (int)reader.ReadNumber(atLeast: 1, atMost: int.MaxValue);
                return new RecordEdit.InsertRight(operation, epoch, issuedAt, left, joiner, most);
            case MarkDead:
                var dead = reader.ReadArray(MinReferenceBytes, ReadMember);
                return new RecordEdit.MarkDead(operation, epoch, issuedAt, dead, reader.ReadFlag());
            case Erase:
                var erased = reader.ReadArray(MinReferenceBytes, ReadMember);
                return new RecordEdit.Erase(operation, epoch, issuedAt, erased);
            case Remove:
                return new RecordEdit.Remove(operation, epoch, issuedAt);
            default:
                return new RecordEdit.Close(operation, epoch, issuedAt, WireEnums.ReadRecordStatus(ref reader));
        }
    }

    private static void WriteMember(ref WireWriter writer, in MemberId member) => writer.WriteMember(member);

    private static MemberId ReadMember(ref WireReader reader) => reader.ReadMember();
}
