namespace Orleans.Groups;

/// <summary>A handler of a ring whose calls are made in the turns of the grain that hosts the member.</summary>
internal sealed class GrainMulticastHandler(GrainLane lane, IMulticastHandler handler) : IMulticastHandler
{
    /// <inheritdoc/>
    public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) =>
        Become(lane.CallAsync(
            static call => call.Handler.OnJoinedAsync(call.Argument),
            (Handler: handler, Argument: joined)));

    /// <inheritdoc/>
    public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) =>
        Become(lane.CallAsync(
            static call => call.Handler.OnMembersChangedAsync(call.Argument),
            (Handler: handler, Argument: change)));

    /// <inheritdoc/>
    public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) =>
        Become(lane.CallAsync(
            static call => call.Handler.OnMessageAsync(call.Argument),
            (Handler: handler, Argument: message)));

    /// <inheritdoc/>
    public async ValueTask OnTerminatedAsync(MulticastTermination termination) =>
        await lane.CallAsync(
            static async call =>
            {
                await call.Handler.OnTerminatedAsync(call.Argument);
                return true;
            },
            (Handler: handler, Argument: termination)).ConfigureAwait(false);

    /// <summary>Whoever goes on does so in the grain's turns, too.</summary>
    private async ValueTask<HandlerReply> Become(ValueTask<HandlerReply> call)
    {
        var reply = await call.ConfigureAwait(false);
        return reply.Successor is { } successor and not GrainMulticastHandler
            ? HandlerReply.Become(new GrainMulticastHandler(lane, successor))
            : reply;
    }
}
