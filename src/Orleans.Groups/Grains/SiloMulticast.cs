using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>Multicast of a silo. A grain that is its own handler is recognised, and called in its own turns.</summary>
internal sealed class SiloMulticast(MulticastFront multicast) : IMulticast
{
    /// <inheritdoc/>
    public NodeId Node => multicast.Node;

    /// <inheritdoc/>
    public Task<IMulticastGroup> JoinAsync(
        GroupName group,
        IMulticastHandler handler,
        MulticastJoinOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        if (handler is IGrainBase grain)
        {
            return For(grain).JoinAsync(group, handler, options, cancellationToken);
        }

        GrainNames.ThrowIfGrain(options?.MemberName, nameof(options));
        return multicast.JoinAsync(group, handler, options, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> ForgetAsync(GroupName group, CancellationToken cancellationToken = default) =>
        multicast.ForgetAsync(group, cancellationToken);

    /// <summary>Multicast whose members live in the activation of a grain.</summary>
    internal GrainMulticast For(IGrainBase grain) => new(multicast, GrainHost.Of(grain));
}
