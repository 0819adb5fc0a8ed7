using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>Short texts of what ring machines hear, say and know.</summary>
internal static class RingStory
{
    internal static string Of(GroupRecord? record)
    {
        if (record is null)
        {
            return "no record";
        }

        var entries = record.Entries.Select(
            static entry => $"{(entry.IsAlive ? string.Empty : "+")}{entry.Member.Name}/{entry.LinkVersion}");
        var status = record.Status == RecordStatus.Open ? string.Empty : $" {record.Status}";
        return $"v{record.Version}[{string.Join(' ', entries)}]{status}";
    }

    internal static string Of(RecordEdit edit) => edit switch
    {
        RecordEdit.Create create => $"create {create.Founder.Name}",
        RecordEdit.Recreate recreate => $"recreate {Of(recreate.Held)}",
        RecordEdit.InsertRight insert => $"insert {insert.Joiner.Name} right of {insert.Left.Name}",
        RecordEdit.MarkDead dead => $"mark dead {Names(dead.Members)}{(dead.Certain ? " for certain" : string.Empty)}",
        RecordEdit.Erase erase => $"erase {Names(erase.Members)}",
        RecordEdit.Remove => $"remove {edit.Operation.Author.Name}",
        RecordEdit.Close close => $"close {close.Status}",
        _ => edit.ToString(),
    };

    internal static string Of(StoreRequest request) => request.Edit is { } edit
        ? $"{edit.Operation.Author.Name} {Of(edit)}: {request.Result.Verdict} {Of(request.Result.Current)}"
        : $"read: {Of(request.Result.Current)}";

    internal static string Of(RingStatus status) =>
        $"{status.Phase} {Of(status.Record)} pending {status.PendingBytes} work {status.HasWork}"
        + $" inherits [{Names(status.Inherited)}] " + string.Join(
            ' ',
            status.Members.Select(static m => $"{m.Member.Name}:{m.LastPublished}/{m.LastAcked}/{m.LastReturned}"));

    internal static string Of(RingInput input) => input switch
    {
        RingInput.Received received => $"<- {received.From.Name}: {Of(received.Message)}",
        RingInput.RecordRead read => read.Succeeded ? $"read: {Of(read.Record)}" : "read: failed",
        RingInput.EditAnswered { Result: { } result } => $"edit: {result.Verdict} {Of(result.Current)}",
        RingInput.EditAnswered => "edit: unknown outcome",
        RingInput.SurveyAnswered survey => $"survey: {(survey.IsComplete ? Of(survey.Highest) : "incomplete")}",
        RingInput.MemberDown down => $"down: {down.Member.Name} {down.Cause}",
        RingInput.PeerUp up => $"up: node {up.Node.Name}",
        RingInput.Processed processed => $"processed {processed.Publisher.Name} {processed.Through}",
        RingInput.TimerFired timer => $"timer {timer.Timer}",
        RingInput.Stop stop => $"stop {stop.Reason}",
        _ => input.GetType().Name.ToLowerInvariant(),
    };

    internal static string Of(RingEffect effect) => effect switch
    {
        RingEffect.Send send => $"-> {send.To.Name}: {Of(send.Message)}",
        RingEffect.SubmitEdit submit => $"submits {Of(submit.Edit)}",
        RingEffect.ReadRecord => "reads the record",
        RingEffect.SurveyViews => "surveys the views",
        RingEffect.Watch watch => $"watches {watch.Member.Name}",
        RingEffect.Unwatch watch => $"watches {watch.Member.Name} no more",
        RingEffect.NotifyJoined joined => $"JOINED, bases {string.Join(' ', joined.Bases.Select(
            static b => $"{b.Publisher.Name}:{b.Number}"))}",
        RingEffect.NotifyChanged changed => $"CHANGED +[{Names(changed.Births)}] -[{Names(changed.Deaths)}]",
        RingEffect.Deliver deliver => $"DELIVERS {deliver.Publisher.Name} {deliver.Batch.First}-{deliver.Batch.Last}",
        RingEffect.ConfirmSettled settled =>
            $"CONFIRM {settled.Confirm} {settled.Outcome.Status} {settled.Outcome.Reason}",
        RingEffect.SetTimer timer => $"sets timer {timer.Timer}",
        RingEffect.CancelTimer timer => $"cancels timer {timer.Timer}",
        RingEffect.JoinFailed failed => $"JOIN FAILED {failed.Reason}",
        RingEffect.Terminated terminated => $"TERMINATED {terminated.Reason} {terminated.Detail}",
        RingEffect.Trace trace => $"trace {trace.Kind} {trace.Member?.Name}",
        RingEffect.FlushWanted => "wants to flush",
        RingEffect.WindowReleased => "has room in its window",
        _ => effect.ToString(),
    };

    private static string Of(RingMessage message) => message switch
    {
        RingMessage.View view => $"view {Of(view.Record)}",
        RingMessage.AddOnRight => "add me on your right",
        RingMessage.JoinRefused refused => $"refused {refused.Reason}",
        RingMessage.JoinReply reply => $"reply {Of(reply.Record)} {Of(reply.Progress)}",
        RingMessage.Catchup catchup => $"catch-up {Of(catchup.Link)} {Of(catchup.Progress)}",
        RingMessage.Activity activity => $"activity {Of(activity.Link)} {Of(activity.Entries)}",
        RingMessage.Processed processed => $"processed {processed.Through}",
        _ => message.ToString(),
    };

    private static string Of(LinkStamp link) => $"s{link.Stamp}/v{link.Version}";

    private static string Of(ImmutableArray<ProgressEntry> entries) => string.Join(
        ' ', entries.Select(static e => $"{e.Publisher.Name}:{e.LastAcked}..{e.LastPublished}({e.Pending.Length})"));

    private static string Of(ImmutableArray<ActivityEntry> entries) => string.Join(
        ' ',
        entries.Select(static e =>
            $"{e.Publisher.Name}:p{e.PublishedThrough}({e.Publications.Length}),a{e.AckedThrough}"));

    private static string Names(ImmutableArray<MemberId> members) =>
        string.Join(',', members.Select(static member => member.Name));
}
