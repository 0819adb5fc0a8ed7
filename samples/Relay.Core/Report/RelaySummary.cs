using System.Text.Json;

namespace Orleans.Groups.Samples.Relay;

/// <summary>A run in numbers.</summary>
/// <param name="Lines">Lines of the input.</param>
/// <param name="Deliveries">Messages delivered to all members together: lines of all logs.</param>
/// <param name="Members">Members that ever lived.</param>
/// <param name="Killed">How many of them were killed.</param>
/// <param name="Joined">How many of them joined on the way.</param>
/// <param name="Left">How many of them left.</param>
/// <param name="Violations">How much was wrong.</param>
/// <param name="Seconds">From the first line until every survivor had every line.</param>
/// <param name="MessagesPerSecond">Lines per second of that time.</param>
internal sealed record RelaySummary(
    long Lines,
    long Deliveries,
    int Members,
    int Killed,
    int Joined,
    int Left,
    int Violations,
    double Seconds,
    double MessagesPerSecond)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Adds up.</summary>
    internal static RelaySummary Of(long lines, RunResult run, CheckReport? check) => new(
        lines,
        check?.Verdicts.Sum(v => v.Messages) ?? 0,
        run.Members.Length,
        run.Members.Count(m => m.End is MemberEnd.Killed or MemberEnd.Lost),
        run.Members.Count(m => !m.FromStart),
        run.Members.Count(m => m.End == MemberEnd.Left),
        run.Violations.Length + (check?.Violations.Length ?? 0),
        Math.Round(run.Seconds, 3),
        run.Seconds > 0 ? Math.Round(lines / run.Seconds, 1) : 0);

    /// <summary>One line of JSON.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, Json);
}
