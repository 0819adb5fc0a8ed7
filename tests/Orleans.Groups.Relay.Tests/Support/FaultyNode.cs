namespace Orleans.Groups.Relay.Tests;

/// <summary>A node whose ring does something to what it delivers: what the relay's checks are for.</summary>
/// <param name="inner">The node.</param>
/// <param name="fault">Turns a message into those that are delivered instead.</param>
internal sealed class FaultyNode(IRelayNode inner, Func<MulticastMessage, IEnumerable<MulticastMessage>> fault)
    : IRelayNode, IMulticast
{
    public IMulticast Multicast => this;

    public IProcessGroups Groups => inner.Groups;

    public NodeId Node => inner.Multicast.Node;

    public IGroupMember CreateMember(string name) => inner.CreateMember(name);

    public void Kill() => inner.Kill();

    public Task StopAsync() => inner.StopAsync();

    public Task<IMulticastGroup> JoinAsync(
        GroupName group,
        IMulticastHandler handler,
        MulticastJoinOptions? options = null,
        CancellationToken cancellationToken = default) =>
        inner.Multicast.JoinAsync(group, new Handler(handler, fault), options, cancellationToken);

    public Task<bool> ForgetAsync(GroupName group, CancellationToken cancellationToken = default) =>
        inner.Multicast.ForgetAsync(group, cancellationToken);

    private sealed class Handler(
        IMulticastHandler inner,
        Func<MulticastMessage, IEnumerable<MulticastMessage>> fault) : IMulticastHandler
    {
        public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) => inner.OnJoinedAsync(joined);

        public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) =>
            inner.OnMembersChangedAsync(change);

        public async ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
        {
            var reply = HandlerReply.Ok;
            foreach (var delivered in fault(message))
            {
                reply = await inner.OnMessageAsync(delivered);
            }

            return reply;
        }

        public ValueTask OnTerminatedAsync(MulticastTermination termination) => inner.OnTerminatedAsync(termination);
    }
}
