namespace Orleans.Groups;

/// <summary>Rings whose members are hosted by grains.</summary>
/// <remarks>
/// <para>
/// A grain that implements <see cref="IMulticastHandler"/> joins with <c>multicast.JoinAsync(group, this)</c>: that it
/// is a grain is seen by itself. With a handler of its own, or with delegates, it names itself, as here.
/// </para>
/// <para>
/// The handler is called in the grain's own turns, one call at a time; between the turns of a call that runs, because
/// that call may wait for them: so grain code may await a confirmed broadcast, in a call as in a handler. The member
/// stays with this activation and ends with it: nothing more is handled then, and the member leaves the ring as soon as
/// what it has published is with everybody. An activation of the same grain that comes later is another member. To
/// know that the ring was left in order, leave it in <see cref="IGrainBase.OnDeactivateAsync"/>.
/// </para>
/// <para>
/// The member's name is that of the grain (<see cref="GrainMemberExtensions.TryGetGrainId"/>), unless the options give
/// another.
/// </para>
/// </remarks>
public static class GrainMulticastExtensions
{
    /// <summary>Joins a ring, or founds it, as a member that lives in a grain.</summary>
    /// <param name="multicast">That of the grain's silo.</param>
    /// <param name="group">The group.</param>
    /// <param name="grain">The grain: <c>this</c>.</param>
    /// <param name="handler">Called in the grain's turns.</param>
    /// <param name="options">As for <see cref="IMulticast.JoinAsync"/>.</param>
    /// <param name="cancellationToken">Gives up joining. The end of the activation does, too.</param>
    /// <returns>As <see cref="IMulticast.JoinAsync"/>.</returns>
    /// <exception cref="GroupException">As <see cref="IMulticast.JoinAsync"/>; and
    /// <see cref="GroupErrorCode.Terminated"/>: the activation has ended.</exception>
    /// <exception cref="UnsuitableGrainIdException">The grain's id does not fit into a name.</exception>
    public static Task<IMulticastGroup> JoinAsync(
        this IMulticast multicast,
        GroupName group,
        IGrainBase grain,
        IMulticastHandler handler,
        MulticastJoinOptions? options = null,
        CancellationToken cancellationToken = default) =>
        For(multicast, grain).JoinAsync(group, handler, options, cancellationToken);

    /// <summary>
    /// Joins a ring, or founds it, as a member that lives in a grain, with messages of one type and delegates.
    /// </summary>
    /// <param name="multicast">That of the grain's silo.</param>
    /// <param name="group">The group.</param>
    /// <param name="grain">The grain: <c>this</c>.</param>
    /// <param name="onMessage">Called in the grain's turns with who published what.</param>
    /// <param name="callbacks">What else to be told, in the grain's turns; <see langword="null"/> for nothing.</param>
    /// <param name="options">As for <see cref="IMulticast.JoinAsync"/>.</param>
    /// <param name="codec">
    /// How messages become bytes; <see langword="null"/> for <see cref="PayloadCodec.Default{T}"/>.
    /// </param>
    /// <param name="cancellationToken">Gives up joining. The end of the activation does, too.</param>
    /// <returns>As <see cref="IMulticast.JoinAsync"/>.</returns>
    /// <typeparam name="T">Type of the messages.</typeparam>
    public static Task<MulticastGroup<T>> JoinAsync<T>(
        this IMulticast multicast,
        GroupName group,
        IGrainBase grain,
        Func<MemberId, T, ValueTask> onMessage,
        MulticastCallbacks? callbacks = null,
        MulticastJoinOptions? options = null,
        PayloadCodec<T>? codec = null,
        CancellationToken cancellationToken = default) =>
        For(multicast, grain).JoinAsync(group, onMessage, callbacks, options, codec, cancellationToken);

    private static IMulticast For(IMulticast multicast, IGrainBase grain)
    {
        ArgumentNullException.ThrowIfNull(multicast);
        return multicast is SiloMulticast silo
            ? silo.For(grain)
            : throw new ArgumentException("A grain joins with the multicast of its own silo.", nameof(multicast));
    }
}
