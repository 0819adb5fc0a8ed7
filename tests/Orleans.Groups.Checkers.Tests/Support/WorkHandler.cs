namespace Orleans.Groups.Checkers.Tests;

/// <summary>A handler that now and then throws, waits, or publishes.</summary>
/// <param name="seed">Decides when.</param>
/// <param name="isQuiet">Never, instead.</param>
internal sealed class WorkHandler(int seed, bool isQuiet = false) : IMulticastHandler
{
    private readonly Random _random = new(seed);
    private IMulticastGroup? _group;

    public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined)
    {
        _group = joined.Group;
        return ValueTask.FromResult(HandlerReply.Ok);
    }

    public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) =>
        ValueTask.FromResult(HandlerReply.Ok);

    public async ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
    {
        switch (isQuiet ? int.MaxValue : _random.Next(200))
        {
            case < 4:
                throw new InvalidOperationException("Now and then a handler throws.");
            case < 8:
                await Task.Yield();
                break;
            case < 10:
                await _group!.BroadcastAsync("from inside"u8.ToArray());
                break;
            case < 12:
                var outcome = await _group!.ConfirmedBroadcastAsync(
                    "never"u8.ToArray(), ConfirmLevel.ProcessedByAll);
                Assert.Equal(BroadcastReason.ReentrantConfirm, outcome.Reason);
                break;
            case 12:
                return HandlerReply.Become(new WorkHandler(_random.Next()) { _group = _group });
            case 13:
                return HandlerReply.Stop("enough");
        }

        return HandlerReply.Ok;
    }

    public ValueTask OnTerminatedAsync(MulticastTermination termination) => ValueTask.CompletedTask;
}
