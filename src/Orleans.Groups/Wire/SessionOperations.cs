namespace Orleans.Groups;

/// <summary>Something that a client wants its silo to do.</summary>
/// <remarks>
/// Members and monitors are named by handles, which the client chooses: 1 or more, never used twice in a session. A
/// client can only name its own, so it cannot act for another's. Names are plain text until they have been checked.
/// </remarks>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SessionOperation")]
internal abstract class SessionOperation;

/// <summary>Makes a member. Result: <see cref="MemberMade"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.MakeMember")]
internal sealed class MakeMember : SessionOperation
{
    /// <summary>Its handle.</summary>
    [Id(0)]
    public long Handle { get; init; }

    /// <summary>Its name.</summary>
    [Id(1)]
    public string? Name { get; init; }

    /// <summary>Whether payloads are sent on to the client, or dropped.</summary>
    [Id(2)]
    public bool HasHandler { get; init; }
}

/// <summary>Ends a member. One that is not there has ended. Result: <see cref="Done"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.EndMember")]
internal sealed class EndMember : SessionOperation
{
    /// <summary>Its handle.</summary>
    [Id(0)]
    public long Handle { get; init; }
}

/// <summary>Joins or leaves. Result: <see cref="MembershipsChanged"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.ChangeMemberships")]
internal sealed class ChangeMemberships : SessionOperation
{
    /// <summary>The scope.</summary>
    [Id(0)]
    public string? Scope { get; init; }

    /// <summary>Whether to join, or to leave.</summary>
    [Id(1)]
    public bool IsJoin { get; init; }

    /// <summary>The groups; one listed twice is joined or left twice.</summary>
    [Id(2)]
    public string[] Groups { get; init; } = [];

    /// <summary>Handles of the members.</summary>
    [Id(3)]
    public long[] Members { get; init; } = [];

    /// <summary>
    /// A monitor that is to say when it has told of this change, by <see cref="MonitorMark"/>; 0 for none.
    /// </summary>
    [Id(4)]
    public long MarkedMonitor { get; init; }

    /// <summary>What the mark says.</summary>
    [Id(5)]
    public long Mark { get; init; }
}

/// <summary>Starts a monitor. Its snapshot comes as an event. Result: <see cref="Done"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.StartMonitor")]
internal sealed class StartMonitor : SessionOperation
{
    /// <summary>Its handle.</summary>
    [Id(0)]
    public long Handle { get; init; }

    /// <summary>The scope.</summary>
    [Id(1)]
    public string? Scope { get; init; }

    /// <summary>The group; <see langword="null"/> for the whole scope.</summary>
    [Id(2)]
    public string? Group { get; init; }

    /// <summary>Most changes that wait; 0 for what the scope's options say.</summary>
    [Id(3)]
    public int BufferChanges { get; init; }

    /// <summary>Handle of the member with which it ends; 0 for nobody.</summary>
    [Id(4)]
    public long Owner { get; init; }
}

/// <summary>Stops a monitor. One that is not there has stopped. Result: <see cref="Done"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.StopMonitor")]
internal sealed class StopMonitor : SessionOperation
{
    /// <summary>Its handle.</summary>
    [Id(0)]
    public long Handle { get; init; }
}

/// <summary>Sends to a member, or publishes to a group. Result: <see cref="Sent"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SendPayload")]
internal sealed class SendPayload : SessionOperation
{
    /// <summary>The scope.</summary>
    [Id(0)]
    public string? Scope { get; init; }

    /// <summary>The receiver; <see langword="null"/> to publish to the group.</summary>
    [Id(1)]
    public MemberId? To { get; init; }

    /// <summary>The group, to publish to it.</summary>
    [Id(2)]
    public string? Group { get; init; }

    /// <summary>Handle of the member that sends; 0 for nobody.</summary>
    [Id(3)]
    public long From { get; init; }

    /// <summary>The bytes.</summary>
    [Id(4)]
    public ReadOnlyMemory<byte> Payload { get; init; }
}

/// <summary>
/// All members and monitors of an earlier session are here now: that one is not needed any more (rule P6). Result:
/// <see cref="Done"/>, which does not wait for its end.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.ReplaceSession")]
internal sealed class ReplaceSession : SessionOperation
{
    /// <summary>The silo of the earlier session.</summary>
    [Id(0)]
    public SiloAddress? Silo { get; init; }

    /// <summary>The earlier session.</summary>
    [Id(1)]
    public Guid Session { get; init; }
}

/// <summary>Forgets a ring, whoever is in it. Result: <see cref="RingForgotten"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.ForgetRing")]
internal sealed class ForgetRing : SessionOperation
{
    /// <summary>The group.</summary>
    [Id(0)]
    public string? Group { get; init; }
}

/// <summary>What an operation has led to.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.SessionResult")]
internal abstract class SessionResult;

/// <summary>It is done, and there is nothing more to say.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.Done")]
internal sealed class Done : SessionResult
{
    internal static readonly Done Instance = new();
}

/// <summary>It was refused, and nothing was changed.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.Refused")]
internal sealed class Refused : SessionResult
{
    /// <summary>Why.</summary>
    [Id(0)]
    public required GroupError Error { get; init; }
}

/// <summary>A member was made.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.MemberMade")]
internal sealed class MemberMade : SessionResult
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required MemberId Id { get; init; }
}

/// <summary>Memberships have changed, or not.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.MembershipsChanged")]
internal sealed class MembershipsChanged : SessionResult
{
    /// <summary>What became of a join.</summary>
    [Id(0)]
    public JoinStatus Joined { get; init; }

    /// <summary>What became of a leave.</summary>
    [Id(1)]
    public LeaveStatus Left { get; init; }

    /// <summary>How many were added.</summary>
    [Id(2)]
    public int Added { get; init; }

    /// <summary>The groups of those that were taken away, one entry each.</summary>
    [Id(3)]
    public string[] RemovedGroups { get; init; } = [];

    /// <summary>The handles of their members, in the same order.</summary>
    [Id(4)]
    public long[] RemovedMembers { get; init; } = [];

    /// <summary>Whether the mark that was asked for will come.</summary>
    [Id(5)]
    public bool IsMarked { get; init; }
}

/// <summary>A payload was sent, or not.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.Sent")]
internal sealed class Sent : SessionResult
{
    /// <summary>What became of one to a member.</summary>
    [Id(0)]
    public SendOutcome Outcome { get; init; }

    /// <summary>How many members the group had.</summary>
    [Id(1)]
    public int Members { get; init; }

    /// <summary>To how many nodes it went.</summary>
    [Id(2)]
    public int Nodes { get; init; }

    /// <summary>How many nodes were left out.</summary>
    [Id(3)]
    public int NotConnected { get; init; }
}

/// <summary>A ring was forgotten.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingForgotten")]
internal sealed class RingForgotten : SessionResult
{
    /// <summary>Whether there was one.</summary>
    [Id(0)]
    public bool HasExisted { get; init; }
}
