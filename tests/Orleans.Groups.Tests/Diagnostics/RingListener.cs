namespace Orleans.Groups.Tests;

/// <summary>A ring member's handler that does what a test says with each message.</summary>
internal sealed class RingListener(Func<MulticastMessage, ValueTask<HandlerReply>>? onMessage = null)
    : MulticastHandler
{
    public override ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) =>
        onMessage is null ? default : onMessage(message);
}
