using Orleans.Metadata;

namespace Orleans.Groups;

/// <summary>Every activation of this grain class joins a process group by itself, before it is activated.</summary>
/// <remarks>
/// <para>
/// The same as a join at the beginning of <see cref="IGrainBase.OnActivateAsync"/>: whoever has called the grain finds
/// it in the group. Messages for the grain wait until it is active. A join that fails fails the activation; one on a
/// silo that is stopping is left out. An activation whose <see cref="IGrainBase.OnActivateAsync"/> fails leaves again
/// when Orleans gives it up.
/// </para>
/// <para>
/// Derived classes inherit it. Not for stateless workers, whose activations come and go unseen: let these join in
/// <see cref="IGrainBase.OnActivateAsync"/>.
/// </para>
/// </remarks>
/// <param name="group">Name of the group.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = true)]
public sealed class JoinsGroupAttribute(string group) : Attribute, IGrainPropertiesProviderAttribute
{
    /// <summary>Marks the types of grains that have the attribute.</summary>
    internal const string Property = "orleans-groups-joins";

    /// <summary>Name of the group.</summary>
    public string Group { get; } = group;

    /// <summary>Name of the scope; default <see langword="null"/>: the default scope.</summary>
    public string? Scope { get; set; }

    /// <summary>As <see cref="GrainJoinOptions.KeepAlive"/>.</summary>
    public bool KeepAlive { get; set; }

    /// <summary>As <see cref="GrainJoinOptions.Rejoin"/>.</summary>
    public bool Rejoin { get; set; }

    /// <inheritdoc/>
    void IGrainPropertiesProviderAttribute.Populate(
        IServiceProvider services,
        Type grainClass,
        GrainType grainType,
        Dictionary<string, string> properties) =>
        properties[Property] = bool.TrueString;
}
