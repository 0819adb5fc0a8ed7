namespace Orleans.Groups;

/// <summary>What is certain about a broadcast.</summary>
public enum BroadcastStatus
{
    /// <summary>It was accepted; when confirmed, what was to be proved is proved.</summary>
    Ok,

    /// <summary>It was delivered nowhere and will not be.</summary>
    Failed,

    /// <summary>It may have been delivered to some members, to all, or to none.</summary>
    Unknown,
}

/// <summary>Why a broadcast is not <see cref="BroadcastStatus.Ok"/>.</summary>
public enum BroadcastReason
{
    /// <summary>It is.</summary>
    None,

    /// <summary>
    /// The window, the queue for room in it, or the one of waiting confirms is full. Nothing was sent; try again later.
    /// </summary>
    Overloaded,

    /// <summary>
    /// The call was made from inside a callback and would have waited for that callback. Nothing was sent.
    /// </summary>
    ReentrantConfirm,

    /// <summary>The member is leaving. Nothing was sent.</summary>
    Leaving,

    /// <summary>The member has terminated.</summary>
    Terminated,

    /// <summary>The others took the member out of the ring while this was under way.</summary>
    LostMembership,

    /// <summary>The time ran out before the proof came.</summary>
    Timeout,

    /// <summary>The record could not be read, so the only member cannot know that it still is the only one.</summary>
    RecordUnavailable,
}

/// <summary>What became of a broadcast.</summary>
/// <param name="Status">What is certain.</param>
/// <param name="Reason">Why it is not <see cref="BroadcastStatus.Ok"/>.</param>
public readonly record struct BroadcastOutcome(BroadcastStatus Status, BroadcastReason Reason)
{
    /// <summary>Accepted, or proved.</summary>
    public static BroadcastOutcome Ok => default;

    /// <summary>Whether it was accepted, or proved.</summary>
    public bool IsOk => Status == BroadcastStatus.Ok;

    /// <summary>Returns when the outcome is ok; otherwise throws what it says.</summary>
    /// <exception cref="GroupException">The code and the message say what is certain and what to do.</exception>
    public void ThrowIfNotOk()
    {
        if (IsOk)
        {
            return;
        }

        var (code, isTransient, advice) = Reason switch
        {
            BroadcastReason.Overloaded =>
                (GroupErrorCode.Overloaded, true, "The sender's window is full; try again when others have caught up."),
            BroadcastReason.ReentrantConfirm =>
                (GroupErrorCode.ReentrantConfirm, false, "A callback cannot wait for its own end."),
            BroadcastReason.Leaving =>
                (GroupErrorCode.ShuttingDown, false, "The member is leaving."),
            BroadcastReason.Terminated =>
                (GroupErrorCode.Terminated, false, "The member has terminated; join again as a new member."),
            BroadcastReason.LostMembership =>
                (GroupErrorCode.LostMembership, false, "The others took the member out of the ring; join again."),
            BroadcastReason.Timeout when Status == BroadcastStatus.Failed =>
                (GroupErrorCode.Timeout, true, "There was no room in the window in time."),
            BroadcastReason.Timeout =>
                (GroupErrorCode.Timeout, true, "The proof did not come in time."),
            BroadcastReason.RecordUnavailable =>
                (GroupErrorCode.RecordUnavailable, true, "The group's record could not be read; try again later."),
            _ => throw new InvalidOperationException($"{this} has no reason although it is not ok."),
        };
        var certain = Status == BroadcastStatus.Failed
            ? "The message was delivered nowhere."
            : "The message may have been delivered to some members.";
        throw new GroupException(code, isTransient, $"{advice} {certain}");
    }
}

/// <summary>What a confirmed broadcast has to prove.</summary>
public enum ConfirmLevel
{
    /// <summary>Every member has received it, and has handed it on. May be awaited in a callback.</summary>
    ReceivedByAll,

    /// <summary>Every member's handler has processed it. Refused in a callback, which would wait for itself.</summary>
    ProcessedByAll,
}
