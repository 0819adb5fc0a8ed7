namespace Orleans.Groups;

/// <summary>Which failure a <see cref="GroupException"/> reports.</summary>
public enum GroupErrorCode
{
    /// <summary>A limit of the options is reached.</summary>
    LimitExceeded,

    /// <summary>A payload is larger than the limit.</summary>
    PayloadTooLarge,

    /// <summary>The scope is not one of those that the options list.</summary>
    UnknownScope,

    /// <summary>A queue or window is full.</summary>
    Overloaded,

    /// <summary>The node, or the member, is stopping.</summary>
    ShuttingDown,

    /// <summary>The group's record no longer lists the member.</summary>
    LostMembership,

    /// <summary>The time ran out.</summary>
    Timeout,

    /// <summary>The record store could not be reached.</summary>
    RecordUnavailable,

    /// <summary>The call would wait for itself.</summary>
    ReentrantConfirm,

    /// <summary>The member has terminated.</summary>
    Terminated,

    /// <summary>An invariant of the protocol was broken: a bug of Orleans.Groups, described in the log.</summary>
    Faulted,

    /// <summary>The two sides share no version of the protocol between clients and silos.</summary>
    Incompatible,
}
