namespace Orleans.Groups;

/// <summary>Joins a ring. Saying it again changes nothing.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingJoinRequest")]
public sealed class RingJoinRequest
{
    /// <summary>The oldest version of the client protocol that the caller speaks; 1.</summary>
    [Id(0)]
    public int Oldest { get; init; } = ClientProtocol.Oldest;

    /// <summary>The newest version of the client protocol that the caller speaks; 1.</summary>
    [Id(1)]
    public int Newest { get; init; } = ClientProtocol.Newest;

    /// <summary>The group.</summary>
    [Id(2)]
    public string Group { get; init; } = string.Empty;

    /// <summary>The member's name; <see langword="null"/> for that of the group.</summary>
    [Id(3)]
    public string? MemberName { get; init; }

    /// <summary>How long joining may take; <see langword="null"/> for what the silo's options say.</summary>
    [Id(4)]
    public TimeSpan? Timeout { get; init; }
}

/// <summary>Answer to <see cref="RingJoinRequest"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingJoinReply")]
public sealed class RingJoinReply
{
    /// <summary>Whether it has joined, is under way, is over, or was refused.</summary>
    [Id(0)]
    public CallState State { get; init; }

    /// <summary>Why it has not joined, when it was refused.</summary>
    [Id(1)]
    public GroupError? Error { get; init; }

    /// <summary>The member, when it has joined.</summary>
    [Id(2)]
    public MemberId? Self { get; init; }

    /// <summary>The version of the client protocol that is spoken.</summary>
    [Id(3)]
    public int Version { get; init; }

    /// <summary>How long the reader may be silent before the member leaves.</summary>
    [Id(4)]
    public TimeSpan Lease { get; init; }

    /// <summary>How long a call waits for something to say.</summary>
    [Id(5)]
    public TimeSpan PollWait { get; init; }

    /// <summary>Largest payload of a broadcast.</summary>
    [Id(6)]
    public int MaxPayloadBytes { get; init; }

    /// <summary>How long a confirmed broadcast waits when the call does not say.</summary>
    [Id(7)]
    public TimeSpan ConfirmTimeout { get; init; }
}

/// <summary>Publishes messages, in order.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingBroadcastRequest")]
public sealed class RingBroadcastRequest
{
    /// <summary>
    /// 1, 2, 3, … per member, counted together with its other calls. Done once and in this order, however often it is
    /// said.
    /// </summary>
    [Id(0)]
    public long Number { get; init; }

    /// <summary>The answers to all calls up to this one have reached the caller and can be forgotten.</summary>
    [Id(1)]
    public long SettledThrough { get; init; }

    /// <summary>The messages: at most 4 096, and 4 MiB together unless it is one.</summary>
    [Id(2)]
    public ReadOnlyMemory<byte>[] Payloads { get; init; } = [];
}

/// <summary>Publishes one message, and waits for proof that it arrived.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingConfirmRequest")]
public sealed class RingConfirmRequest
{
    /// <summary>As in <see cref="RingBroadcastRequest.Number"/>.</summary>
    [Id(0)]
    public long Number { get; init; }

    /// <summary>As in <see cref="RingBroadcastRequest.SettledThrough"/>.</summary>
    [Id(1)]
    public long SettledThrough { get; init; }

    /// <summary>The message.</summary>
    [Id(2)]
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>What has to be proved.</summary>
    [Id(3)]
    public ConfirmLevel Level { get; init; }

    /// <summary>Ends the wait, not the publication; <see langword="null"/> for what the silo's options say.</summary>
    [Id(4)]
    public TimeSpan? Timeout { get; init; }
}

/// <summary>Answer to a broadcast.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingBroadcastReply")]
public sealed class RingBroadcastReply
{
    internal static readonly RingBroadcastReply Pending = new() { State = CallState.Pending };

    internal static readonly RingBroadcastReply Gone = new() { State = CallState.Gone };

    /// <summary>Whether it is done, under way, impossible, or refused.</summary>
    [Id(0)]
    public CallState State { get; init; }

    /// <summary>How many of the messages were accepted: the first ones.</summary>
    [Id(1)]
    public int Accepted { get; init; }

    /// <summary>What became of the first that was not accepted, or of the one that was to be confirmed.</summary>
    [Id(2)]
    public BroadcastOutcome Outcome { get; init; }

    /// <summary>Why it was refused.</summary>
    [Id(3)]
    public GroupError? Error { get; init; }

    internal static RingBroadcastReply Refuse(GroupError error) => new() { State = CallState.Refused, Error = error };
}

/// <summary>How a member is to end.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.RingEnding")]
public enum RingEnding
{
    /// <summary>It leaves when everything that it published has reached everybody.</summary>
    Leave,

    /// <summary>It stops without draining, as <see cref="HandlerReply.Stop"/> does.</summary>
    Stop,

    /// <summary>The whole ring ends.</summary>
    ShutDownGroup,
}

/// <summary>Ends a member, behind the broadcasts before it.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingEndRequest")]
public sealed class RingEndRequest
{
    /// <summary>As in <see cref="RingBroadcastRequest.Number"/>.</summary>
    [Id(0)]
    public long Number { get; init; }

    /// <summary>As in <see cref="RingBroadcastRequest.SettledThrough"/>.</summary>
    [Id(1)]
    public long SettledThrough { get; init; }

    /// <summary>How.</summary>
    [Id(2)]
    public RingEnding How { get; init; }

    /// <summary>Why, for <see cref="RingEnding.Stop"/>; for people.</summary>
    [Id(3)]
    public string? Reason { get; init; }

    /// <summary>Whether the handler failed, for <see cref="RingEnding.Stop"/>.</summary>
    [Id(4)]
    public bool HasFailed { get; init; }
}

/// <summary>Compares a list of members with the ring's; see <see cref="IMulticastGroup.ValidateMembers"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingValidateRequest")]
public sealed class RingValidateRequest
{
    /// <summary>As in <see cref="RingBroadcastRequest.Number"/>.</summary>
    [Id(0)]
    public long Number { get; init; }

    /// <summary>As in <see cref="RingBroadcastRequest.SettledThrough"/>.</summary>
    [Id(1)]
    public long SettledThrough { get; init; }

    /// <summary>The list; at most 65 536.</summary>
    [Id(2)]
    public MemberId[] Members { get; init; } = [];
}

/// <summary>Answer to a call that ends or compares.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingMemberReply")]
public sealed class RingMemberReply
{
    internal static readonly RingMemberReply Done = new() { State = CallState.Done };

    internal static readonly RingMemberReply Gone = new() { State = CallState.Gone };

    /// <summary>Whether it is done, impossible, or refused. The end itself comes as an event.</summary>
    [Id(0)]
    public CallState State { get; init; }

    /// <summary>Why it was refused.</summary>
    [Id(1)]
    public GroupError? Error { get; init; }
}
