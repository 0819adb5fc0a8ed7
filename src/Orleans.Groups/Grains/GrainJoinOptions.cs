namespace Orleans.Groups;

/// <summary>How a grain is a member of a process group.</summary>
public sealed class GrainJoinOptions
{
    /// <summary>
    /// Whether the activation is kept from being collected as idle while it is a member; default
    /// <see langword="false"/>. Undone when it leaves. Replaces what the grain itself has asked of
    /// <see cref="Grain.DelayDeactivation"/>. Other ends of the activation are not prevented.
    /// </summary>
    public bool KeepAlive { get; init; }

    /// <summary>
    /// Whether the grain is activated again, wherever Orleans places it, and joins again, when its activation ends
    /// without having left; default <see langword="false"/>.
    /// </summary>
    /// <remarks>
    /// For all ends that the silo lives to see: idle collection, deactivation by request or by failure, migration, a
    /// change of the grain directory, a stop of the silo in order. A silo that crashes takes its grains with it: a
    /// reminder, or the next call, brings those back. Retried for a while; a grain that cannot be activated is given up
    /// with a warning in the log.
    /// </remarks>
    public bool Rejoin { get; init; }
}
