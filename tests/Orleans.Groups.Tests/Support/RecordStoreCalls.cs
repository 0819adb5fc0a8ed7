using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Tests;

/// <summary>Requests to a record store, to be awaited. A second answer to one request fails the test.</summary>
internal static class RecordStoreCalls
{
    internal static Task<(bool Succeeded, GroupRecord? Record)> ReadAsync(this IRecordStore store, GroupName group)
    {
        var answered = new TaskCompletionSource<(bool, GroupRecord?)>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        store.Read(group, (succeeded, record) => answered.SetResult((succeeded, record)));
        return answered.Task;
    }

    internal static Task<EditResult?> EditAsync(this IRecordStore store, GroupName group, RecordEdit edit)
    {
        var answered = new TaskCompletionSource<EditResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Edit(group, edit, answered.SetResult);
        return answered.Task;
    }

    /// <summary>An edit that must be applied; gives the record after it.</summary>
    internal static async Task<GroupRecord> ApplyAsync(this IRecordStore store, GroupName group, RecordEdit edit)
    {
        var result = await store.EditAsync(group, edit);
        Assert.Equal(EditVerdict.Applied, result?.Verdict);
        return result!.Value.Current!;
    }

    /// <summary>A read that must succeed.</summary>
    internal static async Task<GroupRecord?> RequireAsync(this IRecordStore store, GroupName group)
    {
        var (succeeded, record) = await store.ReadAsync(group);
        Assert.True(succeeded);
        return record;
    }
}
