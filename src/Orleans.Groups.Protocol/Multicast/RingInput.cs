using System;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>Everything that can happen to a ring machine.</summary>
internal abstract record RingInput
{
    private RingInput()
    {
    }

    /// <summary>Begin to join. The first input, once.</summary>
    internal sealed record Start : RingInput
    {
        internal static readonly Start Instance = new();
    }

    /// <summary>
    /// Answer to <see cref="RingEffect.ReadRecord"/>: the record or none; or the store could not be read.
    /// </summary>
    internal sealed record RecordRead(long Request, bool Succeeded, GroupRecord? Record) : RingInput;

    /// <summary>
    /// Answer to <see cref="RingEffect.SubmitEdit"/>; <see langword="null"/> when it may or may not have been applied.
    /// </summary>
    internal sealed record EditAnswered(OperationId Operation, EditResult? Result) : RingInput;

    /// <summary>
    /// Answer to <see cref="RingEffect.SurveyViews"/>: every live node answered, and this is the highest record any
    /// holds; or not all answered.
    /// </summary>
    internal sealed record SurveyAnswered(long Request, bool IsComplete, GroupRecord? Highest) : RingInput;

    /// <summary>A frame of another member, accepted in the current session with its node.</summary>
    internal sealed record Received(MemberId From, RingMessage Message) : RingInput;

    /// <summary>A watched member is down; comes after its last frame. Once per watch.</summary>
    internal sealed record MemberDown(MemberId Member, DownCause Cause) : RingInput;

    /// <summary>
    /// A session with a node has begun: what was sent before may be lost. A host whose record store is volatile also
    /// gives it, with its own node, when the store may have lost its memory (rule R3): an idle ring would not notice.
    /// </summary>
    /// <param name="Node">The node.</param>
    /// <param name="IsFirst">Whether the two had no session before.</param>
    internal sealed record PeerUp(NodeId Node, bool IsFirst = false) : RingInput;

    /// <summary>The application publishes. The host has checked sizes and window.</summary>
    /// <param name="Payloads">Not empty; in order.</param>
    /// <param name="Confirms">Which of them somebody waits for, by ascending index.</param>
    internal sealed record Broadcast(
        ReadOnlyMemory<ReadOnlyMemory<byte>> Payloads,
        ImmutableArray<ConfirmRequest> Confirms) : RingInput;

    /// <summary>This member's handler has processed a publisher's messages up to a number.</summary>
    internal sealed record Processed(MemberId Publisher, long Through) : RingInput;

    /// <summary>Leave, after draining.</summary>
    internal sealed record Leave : RingInput
    {
        internal static readonly Leave Instance = new();
    }

    /// <summary>End the whole ring.</summary>
    internal sealed record ShutDownGroup : RingInput
    {
        internal static readonly ShutDownGroup Instance = new();
    }

    /// <summary>End this member now, without draining.</summary>
    internal sealed record Stop(TerminationReason Reason, string Detail) : RingInput;

    /// <summary>Report how the ring differs from this list.</summary>
    internal sealed record ValidateMembers(ImmutableArray<MemberId> Members) : RingInput;

    /// <summary>
    /// A timer fired; ignored unless the generation is that of the last <see cref="RingEffect.SetTimer"/>.
    /// </summary>
    internal sealed record TimerFired(RingTimer Timer, long Generation) : RingInput;

    /// <summary>
    /// The host answers <see cref="RingEffect.FlushWanted"/>, at the end of its turn: send what has been gathered.
    /// </summary>
    internal sealed record Flush : RingInput
    {
        internal static readonly Flush Instance = new();
    }
}

/// <summary>Somebody waits for proof about one message of a broadcast.</summary>
/// <param name="Index">Position in the payloads.</param>
/// <param name="Confirm">Chosen by the host; never used twice by one machine.</param>
/// <param name="Level">What is to be proved.</param>
internal readonly record struct ConfirmRequest(int Index, long Confirm, ConfirmLevel Level);

/// <summary>How it is known that a member is down.</summary>
internal enum DownCause
{
    /// <summary>Its own node says that it has ended, or has never been.</summary>
    Ended,

    /// <summary>Membership declared its node dead. Final.</summary>
    NodeDead,

    /// <summary>The session with its node ended, or there is none. It may be alive.</summary>
    SessionOver,
}

/// <summary>The timers of a ring machine; one of each at a time.</summary>
internal enum RingTimer
{
    /// <summary>Ask the record store, or look for a place, once more.</summary>
    Retry,

    /// <summary>This try to join has taken too long.</summary>
    JoinAttempt,

    /// <summary>Draining has taken too long.</summary>
    LeaveDeadline,

    /// <summary>Look whether the slowest member has made progress.</summary>
    SlowMember,

    /// <summary>Look who is far behind, though it makes progress.</summary>
    Backlog,

    /// <summary>Send what nobody waits for, if nothing else has taken it along.</summary>
    PutOff,
}
