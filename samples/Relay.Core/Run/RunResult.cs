using System.Collections.Immutable;

namespace Orleans.Groups.Samples.Relay;

/// <summary>What became of one member.</summary>
/// <param name="Name">Who.</param>
/// <param name="FromStart">Whether it was there before the first line.</param>
/// <param name="JoinedAt">How many messages had been sent before the first one it got; 0 for the start.</param>
/// <param name="End">How it ended.</param>
/// <param name="Record">What it has seen.</param>
internal sealed record MemberFacts(string Name, bool FromStart, long JoinedAt, MemberEnd End, MemberRecord? Record)
{
    /// <summary>As <c>members.tsv</c> says it; a member that was lost is as dead as a killed one.</summary>
    internal string EndedHow => End switch
    {
        MemberEnd.Alive => "alive",
        MemberEnd.Left => "left",
        _ => "killed",
    };
}

/// <summary>Something that a run promises and that did not hold.</summary>
/// <param name="Member">Where it was seen; <c>-</c> when nowhere in particular.</param>
/// <param name="Text">What, in one line.</param>
internal sealed record Violation(string Member, string Text);

/// <summary>What happened in a run, before its logs are checked.</summary>
/// <param name="Members">All members that ever lived, in the order in which they were started.</param>
/// <param name="Anchor">The member that stayed for certain.</param>
/// <param name="Violations">What was wrong.</param>
/// <param name="Seconds">From the first line until every survivor had every line.</param>
/// <param name="IsInterrupted">Whether the run was cancelled before its end.</param>
internal sealed record RunResult(
    ImmutableArray<MemberFacts> Members,
    string Anchor,
    ImmutableArray<Violation> Violations,
    double Seconds,
    bool IsInterrupted);

/// <summary>How a run stands, for people.</summary>
/// <param name="Lines">Lines of the input.</param>
/// <param name="Done">Messages delivered at the member that stays.</param>
/// <param name="Doing">What is going on.</param>
/// <param name="Members">Who ever lived.</param>
internal sealed record RunView(long Lines, long Done, string Doing, ImmutableArray<MemberRow> Members);

/// <summary>One member in a <see cref="RunView"/>.</summary>
/// <param name="Name">Who.</param>
/// <param name="State">joining, in ring, leaving, left, killed, lost.</param>
/// <param name="IsPresent">Whether the process group lists it.</param>
/// <param name="Status">What it does now, or did last.</param>
internal sealed record MemberRow(string Name, string State, bool IsPresent, MemberStatus? Status);
