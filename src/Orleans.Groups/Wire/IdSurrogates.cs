namespace Orleans.Groups;

/// <summary>A node on the wire of Orleans.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.NodeId")]
internal struct NodeIdSurrogate
{
    /// <summary>Its name.</summary>
    [Id(0)]
    public string? Name;

    /// <summary>The ordinal of its incarnation.</summary>
    [Id(1)]
    public long Ordinal;

    /// <summary>The random part of its incarnation.</summary>
    [Id(2)]
    public Guid Incarnation;
}

/// <summary>Lets <see cref="NodeId"/> travel in grain calls.</summary>
[RegisterConverter]
internal sealed class NodeIdConverter : IConverter<NodeId, NodeIdSurrogate>
{
    /// <inheritdoc/>
    public NodeId ConvertFromSurrogate(in NodeIdSurrogate surrogate) =>
        new(surrogate.Name!, new Incarnation(surrogate.Ordinal, surrogate.Incarnation));

    /// <inheritdoc/>
    public NodeIdSurrogate ConvertToSurrogate(in NodeId value) => new()
    {
        Name = value.Name,
        Ordinal = value.Incarnation.Ordinal,
        Incarnation = value.Incarnation.Id,
    };
}

/// <summary>A member on the wire of Orleans.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.MemberId")]
internal struct MemberIdSurrogate
{
    /// <summary>The node on which it lives.</summary>
    [Id(0)]
    public NodeId? Node;

    /// <summary>Its number there.</summary>
    [Id(1)]
    public long Number;

    /// <summary>Its name.</summary>
    [Id(2)]
    public string? Name;
}

/// <summary>Lets <see cref="MemberId"/> travel in grain calls.</summary>
[RegisterConverter]
internal sealed class MemberIdConverter : IConverter<MemberId, MemberIdSurrogate>
{
    /// <inheritdoc/>
    public MemberId ConvertFromSurrogate(in MemberIdSurrogate surrogate) =>
        new(surrogate.Node!, surrogate.Number, surrogate.Name!);

    /// <inheritdoc/>
    public MemberIdSurrogate ConvertToSurrogate(in MemberId value) => new()
    {
        Node = value.Node,
        Number = value.Number,
        Name = value.Name,
    };
}

/// <summary>The name of a group on the wire of Orleans.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.GroupName")]
internal struct GroupNameSurrogate
{
    /// <summary>The name; <see langword="null"/> when it names nothing.</summary>
    [Id(0)]
    public string? Value;
}

/// <summary>Lets <see cref="GroupName"/> travel in grain calls.</summary>
[RegisterConverter]
internal sealed class GroupNameConverter : IConverter<GroupName, GroupNameSurrogate>
{
    /// <inheritdoc/>
    public GroupName ConvertFromSurrogate(in GroupNameSurrogate surrogate) =>
        surrogate.Value is null ? default : new GroupName(surrogate.Value);

    /// <inheritdoc/>
    public GroupNameSurrogate ConvertToSurrogate(in GroupName value) =>
        new() { Value = value.IsDefault ? null : value.Value };
}

/// <summary>The name of a scope on the wire of Orleans.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.ScopeName")]
internal struct ScopeNameSurrogate
{
    /// <summary>The name; <see langword="null"/> when it names nothing.</summary>
    [Id(0)]
    public string? Value;
}

/// <summary>Lets <see cref="ScopeName"/> travel in grain calls.</summary>
[RegisterConverter]
internal sealed class ScopeNameConverter : IConverter<ScopeName, ScopeNameSurrogate>
{
    /// <inheritdoc/>
    public ScopeName ConvertFromSurrogate(in ScopeNameSurrogate surrogate) =>
        surrogate.Value is null ? default : new ScopeName(surrogate.Value);

    /// <inheritdoc/>
    public ScopeNameSurrogate ConvertToSurrogate(in ScopeName value) =>
        new() { Value = value.IsDefault ? null : value.Value };
}
