namespace Orleans.Groups;

/// <summary>Why a member of a ring ended.</summary>
public enum TerminationReason
{
    /// <summary>It left, and everything it published has reached everybody.</summary>
    Left,

    /// <summary>
    /// It left, but the time for draining ran out: what it published last may not have reached everybody.
    /// </summary>
    LeftUndrained,

    /// <summary>Its handler answered <see cref="HandlerReply.Stop"/>.</summary>
    HandlerStopped,

    /// <summary>Its handler threw, and the policy is <see cref="HandlerFailurePolicy.Stop"/>.</summary>
    HandlerFailed,

    /// <summary>
    /// The group's record no longer lists it: others found it dead or too slow. It may join again as a new member.
    /// </summary>
    LostMembership,

    /// <summary>The whole ring was shut down.</summary>
    GroupShutDown,

    /// <summary>The group was forgotten.</summary>
    Forgotten,

    /// <summary>Its node stopped.</summary>
    NodeStopped,

    /// <summary>
    /// An invariant of the protocol was broken on this member; it was taken out so that it does no harm.
    /// </summary>
    Faulted,

    /// <summary>
    /// Its handler fell behind by more than <see cref="MulticastOptions.MaxQueuedBytes"/>. What waited for the handler
    /// was given up; the member may join again as a new one.
    /// </summary>
    TooSlow,
}

/// <summary>How a member of a ring ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">For people; may be empty.</param>
/// <param name="Unsettled">
/// How many of its own messages were accepted and are not known to have reached everybody. After a fault, or when its
/// node was killed, those that not everybody is known to have processed: never fewer.
/// </param>
public sealed record MulticastTermination(TerminationReason Reason, string Detail, long Unsettled);
