namespace Orleans.Groups;

/// <summary>A handler that goes on whatever happens; override what matters.</summary>
/// <remarks>See <see cref="IMulticastHandler"/> for when each is called.</remarks>
public abstract class MulticastHandler : IMulticastHandler
{
    /// <inheritdoc/>
    public virtual ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) => default;

    /// <inheritdoc/>
    public virtual ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) => default;

    /// <inheritdoc/>
    public abstract ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message);

    /// <inheritdoc/>
    public virtual ValueTask OnTerminatedAsync(MulticastTermination termination) => default;
}

/// <summary>A handler of values; otherwise as <see cref="MulticastHandler"/>.</summary>
/// <param name="codec">How values travel; default <see langword="null"/>: <see cref="PayloadCodecs.Default"/>.</param>
/// <typeparam name="T">Type of the values.</typeparam>
public abstract class MulticastHandler<T>(PayloadCodec<T>? codec = null) : MulticastHandler
{
    private readonly PayloadCodec<T> _codec = codec ?? PayloadCodecs.Default<T>();

    /// <summary>A value of some member, this one included.</summary>
    public abstract ValueTask<HandlerReply> OnValueAsync(MemberId from, long number, T value);

    /// <inheritdoc/>
    public sealed override ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) =>
        OnValueAsync(message.From, message.Number, _codec.Decode(message.Payload));
}
