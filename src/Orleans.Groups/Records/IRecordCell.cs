using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>One place that holds a record or none. Used by one caller at a time.</summary>
internal interface IRecordCell
{
    /// <summary>Reads what is there now.</summary>
    /// <exception cref="RecordDamagedException">It is no record of this group.</exception>
    /// <exception cref="Exception">The storage failed.</exception>
    ValueTask<GroupRecord?> ReadAsync();

    /// <summary>Puts a record in the place of what was read last.</summary>
    /// <returns><see langword="false"/>: somebody else has written since; nothing was changed.</returns>
    /// <exception cref="Exception">The storage failed: it may have been written, now or later.</exception>
    ValueTask<bool> TryWriteAsync(GroupRecord record);

    /// <summary>Takes away what was read last.</summary>
    /// <returns><see langword="false"/>: somebody else has written since; nothing was changed.</returns>
    /// <exception cref="Exception">The storage failed: it may have been taken away, now or later.</exception>
    ValueTask<bool> TryClearAsync();
}
