using System.Buffers;
using System.Data.Common;
using Orleans.Groups.Protocol;
using Orleans.Storage;

namespace Orleans.Groups;

/// <summary>Keeps a record in a grain storage provider; the ETag makes it a compare-and-swap cell.</summary>
internal sealed class StoredRecordCell(GroupName group, IPersistentState<StoredRecord> state) : IRecordCell
{
    // Class 23 of the SQL standard: a constraint was violated.
    private const string ConstraintViolation = "23";

    /// <inheritdoc/>
    public async ValueTask<GroupRecord?> ReadAsync()
    {
        await state.ReadStateAsync();

        // A provider may keep an empty state for what was cleared; whether it says that it exists differs.
        if (state.State?.Bytes is not { } bytes)
        {
            return null;
        }

        if (!WireCodec.TryDecodeRecord(bytes, out var record, out var error))
        {
            throw new RecordDamagedException(group, error);
        }

        return record.Group == group ? record : throw new RecordDamagedException(group, record.Group);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryWriteAsync(GroupRecord record)
    {
        var bytes = new ArrayBufferWriter<byte>();
        WireCodec.EncodeRecord(record, bytes);
        state.State = new StoredRecord { Bytes = bytes.WrittenSpan.ToArray() };
        return TryAsync(state.WriteStateAsync());
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryClearAsync() =>
        state.State?.Bytes is null ? ValueTask.FromResult(true) : TryAsync(state.ClearStateAsync());

    private static async ValueTask<bool> TryAsync(Task change)
    {
        try
        {
            await change;
            return true;
        }
        catch (Exception exception) when (IsConflict(exception))
        {
            return false;
        }
    }

    /// <summary>
    /// Whether somebody else was faster. Of two first writes, a database with the unique index refuses the second in
    /// its own words, which the provider passes on.
    /// </summary>
    private static bool IsConflict(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is InconsistentStateException
                || (cause is DbException { SqlState: { } code }
                    && code.StartsWith(ConstraintViolation, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }
}
