using System;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>What members of one ring say to each other. All of it travels on the data lane (rule H4).</summary>
/// <remarks>Source: gm.erl's add_on_right, check_neighbours, catchup and activity, with the repairs of spec/gm.md
/// section 6.</remarks>
internal abstract record RingMessage
{
    private RingMessage()
    {
    }

    /// <summary>
    /// "This is the record I go by." To a neighbour ahead of everything that depends on it (rules R8, R9), and to whom
    /// it buries (R4).
    /// </summary>
    internal sealed record View(GroupRecord Record) : RingMessage;

    /// <summary>"Take me in on your right." From a joiner to a member.</summary>
    internal sealed record AddOnRight : RingMessage
    {
        internal static readonly AddOnRight Instance = new();
    }

    /// <summary>"Ask somebody else": no member (yet, or any more), too many joiners, or the ring is full.</summary>
    internal sealed record JoinRefused(JoinRefusal Reason) : RingMessage;

    /// <summary>
    /// A part of the inserter's state as of the step in which it handled the commit (rule R2); adopted when all parts
    /// are there.
    /// </summary>
    /// <param name="Record">The record that the inserter goes by, with the joiner in it.</param>
    /// <param name="Part">0-based.</param>
    /// <param name="Parts">1 or more.</param>
    /// <param name="Progress">One publisher may go on in the next part.</param>
    internal sealed record JoinReply(
        GroupRecord Record,
        int Part,
        int Parts,
        ImmutableArray<ProgressEntry> Progress) : RingMessage;

    /// <summary>
    /// A part of the sender's state, opening the link to a new right neighbour; applied when all parts are there.
    /// </summary>
    /// <param name="Link">Which link.</param>
    /// <param name="Part">0-based.</param>
    /// <param name="Parts">1 or more.</param>
    /// <param name="Progress">
    /// One publisher may go on in the next part. What the receiver answers for comes without payloads.
    /// </param>
    internal sealed record Catchup(
        LinkStamp Link,
        int Part,
        int Parts,
        ImmutableArray<ProgressEntry> Progress) : RingMessage;

    /// <summary>Publications and acks on their way round.</summary>
    internal sealed record Activity(LinkStamp Link, ImmutableArray<ActivityEntry> Entries) : RingMessage;

    /// <summary>
    /// "My handler has processed your messages up to this number." Straight to the publisher (rule R1).
    /// </summary>
    internal sealed record Processed(Guid Epoch, long Through) : RingMessage;
}

/// <summary>Why a member does not take a joiner in.</summary>
internal enum JoinRefusal
{
    /// <summary>It is no member yet, or any more.</summary>
    NotMember,

    /// <summary>Too many joiners wait for it.</summary>
    Busy,

    /// <summary>The ring has as many members as it may.</summary>
    Full,

    /// <summary>The joiner was taken in and is out again: its id cannot be used any more.</summary>
    Gone,
}

/// <summary>Names one incarnation of the link from a member to its right neighbour.</summary>
/// <param name="Epoch">Epoch of the record.</param>
/// <param name="Stamp">Rule R5: the right neighbour's <see cref="RecordEntry.LinkVersion"/>.</param>
/// <param name="Version">The sender's view version; the receiver's is not lower (rule R8).</param>
internal readonly record struct LinkStamp(Guid Epoch, long Stamp, long Version);

/// <summary>What a member knows of one publisher's messages.</summary>
/// <param name="Publisher">The publisher.</param>
/// <param name="LastPublished">Highest number seen; 0 when none.</param>
/// <param name="LastAcked">
/// Highest number acked (issued, where the sender answers for the publisher); the rest is pending.
/// </param>
/// <param name="Pending">
/// Exactly the numbers after LastAcked up to LastPublished, or empty where the payloads are left out.
/// </param>
internal readonly record struct ProgressEntry(
    MemberId Publisher,
    long LastPublished,
    long LastAcked,
    ImmutableArray<PublicationBatch> Pending);

/// <summary>What happened to one publisher's messages.</summary>
/// <param name="Publisher">The publisher.</param>
/// <param name="Publications">
/// New ones, consecutive; empty on the last hop back to whoever answers for the publisher, and when there are none.
/// </param>
/// <param name="PublishedThrough">Number of the last new one, with or without payload; 0 when there are none.</param>
/// <param name="AckedThrough">Everything up to this number may be forgotten; 0 when nothing new.</param>
internal readonly record struct ActivityEntry(
    MemberId Publisher,
    ImmutableArray<PublicationBatch> Publications,
    long PublishedThrough,
    long AckedThrough)
{
    /// <summary>
    /// An entry in which nothing is new asks whoever gets it to report at once what it has processed: somebody waits
    /// for it. Whoever does not know that finds nothing in it, and does not hand it on; reports then come after a
    /// moment.
    /// </summary>
    internal bool IsQuestion => Publications.IsDefaultOrEmpty && PublishedThrough == 0 && AckedThrough == 0;
}
