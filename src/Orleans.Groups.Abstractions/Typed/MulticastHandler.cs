namespace Orleans.Groups;

/// <summary>A handler that does nothing, for deriving from: override what matters.</summary>
public abstract class MulticastHandler : IMulticastHandler
{
    /// <inheritdoc/>
    public virtual ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) => default;

    /// <inheritdoc/>
    public virtual ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) => default;

    /// <inheritdoc/>
    public virtual ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) => default;

    /// <inheritdoc/>
    public virtual ValueTask OnTerminatedAsync(MulticastTermination termination) => default;
}
