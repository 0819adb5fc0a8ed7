using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Wire form of <see cref="GroupRecord"/>. Composite: group, epoch, parent, version, status, entries, operations. No
/// composite is empty here, so where a record may be missing, a length of 0 says so.
/// </summary>
internal static class GroupRecordCodec
{
    private const int MinEntryBytes = 5;
    private const int MinOperationBytes = 5;
    private const int SmallRing = 16;

    /// <summary>Writes a record.</summary>
    internal static void Write(ref WireWriter writer, GroupRecord record)
    {
        Invariant.Require(IsConsistent(record), "a record on the wire has unique members and a bounded history");
        var mark = writer.Begin();
        writer.WriteName(record.Group.Value);
        writer.WriteGuid(record.Epoch);
        writer.WriteGuid(record.Parent);
        writer.WriteNumber(record.Version, atLeast: 1);
        WireEnums.WriteRecordStatus(ref writer, record.Status);
        writer.WriteArray(record.Entries, WriteEntry);
        writer.WriteArray(record.Operations, WriteOperation);
        writer.End(mark);
    }

    /// <summary>Writes a record, or a length of 0 where there is none.</summary>
    internal static void WriteOptional(ref WireWriter writer, GroupRecord? record)
    {
        if (record is null)
        {
            writer.WriteUnsigned(0);
            return;
        }

        Write(ref writer, record);
    }

    /// <summary>Reads a record; worthless after a failure.</summary>
    internal static GroupRecord Read(ref WireReader reader)
    {
        var outer = reader.Enter();
        var record = ReadFields(ref reader);
        reader.Leave(outer);
        return record;
    }

    /// <summary>Reads a record, or that there is none.</summary>
    internal static GroupRecord? ReadOptional(ref WireReader reader)
    {
        var outer = reader.Enter();
        var record = reader.IsAtEnd ? null : ReadFields(ref reader);
        reader.Leave(outer);
        return record;
    }

    /// <summary>Composite: author, number.</summary>
    internal static void WriteOperationId(ref WireWriter writer, OperationId id)
    {
        var mark = writer.Begin();
        writer.WriteMember(id.Author);
        writer.WriteNumber(id.Number);
        writer.End(mark);
    }

    /// <summary>Reads what <see cref="WriteOperationId"/> wrote.</summary>
    internal static OperationId ReadOperationId(ref WireReader reader)
    {
        var outer = reader.Enter();
        var id = new OperationId(reader.ReadMember(), reader.ReadNumber());
        reader.Leave(outer);
        return id;
    }

    private static GroupRecord ReadFields(ref WireReader reader)
    {
        var group = reader.ReadGroupName();
        var epoch = reader.ReadGuid();
        var parent = reader.ReadGuid();
        var version = reader.ReadNumber(atLeast: 1);
        var status = WireEnums.ReadRecordStatus(ref reader);
        var entries = reader.ReadArray(MinEntryBytes, ReadEntry);
        var operations = reader.ReadArray(MinOperationBytes, ReadOperation);
        var record = new GroupRecord(group, epoch, parent, version, status, entries, operations);
        if (!reader.HasFailed && !IsConsistent(record))
        {
            reader.Fail(WireError.Malformed);
        }

        return record;
    }

    // Invariant: no member stands twice in a record, and no more operations are remembered than promised.
    private static bool IsConsistent(GroupRecord record)
    {
        var entries = record.Entries.AsSpan();
        if (record.Operations.AsSpan().Length > GroupRecord.MaxOperations)
        {
            return false;
        }

        if (entries.Length > SmallRing)
        {
            var members = new HashSet<MemberId>(entries.Length); // Asked only, never enumerated.
            foreach (var entry in entries)
            {
                if (!members.Add(entry.Member))
                {
                    return false;
                }
            }

            return true;
        }

        for (var index = 1; index < entries.Length; index++)
        {
            foreach (var earlier in entries[..index])
            {
                if (earlier.Member.Equals(entries[index].Member))
                {
                    return false;
                }
            }
        }

        return true;
    }

    // Composite: member, alive, link version, joined at.
    private static void WriteEntry(ref WireWriter writer, in RecordEntry entry)
    {
        var mark = writer.Begin();
        writer.WriteMember(entry.Member);
        writer.WriteFlag(entry.IsAlive);
        writer.WriteNumber(entry.LinkVersion);
        writer.WriteNumber(entry.JoinedAt);
        writer.End(mark);
    }

    private static RecordEntry ReadEntry(ref WireReader reader)
    {
        var outer = reader.Enter();
        var entry = new RecordEntry(reader.ReadMember(), reader.ReadFlag(), reader.ReadNumber(), reader.ReadNumber());
        reader.Leave(outer);
        return entry;
    }

    // Composite: version, operation id.
    private static void WriteOperation(ref WireWriter writer, in RecordOperation operation)
    {
        var mark = writer.Begin();
        writer.WriteNumber(operation.Version, atLeast: 1);
        WriteOperationId(ref writer, operation.Id);
        writer.End(mark);
    }

    private static RecordOperation ReadOperation(ref WireReader reader)
    {
        var outer = reader.Enter();
        var operation = new RecordOperation(reader.ReadNumber(atLeast: 1), ReadOperationId(ref reader));
        reader.Leave(outer);
        return operation;
    }
}
