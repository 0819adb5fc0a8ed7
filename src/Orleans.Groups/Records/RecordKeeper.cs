using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>Reads and edits the record in a cell that others may change at the same time.</summary>
/// <remarks>
/// Every request looks at the cell first: what an activation remembers may be old, since a second one can live on
/// another silo for a while, and a verdict from an old record would end members that are well. So nothing is remembered
/// here, and a storage that failed needs no special care afterwards.
/// </remarks>
internal sealed class RecordKeeper(IRecordCell cell, RecordInstruments? instruments = null)
{
    /// <summary>
    /// Each failed attempt means that somebody else got something done, so this many in a row are a sign of a storage
    /// that does not keep its promises.
    /// </summary>
    internal const int MaxAttempts = 16;

    /// <summary>Reads the record.</summary>
    /// <exception cref="RecordDamagedException">As in <see cref="IRecordCell"/>.</exception>
    /// <exception cref="Exception">The storage failed.</exception>
    internal ValueTask<GroupRecord?> ReadAsync() => cell.ReadAsync();

    /// <summary>
    /// Applies an edit to the record; <see langword="null"/> when others were faster in every attempt, and it has not
    /// been applied.
    /// </summary>
    /// <exception cref="RecordDamagedException">As in <see cref="IRecordCell"/>; nothing was written.</exception>
    /// <exception cref="Exception">The storage failed; nobody knows whether it was applied.</exception>
    internal async ValueTask<EditResult?> EditAsync(RecordEdit edit)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var current = await cell.ReadAsync();
            var result = GroupRecordEditor.Apply(current, edit);
            var changes = result.Verdict == EditVerdict.Applied && !ReferenceEquals(result.Current, current);
            if (!changes || await cell.TryWriteAsync(result.Current!))
            {
                return result;
            }

            instruments?.Conflicted();
        }

        return null;
    }

    /// <summary>Takes the record away if its ring has ended.</summary>
    /// <exception cref="RecordDamagedException">As in <see cref="IRecordCell"/>.</exception>
    /// <exception cref="Exception">The storage failed.</exception>
    internal async ValueTask PurgeAsync()
    {
        if (await cell.ReadAsync() is { } record && HasEnded(record))
        {
            await cell.TryClearAsync();
        }
    }

    /// <summary>Whether the ring is over, so that the record only tells stragglers of it.</summary>
    internal static bool HasEnded(GroupRecord record) => record.Status != RecordStatus.Open || !record.HasAlive;
}
