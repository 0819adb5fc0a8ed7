namespace Orleans.Groups.Tests;

/// <summary>A handler that takes everything; every few messages it needs another turn for it.</summary>
internal sealed class WorkHandler : IMulticastHandler
{
    private int _messages;

    public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) => ValueTask.FromResult(HandlerReply.Ok);

    public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) =>
        ValueTask.FromResult(HandlerReply.Ok);

    public async ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
    {
        if (++_messages % 16 == 0)
        {
            await Task.Yield();
        }

        return HandlerReply.Ok;
    }

    public ValueTask OnTerminatedAsync(MulticastTermination termination) => ValueTask.CompletedTask;
}
