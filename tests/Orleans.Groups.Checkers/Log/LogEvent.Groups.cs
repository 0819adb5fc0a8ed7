using System.Text.Json.Serialization;

namespace Orleans.Groups.Checkers;

/// <content>Process groups.</content>
public abstract partial record LogEvent
{
    /// <summary>A call that changes memberships begins or ends.</summary>
    /// <param name="Id">The same for both; unique on the node.</param>
    /// <param name="Phase">Begins, or how it ended.</param>
    /// <param name="Verb">What is asked for.</param>
    /// <param name="Scope">The scope; empty when a member ends, which concerns all.</param>
    /// <param name="Groups">Each named as often as it was listed.</param>
    /// <param name="Members">Each named as often as it was listed.</param>
    /// <param name="Removed">What a leave took away.</param>
    /// <param name="Why">Why it failed.</param>
    public sealed record Op(
        long Id,
        OpPhase Phase,
        OpVerb Verb,
        string Scope,
        string[] Groups,
        string[] Members,
        Held[]? Removed = null,
        string? Why = null) : LogEvent;

    /// <summary>The node's own table went to its next version.</summary>
    public sealed record LocalVer(string Scope, long Life, long Ver, Held[] Added, Held[] Taken) : LogEvent;

    /// <summary>The node's copy of a peer's table changed.</summary>
    /// <param name="Scope">The scope.</param>
    /// <param name="Peer">Whose table.</param>
    /// <param name="Life">Which life of the scope there.</param>
    /// <param name="From">The version before.</param>
    /// <param name="Ver">The version after.</param>
    /// <param name="Snap">Whether by a whole table, or by a change.</param>
    /// <param name="Added">What came to the copy.</param>
    /// <param name="Taken">What went from it.</param>
    public sealed record Applied(
        string Scope,
        string Peer,
        long Life,
        long From,
        long Ver,
        bool Snap,
        Held[] Added,
        Held[] Taken) : LogEvent;

    /// <summary>The node has forgotten its copy of a peer's table.</summary>
    public sealed record Dropped(string Scope, string Peer, long Life) : LogEvent;

    /// <summary>A life of a scope begins on the node, empty.</summary>
    public sealed record ScopeStart(string Scope, long Life) : LogEvent;

    /// <summary>It ends, and with it all memberships of the node's members.</summary>
    /// <param name="Scope">The scope.</param>
    /// <param name="Reason">First <c>stopping</c>, then <c>stopped</c>; or <c>fault</c>.</param>
    public sealed record ScopeStop(string Scope, string Reason) : LogEvent;

    /// <summary>What a reader was shown.</summary>
    /// <param name="Scope">The scope.</param>
    /// <param name="What">What was read.</param>
    /// <param name="Group">Of which group, where members were read.</param>
    /// <param name="Result">Members or groups.</param>
    /// <param name="Since">The last <see cref="Seq"/> before it began.</param>
    /// <param name="At">Of which version of whose table the result is the sum, if known.</param>
    public sealed record Read(
        string Scope,
        ReadWhat What,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Group,
        string[] Result,
        long Since,
        PeerVersion[]? At = null) : LogEvent;

    /// <summary>A list that had been handed out is another now.</summary>
    public sealed record Altered(string Scope, string Group, string[] Was, string[] Now) : LogEvent;

    /// <summary>A monitor has started.</summary>
    /// <param name="Scope">The scope.</param>
    /// <param name="Ref">Names it; unique on the node.</param>
    /// <param name="Group">What it watches; nothing for the whole scope.</param>
    /// <param name="Snapshot">What is there.</param>
    /// <param name="Since">The last <see cref="Seq"/> before it began.</param>
    /// <param name="Pushes">Whether it calls its consumer, or is read.</param>
    public sealed record MonStart(
        string Scope,
        long Ref,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Group,
        Held[] Snapshot,
        long Since,
        bool Pushes = false) : LogEvent;

    /// <summary>A monitor's consumer has got a change.</summary>
    public sealed record MonEvent(
        string Scope,
        long Ref,
        long N,
        MonChange Change,
        string Group,
        string[] Members,
        string Reason,
        Held[]? Snapshot = null) : LogEvent;

    /// <summary>A monitor has ended, and nothing comes from it any more.</summary>
    public sealed record MonEnd(string Scope, long Ref, string Reason) : LogEvent;
}

/// <summary>How far a call has come.</summary>
public enum OpPhase
{
    /// <summary>It begins.</summary>
    Inv,

    /// <summary>It has done what it says.</summary>
    Ok,

    /// <summary>It has done nothing.</summary>
    Fail,

    /// <summary>It may have done it.</summary>
    Info,
}

/// <summary>What a call asks for.</summary>
public enum OpVerb
{
    /// <summary>Members join groups.</summary>
    Join,

    /// <summary>Members leave groups.</summary>
    Leave,

    /// <summary>Members end, and with them their memberships, soon.</summary>
    End,
}

/// <summary>What a reader asked for.</summary>
public enum ReadWhat
{
    /// <summary>All members of a group.</summary>
    Members,

    /// <summary>The node's own members of a group.</summary>
    LocalMembers,

    /// <summary>The groups that have members.</summary>
    Groups,

    /// <summary>The groups that have members of the node.</summary>
    LocalGroups,
}

/// <summary>What a monitor says.</summary>
public enum MonChange
{
    /// <summary>Members were added.</summary>
    Joined,

    /// <summary>Members were taken away.</summary>
    Left,

    /// <summary>The consumer fell behind and starts again from a snapshot.</summary>
    Restarted,
}

/// <summary>One membership.</summary>
public readonly record struct Held(string Group, string Member);

/// <summary>A version of a table.</summary>
public readonly record struct PeerVersion(string Peer, long Life, long Ver);
