using System;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>Everything that a ring machine wants done, in list order.</summary>
internal abstract record RingEffect
{
    private RingEffect()
    {
    }

    /// <summary>Read the group's record; answer with <see cref="RingInput.RecordRead"/>.</summary>
    internal sealed record ReadRecord(long Request) : RingEffect;

    /// <summary>
    /// Hand an edit to the record store; answer with <see cref="RingInput.EditAnswered"/>. One at a time.
    /// </summary>
    internal sealed record SubmitEdit(RecordEdit Edit) : RingEffect;

    /// <summary>
    /// Ask every live node which record of this group its members hold; answer with
    /// <see cref="RingInput.SurveyAnswered"/>.
    /// </summary>
    internal sealed record SurveyViews(long Request) : RingEffect;

    /// <summary>Send a frame to another member.</summary>
    internal sealed record Send(MemberId To, RingMessage Message) : RingEffect;

    /// <summary>
    /// Say when this member goes down, behind its last frame; at once if it is gone or not connected. Replaces an
    /// earlier watch of it.
    /// </summary>
    internal sealed record Watch(MemberId Member) : RingEffect;

    /// <summary>Stop watching.</summary>
    internal sealed record Unwatch(MemberId Member) : RingEffect;

    /// <summary>Queue for the handler: the member is in the ring.</summary>
    internal sealed record NotifyJoined(
        ImmutableArray<MemberId> Members,
        ImmutableArray<PublisherBase> Bases) : RingEffect;

    /// <summary>Queue for the handler: members came or went.</summary>
    internal sealed record NotifyChanged(
        ImmutableArray<MemberId> Births,
        ImmutableArray<MemberId> Deaths,
        ImmutableArray<MemberId> Members) : RingEffect;

    /// <summary>Queue for the handler: messages of one publisher.</summary>
    internal sealed record Deliver(MemberId Publisher, PublicationBatch Batch) : RingEffect;

    /// <summary>Answer a confirmed broadcast; nobody may wait for it any more.</summary>
    internal sealed record ConfirmSettled(long Confirm, BroadcastOutcome Outcome) : RingEffect;

    /// <summary>
    /// So many bytes of this member's own messages have been processed by all, and acked: there is room in the window.
    /// </summary>
    internal sealed record WindowReleased(long Bytes) : RingEffect;

    /// <summary>Fire a timer after a time; replaces the one of its kind.</summary>
    internal sealed record SetTimer(RingTimer Timer, long Generation, TimeSpan After) : RingEffect;

    /// <summary>Let a timer be.</summary>
    internal sealed record CancelTimer(RingTimer Timer) : RingEffect;

    /// <summary>
    /// Output has been gathered: give <see cref="RingInput.Flush"/> at the end of the turn. Said once until then.
    /// </summary>
    internal sealed record FlushWanted : RingEffect
    {
        internal static readonly FlushWanted Instance = new();
    }

    /// <summary>
    /// Before it was in the ring, the machine gave up; the last effect. The host may try again with a new member id.
    /// </summary>
    internal sealed record JoinFailed(JoinFailure Reason) : RingEffect;

    /// <summary>
    /// The member has ended: queue it for the handler behind everything else, and drop its watches and timers; the
    /// last effect.
    /// </summary>
    internal sealed record Terminated(TerminationReason Reason, string Detail, long Unsettled) : RingEffect;

    /// <summary>Something worth knowing that changed nothing.</summary>
    internal sealed record Trace(RingTrace Kind, MemberId? Member) : RingEffect;
}

/// <summary>Why a try to join ended.</summary>
internal enum JoinFailure
{
    /// <summary>Nobody could take it in now. Try again.</summary>
    NobodyReady,

    /// <summary>The inserter went down, or did not answer in time. Try again.</summary>
    InserterLost,

    /// <summary>The record store, or the survey of views, did not answer in time. Try again.</summary>
    RecordUnavailable,

    /// <summary>The ring is full.</summary>
    Full,

    /// <summary>Too much was waiting for the state. Try again.</summary>
    HeldTooMuch,

    /// <summary>The application stopped the joining.</summary>
    Stopped,
}

/// <summary>Why a ring machine dropped or noted something.</summary>
internal enum RingTrace
{
    /// <summary>Content from somebody who is not the left neighbour.</summary>
    NotFromLeft,

    /// <summary>Content of another incarnation of the link, or before its catch-up.</summary>
    OldLink,

    /// <summary>Content ahead of its record, which rule R8 forbids.</summary>
    AheadOfRecord,

    /// <summary>Numbers that do not follow, or acks of what was never published.</summary>
    Gap,

    /// <summary>A part that does not follow the part before it.</summary>
    BrokenParts,

    /// <summary>A message that does not fit the machine's phase.</summary>
    Unexpected,

    /// <summary>A record that is older than the one held, or of another group.</summary>
    OldRecord,

    /// <summary>
    /// The store answered with an older version than this member holds, or with a record made again without it.
    /// </summary>
    RolledBack,

    /// <summary>A lost record was made again.</summary>
    Recreated,
}
