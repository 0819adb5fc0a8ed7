using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>Short texts for traces.</summary>
internal static class RingText
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
        return $"{record.Epoch.ToString("N")[..4]}v{record.Version}[{string.Join(' ', entries)}]{status}";
    }

    internal static string Of(RingStatus status) =>
        $"{status.Phase} {Of(status.Record)} pending {status.PendingBytes} unprocessed {status.UnprocessedBytes}" +
        $" held up by {status.HeldUpBy?.Name} work {status.HasWork} inherits [{Of(status.Inherited)}] " + string.Join(
            ' ',
            status.Members.Select(static m => $"{m.Member.Name}:{m.LastPublished}/{m.LastAcked}/{m.LastReturned}"));

    internal static string Of(RecordEdit edit) => edit switch
    {
        RecordEdit.Create create => $"create {create.Founder.Name}",
        RecordEdit.Recreate recreate => $"recreate {Of(recreate.Held)}",
        RecordEdit.InsertRight insert => $"insert {insert.Joiner.Name} right of {insert.Left.Name}",
        RecordEdit.MarkDead dead => $"dead {Of(dead.Members)}{(dead.Certain ? " certain" : string.Empty)}",
        RecordEdit.Erase erase => $"erase {Of(erase.Members)}",
        RecordEdit.Remove => $"remove {edit.Operation.Author.Name}",
        RecordEdit.Close close => $"close {close.Status}",
        _ => throw Invariant.Unreachable(edit),
    } + $" #{edit.Operation.Number}@{edit.IssuedAt.ToString(CultureInfo.InvariantCulture)}";

    internal static string Of(ImmutableArray<MemberId> members) =>
        string.Join(',', members.Select(static member => member.Name));

    internal static string Of(RingMessage message) => message switch
    {
        RingMessage.View view => $"view {Of(view.Record)}",
        RingMessage.AddOnRight => "add-on-right",
        RingMessage.JoinRefused refused => $"refused {refused.Reason}",
        RingMessage.JoinReply reply => $"reply {reply.Part + 1}/{reply.Parts} {Of(reply.Record)} {Of(reply.Progress)}",
        RingMessage.Catchup catchup =>
            $"catchup {catchup.Part + 1}/{catchup.Parts} {Of(catchup.Link)} {Of(catchup.Progress)}",
        RingMessage.Activity activity => $"activity {Of(activity.Link)} {Of(activity.Entries)}",
        RingMessage.Processed processed => $"processed {processed.Through}",
        _ => message.ToString(),
    };

    internal static string Of(RingInput input) => input switch
    {
        RingInput.Received received => $"<- {received.From.Name}: {Of(received.Message)}",
        RingInput.RecordRead read => $"read {read.Request} {read.Succeeded} {Of(read.Record)}",
        RingInput.EditAnswered answer =>
            $"edit #{answer.Operation.Number} {answer.Result?.Verdict.ToString() ?? "unknown"}" +
            $" {Of(answer.Result?.Current)}",
        RingInput.SurveyAnswered survey => $"survey {survey.IsComplete} {Of(survey.Highest)}",
        RingInput.MemberDown down => $"down {down.Member.Name} {down.Cause}",
        RingInput.PeerUp up => $"up {up.Node.Name}",
        RingInput.Broadcast broadcast =>
            $"broadcast {broadcast.Payloads.Length}, confirms " +
            $"{string.Join(',', broadcast.Confirms.Select(static c => c.Confirm))}",
        RingInput.Processed processed => $"done {processed.Publisher.Name} {processed.Through}",
        RingInput.TimerFired timer => $"timer {timer.Timer} {timer.Generation}",
        RingInput.Stop stop => $"stop {stop.Reason}",
        _ => input.GetType().Name,
    };

    internal static string Of(RingEffect effect) => effect switch
    {
        RingEffect.Send send => $"-> {send.To.Name}: {Of(send.Message)}",
        RingEffect.SubmitEdit submit => $"submit {Of(submit.Edit)}",
        RingEffect.Watch watch => $"watch {watch.Member.Name}",
        RingEffect.Unwatch watch => $"unwatch {watch.Member.Name}",
        RingEffect.NotifyJoined joined =>
            $"JOINED {Of(joined.Members)} bases " +
            $"{string.Join(',', joined.Bases.Select(static b => $"{b.Publisher.Name}:{b.Number}"))}",
        RingEffect.NotifyChanged changed =>
            $"CHANGED +[{Of(changed.Births)}] -[{Of(changed.Deaths)}] =[{Of(changed.Members)}]",
        RingEffect.Deliver deliver => $"DELIVER {deliver.Publisher.Name} {deliver.Batch.First}-{deliver.Batch.Last}",
        RingEffect.ConfirmSettled settled =>
            $"CONFIRM {settled.Confirm} {settled.Outcome.Status} {settled.Outcome.Reason}",
        RingEffect.SetTimer timer => $"timer {timer.Timer} {timer.Generation} in {timer.After.TotalMilliseconds} ms",
        RingEffect.Terminated terminated =>
            $"TERMINATED {terminated.Reason} {terminated.Detail} unsettled {terminated.Unsettled}",
        RingEffect.Trace trace => $"trace {trace.Kind} {trace.Member?.Name}",
        RingEffect.FlushWanted => "flush wanted",
        _ => effect.ToString(),
    };

    private static string Of(LinkStamp link) => $"s{link.Stamp}/v{link.Version}";

    private static string Of(ImmutableArray<ProgressEntry> entries) => string.Join(
        ' ',
        entries.Select(static e =>
            $"{e.Publisher.Name}:{e.LastAcked}..{e.LastPublished}" +
            $"({string.Join('+', e.Pending.Select(static b => b.Payloads.Length))})"));

    private static string Of(ImmutableArray<ActivityEntry> entries) => string.Join(
        ' ',
        entries.Select(static e =>
            $"{e.Publisher.Name}:p{string.Join('+', e.Publications.Select(static b => $"{b.First}-{b.Last}"))}" +
            $">{e.PublishedThrough},a{e.AckedThrough}"));
}
