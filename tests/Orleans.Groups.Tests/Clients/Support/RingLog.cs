namespace Orleans.Groups.Tests;

/// <summary>Records what a ring member is told.</summary>
internal sealed class RingLog : IMulticastHandler
{
    internal Seen<string> Told { get; } = new();

    internal TaskCompletionSource<MulticastJoined> Joined { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal TaskCompletionSource<MulticastTermination> Terminated { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The messages, as text.</summary>
    internal Seen<string> Messages { get; } = new();

    internal Func<MulticastMessage, ValueTask<HandlerReply>>? WhenMessage { get; set; }

    public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined)
    {
        Told.Add($"joined {joined.Members.Length}");
        Joined.TrySetResult(joined);
        return new ValueTask<HandlerReply>(HandlerReply.Ok);
    }

    public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change)
    {
        Told.Add($"changed +{change.Births.Length} -{change.Deaths.Length} ={change.Members.Length}");
        return new ValueTask<HandlerReply>(HandlerReply.Ok);
    }

    public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
    {
        Told.Add($"message {message.Number} of {message.From.Name}");
        Messages.Add(Text.From(message.Payload));
        return WhenMessage?.Invoke(message) ?? new ValueTask<HandlerReply>(HandlerReply.Ok);
    }

    public ValueTask OnTerminatedAsync(MulticastTermination termination)
    {
        Told.Add($"terminated {termination.Reason}");
        Terminated.TrySetResult(termination);
        return ValueTask.CompletedTask;
    }
}
