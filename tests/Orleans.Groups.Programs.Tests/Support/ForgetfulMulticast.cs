namespace Orleans.Groups.Programs.Tests;

/// <summary>A node whose members lose the proof of their first confirmed broadcast, though it was published.</summary>
internal sealed class ForgetfulMulticast(IMulticast inner) : IMulticast
{
    public NodeId Node => inner.Node;

    public async Task<IMulticastGroup> JoinAsync(
        GroupName group,
        IMulticastHandler handler,
        MulticastJoinOptions? options = null,
        CancellationToken cancellationToken = default) =>
        new Group(await inner.JoinAsync(group, handler, options, cancellationToken));

    public Task<bool> ForgetAsync(GroupName group, CancellationToken cancellationToken = default) =>
        inner.ForgetAsync(group, cancellationToken);

    private sealed class Group(IMulticastGroup inner) : IMulticastGroup
    {
        private bool _hasForgotten;

        GroupName IMulticastGroup.Group => inner.Group;

        public MemberId Self => inner.Self;

        public Task<MulticastTermination> Completion => inner.Completion;

        public ValueTask<BroadcastOutcome> BroadcastAsync(
            ReadOnlyMemory<byte> payload,
            CancellationToken cancellationToken = default) => inner.BroadcastAsync(payload, cancellationToken);

        public async ValueTask<BroadcastOutcome> ConfirmedBroadcastAsync(
            ReadOnlyMemory<byte> payload,
            ConfirmLevel level = ConfirmLevel.ReceivedByAll,
            TimeSpan? timeout = null,
            CancellationToken cancellationToken = default)
        {
            var outcome = await inner.ConfirmedBroadcastAsync(payload, level, timeout, cancellationToken);
            return Interlocked.Exchange(ref _hasForgotten, true) ? outcome
                : new BroadcastOutcome(BroadcastStatus.Unknown, BroadcastReason.Timeout);
        }

        public Task<MulticastTermination> LeaveAsync(CancellationToken cancellationToken = default) =>
            inner.LeaveAsync(cancellationToken);

        public Task<MulticastTermination> ShutDownGroupAsync(CancellationToken cancellationToken = default) =>
            inner.ShutDownGroupAsync(cancellationToken);

        public void ValidateMembers(IReadOnlyCollection<MemberId> members) => inner.ValidateMembers(members);

        public MulticastStatus GetStatus() => inner.GetStatus();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
