namespace Orleans.Groups;

/// <summary>Something that a silo tells a client.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SessionEvent")]
internal abstract class SessionEvent;

/// <summary>A payload for a member of the client.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.PayloadArrived")]
internal sealed class PayloadArrived : SessionEvent
{
    /// <summary>Handle of the member.</summary>
    [Id(0)]
    public long Handle { get; init; }

    /// <summary>Who sent it, if known.</summary>
    [Id(1)]
    public MemberId? From { get; init; }

    /// <summary>The group to which it was published, if so.</summary>
    [Id(2)]
    public string? Group { get; init; }

    /// <summary>The bytes.</summary>
    [Id(3)]
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>As in <see cref="MemberMessage.Missed"/>.</summary>
    [Id(4)]
    public long Missed { get; init; }
}

/// <summary>What a <see cref="MonitorPart"/> is a part of.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.MonitorPartKind")]
internal enum MonitorPartKind
{
    /// <summary>The snapshot at the start.</summary>
    Snapshot,

    /// <summary>A change: members were added.</summary>
    Joined,

    /// <summary>A change: members were taken away.</summary>
    Left,

    /// <summary>The snapshot after the monitor fell behind.</summary>
    Restarted,
}

/// <summary>One group of a <see cref="MonitorPart"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.GroupPart")]
internal sealed class GroupPart
{
    /// <summary>The group.</summary>
    [Id(0)]
    public string Group { get; init; } = string.Empty;

    /// <summary>Members; not empty. The same group may go on in the next part.</summary>
    [Id(1)]
    public MemberId[] Members { get; init; } = [];
}

/// <summary>A change or a snapshot of a monitor, or a part of one: large ones travel in several.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.MonitorPart")]
internal sealed class MonitorPart : SessionEvent
{
    /// <summary>Handle of the monitor.</summary>
    [Id(0)]
    public long Handle { get; init; }

    /// <summary>What it is a part of.</summary>
    [Id(1)]
    public MonitorPartKind Kind { get; init; }

    /// <summary>Why, for a change.</summary>
    [Id(2)]
    public ChangeReason Reason { get; init; }

    /// <summary>One group for a change, any number for a snapshot.</summary>
    [Id(3)]
    public GroupPart[] Groups { get; init; } = [];

    /// <summary>Whether the next part of this monitor belongs to the same.</summary>
    [Id(4)]
    public bool HasMore { get; init; }
}

/// <summary>A monitor has told of everything up to an operation.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.MonitorMark")]
internal sealed class MonitorMark : SessionEvent
{
    /// <summary>Handle of the monitor.</summary>
    [Id(0)]
    public long Handle { get; init; }

    /// <summary>The mark of the operation.</summary>
    [Id(1)]
    public long Mark { get; init; }
}

/// <summary>A monitor has ended.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.MonitorOver")]
internal sealed class MonitorOver : SessionEvent
{
    /// <summary>Handle of the monitor.</summary>
    [Id(0)]
    public long Handle { get; init; }

    /// <summary>Why.</summary>
    [Id(1)]
    public MonitorEndReason Reason { get; init; }
}

/// <summary>The silo stops: the client should go to another one now.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SiloStopping")]
internal sealed class SiloStopping : SessionEvent;
