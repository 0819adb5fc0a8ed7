using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Tests;

internal sealed class SharedRecords : IRecordStore, IRecordAccess
{
    private readonly Lock _gate = new();
    private readonly Dictionary<GroupName, GroupRecord> _records = [];

    public void Read(GroupName group, Action<bool, GroupRecord?> answer)
    {
        GroupRecord? record;
        lock (_gate)
        {
            record = _records.GetValueOrDefault(group);
        }

        answer(true, record);
    }

    public void Edit(GroupName group, RecordEdit edit, Action<EditResult?> answer)
    {
        EditResult result;
        lock (_gate)
        {
            result = GroupRecordEditor.Apply(_records.GetValueOrDefault(group), edit);
            if (result is { Verdict: EditVerdict.Applied, Current: { } current })
            {
                _records[group] = current;
            }
        }

        answer(result);
    }

    public Task LoseAsync(GroupName group)
    {
        lock (_gate)
        {
            _records.Remove(group);
        }

        return Task.CompletedTask;
    }

    public Task<bool> ExistsAsync(GroupName group)
    {
        lock (_gate)
        {
            return Task.FromResult(_records.ContainsKey(group));
        }
    }

    public IReadOnlyList<GroupRecord> CopyAll()
    {
        lock (_gate)
        {
            return [.. _records.Values];
        }
    }
}
