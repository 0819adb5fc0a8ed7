using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>An outcome on the wire of Orleans.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.BroadcastOutcome")]
internal struct BroadcastOutcomeSurrogate
{
    /// <summary>What is certain.</summary>
    [Id(0)]
    public BroadcastStatus Status;

    /// <summary>Why it is not ok.</summary>
    [Id(1)]
    public BroadcastReason Reason;
}

/// <summary>Lets <see cref="BroadcastOutcome"/> travel in grain calls.</summary>
[RegisterConverter]
internal sealed class BroadcastOutcomeConverter : IConverter<BroadcastOutcome, BroadcastOutcomeSurrogate>
{
    /// <inheritdoc/>
    public BroadcastOutcome ConvertFromSurrogate(in BroadcastOutcomeSurrogate surrogate) =>
        new(surrogate.Status, surrogate.Reason);

    /// <inheritdoc/>
    public BroadcastOutcomeSurrogate ConvertToSurrogate(in BroadcastOutcome value) =>
        new() { Status = value.Status, Reason = value.Reason };
}

/// <summary>A base on the wire of Orleans.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.PublisherBase")]
internal struct PublisherBaseSurrogate
{
    /// <summary>Whose messages.</summary>
    [Id(0)]
    public MemberId? Publisher;

    /// <summary>The last one that is not delivered.</summary>
    [Id(1)]
    public long Number;
}

/// <summary>Lets <see cref="PublisherBase"/> travel in grain calls.</summary>
[RegisterConverter]
internal sealed class PublisherBaseConverter : IConverter<PublisherBase, PublisherBaseSurrogate>
{
    /// <inheritdoc/>
    public PublisherBase ConvertFromSurrogate(in PublisherBaseSurrogate surrogate) =>
        new(surrogate.Publisher!, surrogate.Number);

    /// <inheritdoc/>
    public PublisherBaseSurrogate ConvertToSurrogate(in PublisherBase value) =>
        new() { Publisher = value.Publisher, Number = value.Number };
}

/// <summary>An end on the wire of Orleans.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.MulticastTermination")]
internal struct MulticastTerminationSurrogate
{
    /// <summary>Why.</summary>
    [Id(0)]
    public TerminationReason Reason;

    /// <summary>For people.</summary>
    [Id(1)]
    public string? Detail;

    /// <summary>Own messages that may not have reached everybody.</summary>
    [Id(2)]
    public long Unsettled;
}

/// <summary>Lets <see cref="MulticastTermination"/> travel in grain calls.</summary>
[RegisterConverter]
internal sealed class MulticastTerminationConverter
    : IConverter<MulticastTermination, MulticastTerminationSurrogate>
{
    /// <inheritdoc/>
    public MulticastTermination ConvertFromSurrogate(in MulticastTerminationSurrogate surrogate) =>
        new(surrogate.Reason, surrogate.Detail ?? string.Empty, surrogate.Unsettled);

    /// <inheritdoc/>
    public MulticastTerminationSurrogate ConvertToSurrogate(in MulticastTermination value) => new()
    {
        Reason = value.Reason,
        Detail = value.Detail,
        Unsettled = value.Unsettled,
    };
}

/// <summary>One member of a status on the wire of Orleans.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.MulticastMemberStatus")]
internal struct MulticastMemberStatusSurrogate
{
    /// <summary>Who.</summary>
    [Id(0)]
    public MemberId? Id;

    /// <summary>Whether it is alive.</summary>
    [Id(1)]
    public bool IsAlive;

    /// <summary>Who answers for it.</summary>
    [Id(2)]
    public MemberId? InheritedBy;

    /// <summary>Messages of it that are kept.</summary>
    [Id(3)]
    public long PendingPublications;
}

/// <summary>Lets <see cref="MulticastMemberStatus"/> travel in grain calls.</summary>
[RegisterConverter]
internal sealed class MulticastMemberStatusConverter
    : IConverter<MulticastMemberStatus, MulticastMemberStatusSurrogate>
{
    /// <inheritdoc/>
    public MulticastMemberStatus ConvertFromSurrogate(in MulticastMemberStatusSurrogate surrogate) =>
        new(surrogate.Id!, surrogate.IsAlive, surrogate.InheritedBy, surrogate.PendingPublications);

    /// <inheritdoc/>
    public MulticastMemberStatusSurrogate ConvertToSurrogate(in MulticastMemberStatus value) => new()
    {
        Id = value.Id,
        IsAlive = value.IsAlive,
        InheritedBy = value.InheritedBy,
        PendingPublications = value.PendingPublications,
    };
}

/// <summary>A status on the wire of Orleans.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.MulticastStatus")]
internal struct MulticastStatusSurrogate
{
    /// <summary>The group.</summary>
    [Id(0)]
    public GroupName Group;

    /// <summary>The member.</summary>
    [Id(1)]
    public MemberId? Self;

    /// <summary>Where it is in its life.</summary>
    [Id(2)]
    public MulticastPhase Phase;

    /// <summary>Which life of the record.</summary>
    [Id(3)]
    public string? Epoch;

    /// <summary>Version of the record.</summary>
    [Id(4)]
    public long ViewVersion;

    /// <summary>The ring in its order.</summary>
    [Id(5)]
    public ImmutableArray<MulticastMemberStatus> Members;

    /// <summary>Who sends to it.</summary>
    [Id(6)]
    public MemberId? LeftNeighbour;

    /// <summary>To whom it sends.</summary>
    [Id(7)]
    public MemberId? RightNeighbour;

    /// <summary>Payload bytes kept.</summary>
    [Id(8)]
    public long PendingBytes;

    /// <summary>Own bytes that not everybody has processed.</summary>
    [Id(9)]
    public long UnprocessedBytes;

    /// <summary>Who holds it up.</summary>
    [Id(10)]
    public MemberId? HeldUpBy;

    /// <summary>Callbacks that wait.</summary>
    [Id(11)]
    public long QueuedDeliveries;

    /// <summary>Number of its own last message.</summary>
    [Id(12)]
    public long Published;

    /// <summary>Messages its handler has processed.</summary>
    [Id(13)]
    public long Delivered;
}

/// <summary>Lets <see cref="MulticastStatus"/> travel in grain calls.</summary>
[RegisterConverter]
internal sealed class MulticastStatusConverter : IConverter<MulticastStatus, MulticastStatusSurrogate>
{
    /// <inheritdoc/>
    public MulticastStatus ConvertFromSurrogate(in MulticastStatusSurrogate surrogate) => new(
        surrogate.Group,
        surrogate.Self!,
        surrogate.Phase,
        surrogate.Epoch ?? string.Empty,
        surrogate.ViewVersion,
        surrogate.Members.IsDefault ? [] : surrogate.Members,
        surrogate.LeftNeighbour,
        surrogate.RightNeighbour,
        surrogate.PendingBytes,
        surrogate.UnprocessedBytes,
        surrogate.HeldUpBy,
        surrogate.QueuedDeliveries,
        surrogate.Published,
        surrogate.Delivered);

    /// <inheritdoc/>
    public MulticastStatusSurrogate ConvertToSurrogate(in MulticastStatus value) => new()
    {
        Group = value.Group,
        Self = value.Self,
        Phase = value.Phase,
        Epoch = value.Epoch,
        ViewVersion = value.ViewVersion,
        Members = value.Members,
        LeftNeighbour = value.LeftNeighbour,
        RightNeighbour = value.RightNeighbour,
        PendingBytes = value.PendingBytes,
        UnprocessedBytes = value.UnprocessedBytes,
        HeldUpBy = value.HeldUpBy,
        QueuedDeliveries = value.QueuedDeliveries,
        Published = value.Published,
        Delivered = value.Delivered,
    };
}
