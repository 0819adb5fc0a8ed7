using System.Diagnostics;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>A record store whose requests are counted and timed, and whose edits have spans.</summary>
internal sealed class WatchedRecordStore(IRecordStore inner, RecordInstruments instruments, TimeProvider time)
    : IRecordStore
{
    /// <inheritdoc/>
    public void Read(GroupName group, Action<bool, GroupRecord?> answer)
    {
        var start = time.GetTimestamp();
        inner.Read(group, (succeeded, record) =>
        {
            instruments.Read(succeeded, time.GetElapsedTime(start));
            answer(succeeded, record);
        });
    }

    /// <inheritdoc/>
    public void Edit(GroupName group, RecordEdit edit, Action<EditResult?> answer)
    {
        var start = time.GetTimestamp();
        var caller = Activity.Current;
        var activity = EngineActivity.Start("record.edit", group);
        activity?.SetTag("orleans.groups.edit", RecordInstruments.NameOf(edit));
        Activity.Current = caller; // The answer comes on another thread; nothing of this one belongs to the span.
        inner.Edit(group, edit, result =>
        {
            instruments.Edited(edit, result?.Verdict, time.GetElapsedTime(start));
            if (activity is not null)
            {
                End(activity, result?.Verdict);
            }

            answer(result);
        });
    }

    private static void End(Activity activity, EditVerdict? verdict)
    {
        var current = Activity.Current;
        EngineActivity.End(activity, verdict?.ToString() ?? "Unknown", verdict is null);
        activity.Dispose();
        Activity.Current = current;
    }
}
