namespace Orleans.Groups;

/// <summary>A handler of a ring whose calls are made in the turns of the grain that hosts the member.</summary>
internal sealed class GrainMulticastHandler(GrainLane<HandlerReply> lane, IMulticastHandler handler)
    : IMulticastHandler
{
    /// <inheritdoc/>
    public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) =>
        lane.CallAsync(
            static call => call.Self.Stay(call.Self.Inner.OnJoinedAsync(call.Argument)),
            (Self: this, Argument: joined));

    /// <inheritdoc/>
    public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) =>
        lane.CallAsync(
            static call => call.Self.Stay(call.Self.Inner.OnMembersChangedAsync(call.Argument)),
            (Self: this, Argument: change));

    /// <inheritdoc/>
    public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) =>
        lane.CallAsync(
            static call => call.Self.Stay(call.Self.Inner.OnMessageAsync(call.Argument)),
            (Self: this, Argument: message));

    /// <inheritdoc/>
    public async ValueTask OnTerminatedAsync(MulticastTermination termination) =>
        await lane.CallAsync(
            static async call =>
            {
                await call.Self.Inner.OnTerminatedAsync(call.Argument);
                return HandlerReply.Ok;
            },
            (Self: this, Argument: termination)).ConfigureAwait(false);

    private IMulticastHandler Inner => handler;

    /// <summary>Whoever goes on in the handler's place does so in the grain's turns, too.</summary>
    private ValueTask<HandlerReply> Stay(ValueTask<HandlerReply> call) =>
        call.IsCompletedSuccessfully
            ? new ValueTask<HandlerReply>(Stay(call.GetAwaiter().GetResult()))
            : StayAsync(call);

    private async ValueTask<HandlerReply> StayAsync(ValueTask<HandlerReply> call) => Stay(await call);

    private HandlerReply Stay(HandlerReply reply) =>
        reply.Successor is { } successor and not GrainMulticastHandler
            ? HandlerReply.Become(new GrainMulticastHandler(lane, successor))
            : reply;
}
