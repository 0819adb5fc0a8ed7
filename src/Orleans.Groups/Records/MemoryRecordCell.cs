using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>
/// Keeps a record in the memory of one activation, for local development: when that goes, the ring's members make the
/// record again from what they hold (rule R3).
/// </summary>
internal sealed class MemoryRecordCell : IRecordCell
{
    private GroupRecord? _record;

    /// <inheritdoc/>
    public ValueTask<GroupRecord?> ReadAsync() => ValueTask.FromResult(_record);

    /// <inheritdoc/>
    public ValueTask<bool> TryWriteAsync(GroupRecord record)
    {
        _record = record;
        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryClearAsync()
    {
        _record = null;
        return ValueTask.FromResult(true);
    }
}
