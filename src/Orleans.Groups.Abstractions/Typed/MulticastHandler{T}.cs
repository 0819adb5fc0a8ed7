namespace Orleans.Groups;

/// <summary>A handler of messages of one type, for deriving from: override what matters.</summary>
/// <param name="codec">
/// How messages become bytes; <see langword="null"/> for <see cref="PayloadCodec.Default{T}"/>.
/// </param>
/// <typeparam name="T">Type of the messages.</typeparam>
public abstract class MulticastHandler<T>(PayloadCodec<T>? codec = null) : MulticastHandler
{
    private readonly PayloadCodec<T> _codec = codec ?? PayloadCodec.Default<T>();

    /// <summary>A message of some member, this one included.</summary>
    /// <param name="from">Who published it.</param>
    /// <param name="message">What.</param>
    /// <returns>Whether to go on.</returns>
    protected abstract ValueTask<HandlerReply> OnMessageAsync(MemberId from, T message);

    /// <inheritdoc/>
    public sealed override ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) =>
        OnMessageAsync(message.From, _codec.Decode(message.Payload));
}
