namespace Orleans.Groups;

/// <summary>Rings whose messages are of one type, with delegates instead of a handler.</summary>
public static class TypedMulticastExtensions
{
    /// <summary>Joins a ring, or founds it.</summary>
    /// <param name="multicast">The node.</param>
    /// <param name="group">The group.</param>
    /// <param name="onMessage">
    /// Called with who published what, one message after the other, on the thread pool. What it throws, and what cannot
    /// be decoded, is treated as <see cref="MulticastOptions.OnHandlerFailure"/> says.
    /// </param>
    /// <param name="callbacks">What else to be told; <see langword="null"/> for nothing.</param>
    /// <param name="options">As for <see cref="IMulticast.JoinAsync"/>.</param>
    /// <param name="codec">
    /// How messages become bytes; <see langword="null"/> for <see cref="PayloadCodec.Default{T}"/>.
    /// </param>
    /// <param name="cancellationToken">Gives up joining.</param>
    /// <returns>As <see cref="IMulticast.JoinAsync"/>.</returns>
    /// <typeparam name="T">Type of the messages.</typeparam>
    public static async Task<MulticastGroup<T>> JoinAsync<T>(
        this IMulticast multicast,
        GroupName group,
        Func<MemberId, T, ValueTask> onMessage,
        MulticastCallbacks? callbacks = null,
        MulticastJoinOptions? options = null,
        PayloadCodec<T>? codec = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(multicast);
        ArgumentNullException.ThrowIfNull(onMessage);
        var handler = new DelegateHandler<T>(onMessage, callbacks ?? new MulticastCallbacks(), codec);
        var member = await multicast.JoinAsync(group, handler, options, cancellationToken).ConfigureAwait(false);
        return new MulticastGroup<T>(member, codec);
    }

    /// <inheritdoc cref="JoinAsync{T}(IMulticast, GroupName, Func{MemberId, T, ValueTask}, MulticastCallbacks,
    /// MulticastJoinOptions, PayloadCodec{T}, CancellationToken)"/>
    public static Task<MulticastGroup<T>> JoinAsync<T>(
        this IMulticast multicast,
        GroupName group,
        Action<MemberId, T> onMessage,
        MulticastCallbacks? callbacks = null,
        MulticastJoinOptions? options = null,
        PayloadCodec<T>? codec = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onMessage);
        return multicast.JoinAsync<T>(
            group,
            (from, message) =>
            {
                onMessage(from, message);
                return ValueTask.CompletedTask;
            },
            callbacks,
            options,
            codec,
            cancellationToken);
    }

    private sealed class DelegateHandler<T>(
        Func<MemberId, T, ValueTask> onMessage,
        MulticastCallbacks callbacks,
        PayloadCodec<T>? codec) : MulticastHandler<T>(codec)
    {
        public override ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) =>
            callbacks.OnJoined is { } call ? Reply(call(joined)) : default;

        public override ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) =>
            callbacks.OnMembersChanged is { } call ? Reply(call(change)) : default;

        public override ValueTask OnTerminatedAsync(MulticastTermination termination) =>
            callbacks.OnTerminated is { } call ? call(termination) : default;

        protected override ValueTask<HandlerReply> OnMessageAsync(MemberId from, T message) =>
            Reply(onMessage(from, message));

        private static ValueTask<HandlerReply> Reply(ValueTask call)
        {
            if (call.IsCompletedSuccessfully)
            {
                call.GetAwaiter().GetResult();
                return default;
            }

            return WaitAsync(call);
        }

        private static async ValueTask<HandlerReply> WaitAsync(ValueTask call)
        {
            await call.ConfigureAwait(false);
            return HandlerReply.Ok;
        }
    }
}
