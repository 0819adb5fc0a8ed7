using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>Short texts of what scope machines hear and say.</summary>
internal static class ScopeStory
{
    internal static string Of(ScopeInput input) => input switch
    {
        ScopeInput.Received received => $"<- {received.Node}: {Of(received.Message)}",
        ScopeInput.JoinOne join => $"join {join.Member.Name} {join.Group}",
        ScopeInput.LeaveOne leave => $"leave {leave.Member.Name} {leave.Group}",
        ScopeInput.MembersEnded ended => $"ended {string.Join(' ', ended.Members.Select(static m => m.Name))}",
        ScopeInput.PeerUp up => $"up {up.Node} session {up.Session}",
        ScopeInput.PeerDown down => $"down {down.Node} session {down.Session}",
        ScopeInput.Writable writable => $"{(writable.HasRoom ? "room" : "no room")} to {writable.Node}",
        _ => input.GetType().Name.ToLowerInvariant(),
    };

    internal static string Of(ScopeEffect effect) => effect switch
    {
        ScopeEffect.Send send => $"-> {send.Node}: {Of(send.Message)}",
        ScopeEffect.Notify notify => $"tells {string.Join(' ', notify.Events.Select(Of))}",
        ScopeEffect.JoinAnswered answer => $"answers {answer.Result.Status}",
        ScopeEffect.LeaveAnswered answer => $"answers {answer.Result.Status}",
        ScopeEffect.Trace trace => $"trace {trace.Kind} {trace.Node}",
        _ => effect.GetType().Name,
    };

    internal static string Of(ScopeMessage message) => $"{message.From.Node}/{message.From.Counter} " + message switch
    {
        ScopeMessage.Discover discover => $"discover v{discover.Version}",
        ScopeMessage.SnapshotRequest => "wants a snapshot",
        ScopeMessage.Snapshot snapshot => $"snapshot v{snapshot.Version} {snapshot.Part + 1}/{snapshot.Parts}"
            + string.Concat(snapshot.Groups.Select(static g => $" {g.Group}({Of(g.Members)})")),
        ScopeMessage.Update update =>
            $"update v{update.FromVersion}-{update.ToVersion} {update.Part + 1}/{update.Parts}"
            + string.Concat(update.Changes.Select(static c => $" {c.Group}({Of(c.Members)})")),
        ScopeMessage.Digest digest => $"digest v{digest.Version}",
        _ => "goodbye",
    };

    private static string Of(ScopeEvent change) =>
        $"{(change.Joined ? '+' : '-')}{change.Group}({string.Join(' ', change.Members.Select(static m => m.Name))})"
        + $" {change.Reason}";

    private static string Of(ImmutableArray<MemberCount> members) =>
        string.Join(' ', members.Select(static m => $"{m.Member.Name}:{m.Count}"));
}
