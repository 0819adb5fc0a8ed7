using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Groups.Samples.Relay;

/// <summary>The tables that people see, as rows of text; the first row is the heading.</summary>
internal static class RunTable
{
    /// <summary>While it runs.</summary>
    internal static List<string[]> OfView(RunView view) =>
    [
        ["member", "state", "in group", "view", "left", "right", "delivered", "pending", "queued", "sent"],
        .. view.Members.Select(row => row.Status is { } s
            ? new[]
            {
                row.Name, row.State, row.IsPresent ? "yes" : "no", Text(s.ViewVersion), s.Left, s.Right,
                Text(s.Delivered), Text(s.Pending), Text(s.Queued), Text(s.Sent),
            }
            : [row.Name, row.State, row.IsPresent ? "yes" : "no", "-", "-", "-", "-", "-", "-", "-"]),
    ];

    /// <summary>At the end.</summary>
    internal static List<string[]> OfResult(RunResult run, CheckReport check) =>
    [
        ["member", "joined at", "ended", "messages", "sent", "took over", "check"],
        .. run.Members.Zip(check.Verdicts, (member, verdict) => new[]
        {
            member.Name,
            Text(member.JoinedAt),
            member.EndedHow,
            Text(verdict.Messages),
            Text(member.Record?.Accepted ?? 0),
            TakenOver(member.Record?.Takeovers ?? []),
            verdict.Violations + run.Violations.Count(v => v.Member == member.Name) is var wrong and > 0
                ? $"{wrong} violations"
                : "ok",
        }),
    ];

    private static string TakenOver(ImmutableArray<Takeover> duties) =>
        duties.IsEmpty ? "-" : string.Join(", ", duties.Select(d => $"{d.Sender.Name} from line {d.FromLine + 1}"));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
