using System.Collections.Immutable;
using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// Effects and messages as one line of text, all of them, in order: equal text means equal behaviour.
/// </summary>
internal static class ScopeText
{
    internal static string Of(ScopeEvent change) =>
        $"{(change.Joined ? '+' : '-')}{change.Group}:{string.Join(',', change.Members.Select(Short))} {change.Reason}";

    internal static string Of(ScopeEffect effect) => effect switch
    {
        ScopeEffect.Send send => $"send {send.Node} {send.Session} {Of(send.Message)}",
        ScopeEffect.Notify notify => $"notify {notify.Monitor} {string.Join(" | ", notify.Events.Select(Of))}",
        ScopeEffect.MonitorStarted started => $"started {started.Monitor} {Of(started.Snapshot)}",
        ScopeEffect.MonitorRestarted restarted => $"restarted {restarted.Monitor} {Of(restarted.Snapshot)}",
        ScopeEffect.LeaveAnswered answer => $"left {answer.Result.Status} {Of(answer.Result.Removed)}",
        _ => effect.ToString(),
    };

    internal static string Of(ScopeMessage message) => message switch
    {
        ScopeMessage.Snapshot s => $"snapshot {s.From} @{s.Version} {s.Part}/{s.Parts} {Join(s.Groups.Select(Of))}",
        ScopeMessage.Update u =>
            $"update {u.From} {u.FromVersion}>{u.ToVersion} {u.Part}/{u.Parts} {Join(u.Changes.Select(Of))}",
        _ => message.ToString(),
    };

    /// <summary>Without the kind, the sender and the only part.</summary>
    internal static string Tail(ScopeMessage message) =>
        Of(message).Split(' ', 3)[2].Replace(" 0/1 ", " ", StringComparison.Ordinal);

    private static string Of(GroupEntry entry) => $"{entry.Group}({Of(entry.Members)})";

    private static string Of(GroupDelta delta) => $"{delta.Group} {delta.Cause}({Of(delta.Members)})";

    private static string Of(ImmutableArray<MemberCount> members) =>
        string.Join(',', members.Select(m => $"{Short(m.Member)}*{m.Count}"));

    private static string Of(ImmutableArray<Membership> removed) =>
        Join(removed.Select(m => $"{m.Group}/{Short(m.Member)}"));

    private static string Of(MembershipSnapshot snapshot) =>
        Join(snapshot.Groups.Select(g => $"{g.Group}({string.Join(',', g.Members.Select(Short))})"));

    private static string Join(IEnumerable<string> items) => string.Join(' ', items);
}
