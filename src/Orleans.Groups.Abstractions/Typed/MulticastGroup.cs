namespace Orleans.Groups;

/// <summary>One member's place in a ring whose messages are values: <see cref="IMulticastGroup"/> with a codec.</summary>
/// <typeparam name="T">Type of the values.</typeparam>
public sealed class MulticastGroup<T> : IAsyncDisposable
{
    private readonly PayloadCodec<T> _codec;

    /// <summary>Puts a codec in front of a member's place in a ring.</summary>
    /// <param name="group">The member's place.</param>
    /// <param name="codec">How values travel; default <see langword="null"/>: <see cref="PayloadCodecs.Default"/>.</param>
    public MulticastGroup(IMulticastGroup group, PayloadCodec<T>? codec = null)
    {
        ArgumentNullException.ThrowIfNull(group);
        Untyped = group;
        _codec = codec ?? PayloadCodecs.Default<T>();
    }

    /// <summary>The same place in the ring, for everything that has nothing to do with values.</summary>
    public IMulticastGroup Untyped { get; }

    /// <summary>This member.</summary>
    public MemberId Self => Untyped.Self;

    /// <summary>As <see cref="IMulticastGroup.BroadcastAsync"/>.</summary>
    /// <exception cref="PayloadTooLargeException">The encoded value is over the limit. Nothing was published.</exception>
    public ValueTask<BroadcastOutcome> BroadcastAsync(T value, CancellationToken cancellationToken = default) =>
        Untyped.BroadcastAsync(_codec.Encode(value), cancellationToken);

    /// <summary>As <see cref="IMulticastGroup.ConfirmedBroadcastAsync"/>.</summary>
    /// <exception cref="PayloadTooLargeException">The encoded value is over the limit. Nothing was published.</exception>
    public ValueTask<BroadcastOutcome> ConfirmedBroadcastAsync(
        T value,
        ConfirmLevel level = ConfirmLevel.ReceivedByAll,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) =>
        Untyped.ConfirmedBroadcastAsync(_codec.Encode(value), level, timeout, cancellationToken);

    /// <summary>As <see cref="IMulticastGroup.LeaveAsync"/>.</summary>
    public Task<MulticastTermination> LeaveAsync(CancellationToken cancellationToken = default) =>
        Untyped.LeaveAsync(cancellationToken);

    /// <summary>Leaves the ring.</summary>
    public ValueTask DisposeAsync() => Untyped.DisposeAsync();
}
