namespace Orleans.Groups;

/// <summary>Opens a session. Saying it again changes nothing.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SessionRequest")]
internal sealed class SessionRequest
{
    /// <summary>The oldest version that the client speaks.</summary>
    [Id(0)]
    public int Oldest { get; init; } = ClientProtocol.Oldest;

    /// <summary>The newest version that the client speaks.</summary>
    [Id(1)]
    public int Newest { get; init; } = ClientProtocol.Newest;
}

/// <summary>Answer to <see cref="SessionRequest"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SessionWelcome")]
internal sealed class SessionWelcome
{
    /// <summary>Why there is no session, if so.</summary>
    [Id(0)]
    public GroupError? Error { get; init; }

    /// <summary>The version to speak.</summary>
    [Id(1)]
    public int Version { get; init; }

    /// <summary>The node of the silo.</summary>
    [Id(2)]
    public NodeId? Node { get; init; }

    /// <summary>How long the client may be silent.</summary>
    [Id(3)]
    public TimeSpan Lease { get; init; }

    /// <summary>How long a poll waits for something to say.</summary>
    [Id(4)]
    public TimeSpan PollWait { get; init; }

    /// <summary>Largest payload to a member or group.</summary>
    [Id(5)]
    public int MaxPayloadBytes { get; init; }

    /// <summary>The scopes that exist; empty when any may be used.</summary>
    [Id(6)]
    public string[] Scopes { get; init; } = [];
}

/// <summary>One operation of a session.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SessionCall")]
internal sealed class SessionCall
{
    /// <summary>1, 2, 3, … per session. Done once and in this order, however often it is said.</summary>
    [Id(0)]
    public long Number { get; init; }

    /// <summary>The results of all operations up to this one have reached the client and can be forgotten.</summary>
    [Id(1)]
    public long SettledThrough { get; init; }

    /// <summary>What to do.</summary>
    [Id(2)]
    public SessionOperation? Operation { get; init; }
}

/// <summary>What became of a call.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.CallState")]
public enum CallState
{
    /// <summary>It is done, and this is the result.</summary>
    Done,

    /// <summary>It is under way: say it again to hear the result.</summary>
    Pending,

    /// <summary>There is no such session or member here: it has ended, or never was. Nothing was done now.</summary>
    Gone,

    /// <summary>It makes no sense, and the error says why. Nothing was done.</summary>
    Refused,
}

/// <summary>Answer to <see cref="SessionCall"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SessionReply")]
internal sealed class SessionReply
{
    internal static readonly SessionReply Pending = new() { State = CallState.Pending };

    internal static readonly SessionReply Gone = new() { State = CallState.Gone };

    /// <summary>What became of it.</summary>
    [Id(0)]
    public CallState State { get; init; }

    /// <summary>The result, when it is done.</summary>
    [Id(1)]
    public SessionResult? Result { get; init; }

    /// <summary>Why it was refused.</summary>
    [Id(2)]
    public GroupError? Error { get; init; }

    internal static SessionReply Refuse(GroupError error) => new() { State = CallState.Refused, Error = error };
}

/// <summary>How far a client has come with what one of its members or monitors was told.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.HandledThrough")]
internal readonly struct HandledThrough(long handle, long through)
{
    /// <summary>The member or monitor.</summary>
    [Id(0)]
    public readonly long Handle = handle;

    /// <summary>How many events of it have been handled, since it was made.</summary>
    [Id(1)]
    public readonly long Through = through;
}

/// <summary>Asks for events. Also says that the client lives.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SessionPoll")]
internal sealed class SessionPoll
{
    /// <summary>1, 2, 3, … per session. A newer one ends the waiting of an older one.</summary>
    [Id(0)]
    public long Number { get; init; }

    /// <summary>All events up to this one have reached the client and can be forgotten.</summary>
    [Id(1)]
    public long ReceivedThrough { get; init; }

    /// <summary>How far handlers have come; those that have not moved may be left out.</summary>
    [Id(2)]
    public HandledThrough[] Handled { get; init; } = [];

    /// <summary>Whether to answer at once, even with nothing.</summary>
    [Id(3)]
    public bool IsHurried { get; init; }
}

/// <summary>Answer to <see cref="SessionPoll"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SessionEvents")]
internal sealed class SessionEvents
{
    internal static readonly SessionEvents Gone = new() { State = CallState.Gone };

    /// <summary>Whether there is a session.</summary>
    [Id(0)]
    public CallState State { get; init; }

    /// <summary>Number of the first event.</summary>
    [Id(1)]
    public long First { get; init; }

    /// <summary>The events, in order without a gap; may be empty.</summary>
    [Id(2)]
    public SessionEvent[] Events { get; init; } = [];

    /// <summary>Why the poll was refused, if so.</summary>
    [Id(3)]
    public GroupError? Error { get; init; }
}
