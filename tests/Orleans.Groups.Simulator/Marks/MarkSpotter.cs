using System.Collections.Immutable;
using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>Recognises rare situations by what machines, the store and the log tell.</summary>
internal sealed class MarkSpotter(Action<Mark> note)
{
    private readonly Dictionary<GroupName, int> _sizes = [];
    private readonly HashSet<GroupName> _shrunk = [];
    private readonly Dictionary<GroupName, GroupRecord> _records = [];

    /// <summary>A ring machine has taken a step.</summary>
    internal void RingStepped(MemberId self, RingInput input, ReadOnlySpan<RingEffect> effects, GroupRecord? after)
    {
        var hasDelivered = false;
        var hasJoined = false;
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case RingEffect.Deliver:
                    hasDelivered = true;
                    break;
                case RingEffect.NotifyJoined:
                    hasJoined = true;
                    break;
                case RingEffect.Send { Message: RingMessage.Catchup { Parts: > 1 } }:
                    note(Mark.CatchupInParts);
                    break;
                case RingEffect.Send { Message: RingMessage.JoinReply { Parts: > 1 } }:
                    note(Mark.StateInParts);
                    break;
                case RingEffect.SubmitEdit { Edit: RecordEdit.MarkDead { Certain: true } }:
                    note(Mark.JoinerBuriedTheDead);
                    break;
                case RingEffect.SubmitEdit { Edit: RecordEdit.MarkDead }
                    when input is RingInput.TimerFired { Timer: RingTimer.SlowMember or RingTimer.Backlog }:
                    note(Mark.SlowMemberEjected);
                    break;
                case RingEffect.JoinFailed:
                    NoteListed(self);
                    break;
                case RingEffect.Trace trace:
                    Note(trace.Kind);
                    break;
                case RingEffect.ConfirmSettled settled:
                    Note(settled, input, after, self);
                    break;
            }
        }

        if (hasDelivered && input is RingInput.Received { Message: RingMessage.Catchup })
        {
            note(Mark.CatchupRepaired);
        }

        if (hasDelivered && hasJoined)
        {
            note(Mark.TrafficHeldByJoiner);
        }
    }

    /// <summary>A scope machine has taken a step.</summary>
    internal void ScopeStepped(ScopeInput input, ReadOnlySpan<ScopeEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case ScopeEffect.Send { Message: ScopeMessage.Snapshot { Parts: > 1 } }:
                    note(Mark.SnapshotInParts);
                    break;
                case ScopeEffect.Send { Message: ScopeMessage.SnapshotRequest }:
                    note(Mark.SnapshotAskedFor);
                    break;
                case ScopeEffect.Send { Message: ScopeMessage.Update { Changes.IsEmpty: true } }:
                    note(Mark.UpdateOfNothing);
                    break;
                case ScopeEffect.MonitorEnded ended:
                    note(ended.Reason == MonitorEndReason.ScopeStopped
                        ? Mark.MonitorEndedWithScope
                        : Mark.MonitorEndedWithOwner);
                    break;
                case ScopeEffect.LeaveAnswered { Result.Status: LeaveStatus.NotJoined }:
                    note(Mark.LeaveOfNothing);
                    break;
            }
        }
    }

    /// <summary>The store has a new version of a record.</summary>
    internal void RecordWritten(RecordEdit edit, GroupRecord after)
    {
        var before = _records.GetValueOrDefault(after.Group);
        _records[after.Group] = after;
        if (edit is RecordEdit.Recreate)
        {
            note(Mark.RecordMadeAgain);
        }
        else if (edit is RecordEdit.Create && before is { Status: RecordStatus.Open, Entries.IsEmpty: false })
        {
            note(Mark.FoundedOverTheDead);
        }

        NoteSize(after);
        NoteDead(before, after);
    }

    /// <summary>An event of the log.</summary>
    internal void Logged(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Stopped { Reason: nameof(TerminationReason.LeftUndrained) }:
                note(Mark.LeftUndrained);
                break;
            case LogEvent.MonEvent { Reason: nameof(ChangeReason.NodeDown) }:
                note(Mark.ChangeByNodeDown);
                break;
            case LogEvent.MonEvent { Reason: nameof(ChangeReason.ScopeStopped) }:
                note(Mark.ChangeByGoodbye);
                break;
            case LogEvent.Read { What: ReadWhat.Members } read when read.Result.Length > 1:
                if (read.Result.Distinct().Count() < read.Result.Length)
                {
                    note(Mark.MemberTwice);
                }

                break;
        }
    }

    private void NoteListed(MemberId self)
    {
        foreach (var record in _records.Values)
        {
            if (record.IndexOf(self) >= 0)
            {
                note(Mark.ListedWithoutState);
            }
        }
    }

    private void Note(RingTrace kind)
    {
        Mark? mark = kind switch
        {
            RingTrace.OldLink => Mark.ContentOfAnOldLink,
            RingTrace.NotFromLeft => Mark.ContentNotFromLeft,
            RingTrace.RolledBack => Mark.RollBackDetected,
            _ => null,
        };
        if (mark is { } seen)
        {
            note(seen);
        }
    }

    private void Note(RingEffect.ConfirmSettled settled, RingInput input, GroupRecord? after, MemberId self)
    {
        if (settled.Outcome.Status == BroadcastStatus.Unknown)
        {
            note(Mark.ConfirmUnknown);
        }
        else if (settled.Outcome.IsOk && input is RingInput.RecordRead && after is not null
            && after.Entries.Count(static entry => entry.IsAlive) == 1 && after.ListsAlive(self))
        {
            note(Mark.ConfirmedAlone);
        }
    }

    private void NoteSize(GroupRecord after)
    {
        var size = after.Entries.Count(static entry => entry.IsAlive);
        var before = _sizes.GetValueOrDefault(after.Group);
        _sizes[after.Group] = size;
        if (before == 2 && size == 1)
        {
            note(Mark.RingTwoToOne);
            _shrunk.Add(after.Group);
        }
        else if (before == 1 && size == 2 && _shrunk.Remove(after.Group))
        {
            note(Mark.RingTwoOneTwo);
        }
    }

    private void NoteDead(GroupRecord? before, GroupRecord after)
    {
        var entries = after.Entries;
        for (var index = 0; index < entries.Length; index++)
        {
            if (entries.Length > 2 && !entries[index].IsAlive && !entries[(index + 1) % entries.Length].IsAlive)
            {
                note(Mark.TwoDeadInARow);
            }
        }

        for (var index = 0; index < (before?.Entries.Length ?? 0); index++)
        {
            if (before!.Epoch == after.Epoch && !before.Entries[index].IsAlive
                && after.IndexOf(before.Entries[index].Member) >= 0
                && GroupRecordEditor.HeirOf(before, index) is { } heir
                && after.IndexOf(heir) is >= 0 and var at && !entries[at].IsAlive)
            {
                note(Mark.HeirDiedBeforeErasing);
            }
        }
    }
}
