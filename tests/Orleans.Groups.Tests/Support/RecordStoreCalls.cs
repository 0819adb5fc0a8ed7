using System.Diagnostics;
using System.Globalization;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Tests;

/// <summary>Requests to a record store, to be awaited. A second answer to one request fails the test.</summary>
internal static class RecordStoreCalls
{
    private const int MaxTimedOut = 8;

    private static readonly TimeSpan Timeout =
        TimeSpan.Parse(RecordKey.ResponseTimeout, CultureInfo.InvariantCulture);

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

    /// <summary>
    /// An edit that must be applied, once, however often it is handed in (rule R6); gives the record after it.
    /// </summary>
    internal static async Task<GroupRecord> ApplyAsync(this IRecordStore store, GroupName group, RecordEdit edit)
    {
        var result = await UnlessTimedOutAsync(() => store.EditAsync(group, edit), static edited => edited is null);
        Assert.Equal(EditVerdict.Applied, result?.Verdict);
        return result!.Value.Current!;
    }

    /// <summary>A read that must succeed.</summary>
    internal static async Task<GroupRecord?> RequireAsync(this IRecordStore store, GroupName group)
    {
        var (succeeded, record) = await UnlessTimedOutAsync(
            () => store.ReadAsync(group),
            static read => !read.Succeeded);
        Assert.True(succeeded);
        return record;
    }

    /// <summary>
    /// Asks again as a member would when there was no answer in time, which a silo that just started may need on a busy
    /// machine. A store that says at once that it has no answer is not asked again.
    /// </summary>
    private static async Task<T> UnlessTimedOutAsync<T>(Func<Task<T>> ask, Func<T, bool> isUnknown)
    {
        for (var attempt = 1; ; attempt++)
        {
            var start = Stopwatch.GetTimestamp();
            var answer = await ask();
            if (!isUnknown(answer) || Stopwatch.GetElapsedTime(start) < Timeout || attempt == MaxTimedOut)
            {
                return answer;
            }
        }
    }
}
