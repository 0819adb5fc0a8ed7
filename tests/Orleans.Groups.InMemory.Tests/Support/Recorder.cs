using System.Text;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>A handler that writes down what it is told, and lets a test wait for it.</summary>
internal sealed class Recorder : IMulticastHandler
{
    private readonly Lock _gate = new();
    private readonly List<string> _told = [];
    private readonly List<(Func<List<string>, bool> Condition, TaskCompletionSource Reached)> _waiters = [];

    /// <summary>Called first for every message.</summary>
    internal Func<MulticastMessage, ValueTask<HandlerReply>>? WhenMessage { get; set; }

    /// <summary>Called first when the member is in the ring.</summary>
    internal Func<MulticastJoined, ValueTask<HandlerReply>>? WhenJoined { get; set; }

    /// <summary>Called first at the end.</summary>
    internal Func<MulticastTermination, ValueTask>? WhenTerminated { get; set; }

    /// <summary>
    /// What it was told: <c>joined</c>, <c>births a b</c>, <c>deaths a</c>, <c>a: text</c>, <c>end Left</c>.
    /// </summary>
    internal string[] Told
    {
        get
        {
            lock (_gate)
            {
                return [.. _told];
            }
        }
    }

    /// <summary>The texts of all messages.</summary>
    internal string[] Messages => [.. Told.Where(static line => line.Contains(": ", StringComparison.Ordinal))];

    internal Task UntilAsync(Func<List<string>, bool> condition)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition(_told))
            {
                return Task.CompletedTask;
            }

            _waiters.Add((condition, reached));
        }

        return reached.Task.Soon();
    }

    internal Task UntilToldAsync(string line) => UntilAsync(told => told.Contains(line));

    public async ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined)
    {
        Note("joined");
        return WhenJoined is { } call ? await call(joined) : default;
    }

    public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change)
    {
        if (change.Births.Length > 0)
        {
            Note("births " + string.Join(' ', change.Births.Select(static member => member.Node.Name)));
        }

        if (change.Deaths.Length > 0)
        {
            Note("deaths " + string.Join(' ', change.Deaths.Select(static member => member.Node.Name)));
        }

        return default;
    }

    public async ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
    {
        var reply = WhenMessage is { } call ? await call(message) : default;
        Note($"{message.From.Node.Name}: {Encoding.UTF8.GetString(message.Payload.Span)}");
        return reply;
    }

    public async ValueTask OnTerminatedAsync(MulticastTermination termination)
    {
        if (WhenTerminated is { } call)
        {
            await call(termination);
        }

        Note($"end {termination.Reason}");
    }

    private void Note(string line)
    {
        lock (_gate)
        {
            _told.Add(line);
            foreach (var (condition, reached) in _waiters)
            {
                if (condition(_told))
                {
                    reached.TrySetResult();
                }
            }
        }
    }
}
