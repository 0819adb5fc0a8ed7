using System.Text.Json.Serialization;

namespace Orleans.Groups.Checkers;

/// <content>Rings.</content>
public abstract partial record LogEvent
{
    /// <summary>The store has a new version of a group's record.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Epoch">Which life of the record.</param>
    /// <param name="Parent">The epoch of which it was made again; empty when it was founded.</param>
    /// <param name="Ver">The version.</param>
    /// <param name="Author">Who wrote it.</param>
    /// <param name="Status">Whether the ring goes on.</param>
    /// <param name="Entries">Its members in ring order.</param>
    public sealed record RegWrite(
        string Group,
        string Epoch,
        string Parent,
        long Ver,
        string Author,
        RingState Status,
        Entry[] Entries) : LogEvent;

    /// <summary>The store has lost a record, or part of its history.</summary>
    public sealed record RegLost(string Group) : LogEvent;

    /// <summary>A member goes by a record.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Member">Who.</param>
    /// <param name="Epoch">The record's epoch.</param>
    /// <param name="Ver">Its version.</param>
    /// <param name="Entries">Its members in ring order.</param>
    /// <param name="Parent">The epoch of which it was made again, if known.</param>
    public sealed record Adopt(
        string Group,
        string Member,
        string Epoch,
        long Ver,
        Entry[] Entries,
        string? Parent = null) : LogEvent, IRingEvent;

    /// <summary>Somebody wants to join.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Id">Names the call; unique on the node.</param>
    public sealed record JoinInv(string Group, long Id) : LogEvent;

    /// <summary>The call has ended.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Id">Which call.</param>
    /// <param name="Member">The new member, or nobody.</param>
    /// <param name="Error">Why it failed.</param>
    public sealed record JoinDone(
        string Group,
        long Id,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Member,
        string? Error = null) : LogEvent;

    /// <summary>The handler is told that its member has joined.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Member">Who.</param>
    /// <param name="Members">Everybody the ring knows.</param>
    /// <param name="Bases">From where on it hears whom.</param>
    /// <param name="Policy">What becomes of a handler that throws: <c>skip</c> or <c>stop</c>, if known.</param>
    public sealed record Joined(string Group, string Member, string[] Members, BaseOf[] Bases, string? Policy = null)
        : LogEvent, IRingEvent;

    /// <summary>A broadcast begins.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Member">Who publishes.</param>
    /// <param name="Call">1, 2, 3, … per member; unique for it.</param>
    /// <param name="Hash">Of the payload.</param>
    /// <param name="Bytes">Its size.</param>
    /// <param name="Level">What is to be proved.</param>
    /// <param name="Inside">Whether the call comes from inside a callback of the ring.</param>
    /// <param name="Epoch">Epoch of the record that the member goes by, or an earlier one; empty if unknown.</param>
    /// <param name="Ver">Its version; the message is published under this version or a later one.</param>
    public sealed record Send(
        string Group,
        string Member,
        long Call,
        string Hash,
        long Bytes,
        ProofLevel Level,
        bool Inside,
        string Epoch,
        long Ver) : LogEvent, IRingEvent;

    /// <summary>A plain broadcast was accepted, or not.</summary>
    public sealed record Sent(string Group, string Member, long Call, Outcome Status, string Reason)
        : LogEvent, IRingEvent;

    /// <summary>A confirmed broadcast was proved, or not.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Member">Who published.</param>
    /// <param name="Call">Which broadcast.</param>
    /// <param name="Level">What was to be proved.</param>
    /// <param name="Status">What is certain.</param>
    /// <param name="Reason">Why it is not ok.</param>
    /// <param name="Blind">
    /// Whether the record that the member went by at the end is not in the log, because the member has ended; so nobody
    /// knows whom it had to prove it of.
    /// </param>
    public sealed record Confirm(
        string Group,
        string Member,
        long Call,
        ProofLevel Level,
        Outcome Status,
        string Reason,
        bool Blind = false) : LogEvent, IRingEvent;

    /// <summary>A message got its number.</summary>
    public sealed record Publish(string Group, string Member, long Num, string Hash, long Call, string Epoch, long Ver)
        : LogEvent, IRingEvent;

    /// <summary>A member has messages in its hands; its handler gets them later.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Member">Who.</param>
    /// <param name="From">Who published.</param>
    /// <param name="First">Number of the first.</param>
    /// <param name="Last">Number of the last.</param>
    /// <param name="Via">Who sent the frame; the member itself for its own.</param>
    /// <param name="Epoch">Epoch of the record that the frame went by.</param>
    public sealed record Receive(
        string Group,
        string Member,
        string From,
        long First,
        long Last,
        string Via,
        string Epoch) : LogEvent, IRingEvent;

    /// <summary>A member's handler is called with a message.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Member">Who.</param>
    /// <param name="From">Who published.</param>
    /// <param name="Num">The message's number.</param>
    /// <param name="Hash">Of the payload.</param>
    /// <param name="Call">The broadcast; 0 if unknown.</param>
    public sealed record Deliver(string Group, string Member, string From, long Num, string Hash, long Call)
        : LogEvent, IRingEvent;

    /// <summary>The handler has returned.</summary>
    public sealed record Handled(string Group, string Member, string From, long Num, HandledAs Answer)
        : LogEvent, IRingEvent;

    /// <summary>The handler is told that members came or went.</summary>
    public sealed record Changed(string Group, string Member, string[] Births, string[] Deaths, string[] Members)
        : LogEvent, IRingEvent;

    /// <summary>The application asks for the difference between a list and the ring.</summary>
    public sealed record Validate(string Group, string Member, string[] Members) : LogEvent, IRingEvent;

    /// <summary>A member answers for a dead one from now on.</summary>
    public sealed record Inherit(string Group, string Member, string Of, string Epoch, long Ver)
        : LogEvent, IRingEvent;

    /// <summary>A member sends an ack on its way: everybody has the message.</summary>
    public sealed record AckOrig(string Group, string Member, string Of, long Num, string Epoch, long Ver)
        : LogEvent, IRingEvent;

    /// <summary>A member wants a dead one erased: nothing of it is under way any more.</summary>
    public sealed record Erase(string Group, string Member, string Of, string Epoch, long Ver)
        : LogEvent, IRingEvent;

    /// <summary>A member's counters of a publisher.</summary>
    public sealed record Progress(
        string Group,
        string Member,
        string Of,
        long Published,
        long Acked,
        long Returned,
        long Pending) : LogEvent, IRingEvent;

    /// <summary>What two neighbours know, who go by one record and hear each other, and what is between them.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Member">The left one.</param>
    /// <param name="Right">The right one.</param>
    /// <param name="Flows">Of each publisher that the record lists.</param>
    public sealed record Between(string Group, string Member, string Right, Flow[] Flows) : LogEvent, IRingEvent;

    /// <summary>The application asks a member to leave.</summary>
    public sealed record LeaveInv(string Group, string Member) : LogEvent, IRingEvent;

    /// <summary>The call has ended.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Member">Who.</param>
    /// <param name="Reason">How the member ended; empty when only the wait for it did.</param>
    /// <param name="Unsettled">Messages that may not have reached everybody.</param>
    public sealed record LeaveDone(string Group, string Member, string Reason, long Unsettled)
        : LogEvent, IRingEvent;

    /// <summary>A member has ended.</summary>
    public sealed record Stopped(string Group, string Member, string Reason, long Unsettled, string Detail = "")
        : LogEvent, IRingEvent;
}

/// <summary>An event of one member of a ring.</summary>
public interface IRingEvent
{
    /// <summary>The ring.</summary>
    string Group { get; }

    /// <summary>The member.</summary>
    string Member { get; }
}

/// <summary>Whether a ring goes on.</summary>
public enum RingState
{
    /// <summary>It does.</summary>
    Open,

    /// <summary>It was shut down.</summary>
    ShutDown,

    /// <summary>It was forgotten.</summary>
    Forgotten,
}

/// <summary>What is to be proved of a broadcast.</summary>
public enum ProofLevel
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>All have received it.</summary>
    Received,

    /// <summary>The handlers of all have processed it.</summary>
    Processed,
}

/// <summary>What is certain of a broadcast.</summary>
public enum Outcome
{
    /// <summary>Accepted, or proved.</summary>
    Ok,

    /// <summary>Delivered nowhere.</summary>
    Failed,

    /// <summary>Nothing.</summary>
    Unknown,
}

/// <summary>What a handler answered.</summary>
public enum HandledAs
{
    /// <summary>Go on.</summary>
    Ok,

    /// <summary>It threw.</summary>
    Threw,

    /// <summary>Stop this member.</summary>
    Stop,

    /// <summary>Let another go on.</summary>
    Become,
}

/// <summary>A member in a record.</summary>
public readonly record struct Entry(string Member, bool Alive);

/// <summary>The number after which a publisher's messages are delivered.</summary>
public readonly record struct BaseOf(string Member, long Number);

/// <summary>One publisher's messages between two neighbours.</summary>
/// <param name="Of">The publisher.</param>
/// <param name="RightAnswers">Whether the right one answers for it: it is the publisher, or the heir.</param>
/// <param name="LeftPublished">Highest number that the left one has seen.</param>
/// <param name="LeftAcked">Highest number that is acked there.</param>
/// <param name="RightPublished">Highest number that the right one has seen.</param>
/// <param name="RightAcked">Highest number that is acked there; issued, where it answers.</param>
/// <param name="RightReturned">Highest ack that came back to the right one, where it answers.</param>
/// <param name="WayPublished">Highest number on the way from the left one; 0 for none.</param>
/// <param name="WayAcked">Highest ack on that way; 0 for none.</param>
public readonly record struct Flow(
    string Of,
    bool RightAnswers,
    long LeftPublished,
    long LeftAcked,
    long RightPublished,
    long RightAcked,
    long RightReturned,
    long WayPublished,
    long WayAcked);
