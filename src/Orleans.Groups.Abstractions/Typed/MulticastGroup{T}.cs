namespace Orleans.Groups;

/// <summary>
/// One member's place in a ring whose messages are of one type. Everything is as in <see cref="IMulticastGroup"/>.
/// </summary>
/// <typeparam name="T">Type of the messages.</typeparam>
public sealed class MulticastGroup<T> : IAsyncDisposable
{
    private readonly PayloadCodec<T> _codec;

    /// <summary>Adds the type to a member that is in the ring.</summary>
    /// <param name="group">The member.</param>
    /// <param name="codec">
    /// How messages become bytes; <see langword="null"/> for <see cref="PayloadCodec.Default{T}"/>.
    /// </param>
    public MulticastGroup(IMulticastGroup group, PayloadCodec<T>? codec = null)
    {
        ArgumentNullException.ThrowIfNull(group);
        Group = group;
        _codec = codec ?? PayloadCodec.Default<T>();
    }

    /// <summary>The member without the type: status, shutting down, checking members.</summary>
    public IMulticastGroup Group { get; }

    /// <summary>This member.</summary>
    public MemberId Self => Group.Self;

    /// <summary>As <see cref="IMulticastGroup.Completion"/>.</summary>
    public Task<MulticastTermination> Completion => Group.Completion;

    /// <summary>As <see cref="IMulticastGroup.BroadcastAsync"/>.</summary>
    /// <exception cref="PayloadTooLargeException">
    /// The encoded message is over the limit. Nothing was published.
    /// </exception>
    public ValueTask<BroadcastOutcome> BroadcastAsync(T message, CancellationToken cancellationToken = default) =>
        Group.BroadcastAsync(_codec.Encode(message), cancellationToken);

    /// <summary>As <see cref="IMulticastGroup.ConfirmedBroadcastAsync"/>.</summary>
    /// <exception cref="PayloadTooLargeException">
    /// The encoded message is over the limit. Nothing was published.
    /// </exception>
    public ValueTask<BroadcastOutcome> ConfirmedBroadcastAsync(
        T message,
        ConfirmLevel level = ConfirmLevel.ReceivedByAll,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) =>
        Group.ConfirmedBroadcastAsync(_codec.Encode(message), level, timeout, cancellationToken);

    /// <summary>As <see cref="IMulticastGroup.LeaveAsync"/>.</summary>
    public Task<MulticastTermination> LeaveAsync(CancellationToken cancellationToken = default) =>
        Group.LeaveAsync(cancellationToken);

    /// <summary>Leaves the ring.</summary>
    public ValueTask DisposeAsync() => Group.DisposeAsync();
}
