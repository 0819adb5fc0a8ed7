using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>Asks for events of a ring member. Also says that the reader lives.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingPoll")]
public sealed class RingPoll
{
    /// <summary>1, 2, 3, … per member. A newer one ends the waiting of an older one.</summary>
    [Id(0)]
    public long Number { get; init; }

    /// <summary>All events up to this one have reached the reader and are not sent again.</summary>
    [Id(1)]
    public long ReceivedThrough { get; init; }

    /// <summary>
    /// All events up to this one have been handled: only then do their messages count as processed by this member, and
    /// give their senders room. Not more than <see cref="ReceivedThrough"/>.
    /// </summary>
    [Id(2)]
    public long HandledThrough { get; init; }

    /// <summary>Whether to answer at once, even with nothing.</summary>
    [Id(3)]
    public bool IsHurried { get; init; }
}

/// <summary>Answer to <see cref="RingPoll"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingMemberEvents")]
public sealed class RingMemberEvents
{
    internal static readonly RingMemberEvents Gone = new() { State = CallState.Gone };

    /// <summary>Whether there is such a member: gone also when all its events, the end too, were received.</summary>
    [Id(0)]
    public CallState State { get; init; }

    /// <summary>Number of the first event.</summary>
    [Id(1)]
    public long First { get; init; }

    /// <summary>The events, in order without a gap; may be empty.</summary>
    [Id(2)]
    public RingMemberEvent[] Events { get; init; } = [];

    /// <summary>Why the poll was refused, if so.</summary>
    [Id(3)]
    public GroupError? Error { get; init; }

    /// <summary>What the member knows: now and then, not in every answer.</summary>
    [Id(4)]
    public MulticastStatus? Status { get; init; }
}

/// <summary>Something that a ring member is told.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingMemberEvent")]
public abstract class RingMemberEvent
{
    private protected RingMemberEvent()
    {
    }
}

/// <summary>The member is in the ring: the first event.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingMemberJoined")]
public sealed class RingMemberJoined : RingMemberEvent
{
    /// <summary>As in <see cref="MulticastJoined.Members"/>.</summary>
    [Id(0)]
    public ImmutableArray<MemberId> Members { get; init; } = [];

    /// <summary>As in <see cref="MulticastJoined.Bases"/>.</summary>
    [Id(1)]
    public ImmutableArray<PublisherBase> Bases { get; init; } = [];
}

/// <summary>Members came or went.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingMembersChanged")]
public sealed class RingMembersChanged : RingMemberEvent
{
    /// <summary>As in <see cref="MembersChanged.Births"/>.</summary>
    [Id(0)]
    public ImmutableArray<MemberId> Births { get; init; } = [];

    /// <summary>As in <see cref="MembersChanged.Deaths"/>.</summary>
    [Id(1)]
    public ImmutableArray<MemberId> Deaths { get; init; } = [];

    /// <summary>As in <see cref="MembersChanged.Members"/>.</summary>
    [Id(2)]
    public ImmutableArray<MemberId> Members { get; init; } = [];
}

/// <summary>A message of some member, this one included.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingMessageArrived")]
public sealed class RingMessageArrived : RingMemberEvent
{
    /// <summary>Who published it.</summary>
    [Id(0)]
    public required MemberId From { get; init; }

    /// <summary>1, 2, 3, … per publisher, without a gap.</summary>
    [Id(1)]
    public long Number { get; init; }

    /// <summary>The bytes.</summary>
    [Id(2)]
    public ReadOnlyMemory<byte> Payload { get; init; }
}

/// <summary>The member has ended: the last event.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingMemberTerminated")]
public sealed class RingMemberTerminated : RingMemberEvent
{
    /// <summary>How it ended.</summary>
    [Id(0)]
    public required MulticastTermination Termination { get; init; }
}
