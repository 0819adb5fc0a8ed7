namespace Orleans.Groups;

/// <summary>
/// Turns messages of one type into the bytes that travel, and back. Used by any thread, so it keeps no state.
/// </summary>
/// <remarks>
/// Bytes that come from a peer may be anything: <see cref="Decode"/> throws for what is none of its messages, and the
/// receiver treats that as it treats a handler that throws.
/// </remarks>
/// <typeparam name="T">Type of the messages.</typeparam>
public abstract class PayloadCodec<T>
{
    /// <summary>The bytes of a message. They are not changed afterwards, by nobody.</summary>
    public abstract ReadOnlyMemory<byte> Encode(T message);

    /// <summary>The message of these bytes, which the message may keep using but must not change.</summary>
    public abstract T Decode(ReadOnlyMemory<byte> payload);
}
