namespace Orleans.Groups;

/// <summary>Groups and rings of values, without ceremony.</summary>
public static class TypedExtensions
{
    /// <summary>Joins a ring whose messages are values; otherwise as <see cref="IMulticast.JoinAsync"/>.</summary>
    /// <param name="multicast">The node's multicast.</param>
    /// <param name="group">The group.</param>
    /// <param name="onValue">Called with each sender and value, one call after the other, on the thread pool.</param>
    /// <param name="onMembers">Called with every change of members; default <see langword="null"/>: not of interest.</param>
    /// <param name="codec">How values travel; default <see langword="null"/>: <see cref="PayloadCodecs.Default"/>.</param>
    /// <param name="options">As for <see cref="IMulticast.JoinAsync"/>.</param>
    /// <param name="cancellationToken">Gives up joining.</param>
    /// <typeparam name="T">Type of the values.</typeparam>
    /// <exception cref="GroupException">As for <see cref="IMulticast.JoinAsync"/>.</exception>
    public static async Task<MulticastGroup<T>> JoinAsync<T>(
        this IMulticast multicast,
        GroupName group,
        Func<MemberId, T, ValueTask> onValue,
        Func<MembersChanged, ValueTask>? onMembers = null,
        PayloadCodec<T>? codec = null,
        MulticastJoinOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(multicast);
        ArgumentNullException.ThrowIfNull(onValue);
        var handler = new DelegateHandler<T>(onValue, onMembers, codec);
        var place = await multicast.JoinAsync(group, handler, options, cancellationToken).ConfigureAwait(false);
        return new MulticastGroup<T>(place, codec);
    }

    /// <summary>Joins a ring whose messages are values, with callbacks that return at once.</summary>
    /// <param name="multicast">The node's multicast.</param>
    /// <param name="group">The group.</param>
    /// <param name="onValue">Called with each sender and value, one call after the other, on the thread pool.</param>
    /// <param name="onMembers">Called with every change of members; default <see langword="null"/>: not of interest.</param>
    /// <param name="codec">How values travel; default <see langword="null"/>: <see cref="PayloadCodecs.Default"/>.</param>
    /// <param name="options">As for <see cref="IMulticast.JoinAsync"/>.</param>
    /// <param name="cancellationToken">Gives up joining.</param>
    /// <typeparam name="T">Type of the values.</typeparam>
    /// <exception cref="GroupException">As for <see cref="IMulticast.JoinAsync"/>.</exception>
    public static Task<MulticastGroup<T>> JoinAsync<T>(
        this IMulticast multicast,
        GroupName group,
        Action<MemberId, T> onValue,
        Action<MembersChanged>? onMembers = null,
        PayloadCodec<T>? codec = null,
        MulticastJoinOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onValue);
        return multicast.JoinAsync(
            group,
            (from, value) =>
            {
                onValue(from, value);
                return default;
            },
            onMembers is null
                ? null
                : change =>
                {
                    onMembers(change);
                    return default;
                },
            codec,
            options,
            cancellationToken);
    }

    /// <summary>Sends a value to one member; otherwise as <see cref="IProcessGroups.SendAsync"/>.</summary>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <exception cref="PayloadTooLargeException">The encoded value is over the limit. Nothing was sent.</exception>
    public static ValueTask<SendOutcome> SendAsync<T>(
        this IProcessGroups groups,
        MemberId member,
        T value,
        MemberId? from = null,
        PayloadCodec<T>? codec = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return groups.SendAsync(member, (codec ?? PayloadCodecs.Default<T>()).Encode(value), from, cancellationToken);
    }

    /// <summary>Publishes a value to a group; otherwise as <see cref="IProcessGroups.PublishAsync"/>.</summary>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <exception cref="PayloadTooLargeException">The encoded value is over the limit. Nothing was sent.</exception>
    public static ValueTask<PublishResult> PublishAsync<T>(
        this IProcessGroups groups,
        GroupName group,
        T value,
        MemberId? from = null,
        PayloadCodec<T>? codec = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return groups.PublishAsync(group, (codec ?? PayloadCodecs.Default<T>()).Encode(value), from, cancellationToken);
    }

    /// <summary>The value of a payload that arrived at a member.</summary>
    /// <param name="message">What arrived.</param>
    /// <param name="codec">How values travel; default <see langword="null"/>: <see cref="PayloadCodecs.Default"/>.</param>
    /// <typeparam name="T">Type of the value.</typeparam>
    public static T Read<T>(this MemberMessage message, PayloadCodec<T>? codec = null) =>
        (codec ?? PayloadCodecs.Default<T>()).Decode(message.Payload);

    private sealed class DelegateHandler<T>(
        Func<MemberId, T, ValueTask> onValue,
        Func<MembersChanged, ValueTask>? onMembers,
        PayloadCodec<T>? codec) : MulticastHandler<T>(codec)
    {
        public override ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) =>
            onMembers is null ? default : Then(onMembers(change));

        public override ValueTask<HandlerReply> OnValueAsync(MemberId from, long number, T value) =>
            Then(onValue(from, value));

        private static ValueTask<HandlerReply> Then(ValueTask call)
        {
            if (!call.IsCompletedSuccessfully)
            {
                return AwaitAsync(call);
            }

            call.GetAwaiter().GetResult();
            return default;
        }

        private static async ValueTask<HandlerReply> AwaitAsync(ValueTask call)
        {
            await call.ConfigureAwait(false);
            return HandlerReply.Ok;
        }
    }
}
