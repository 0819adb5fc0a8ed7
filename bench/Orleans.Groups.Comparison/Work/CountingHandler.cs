namespace Orleans.Groups.Comparison;

/// <summary>Counts messages and members, and does nothing else.</summary>
internal sealed class CountingHandler : IMulticastHandler
{
    private readonly Lock _lock = new();
    private readonly List<(Func<bool> Condition, TaskCompletionSource<long> Reached)> _waiting = [];
    private long _messages;
    private long _goal = long.MaxValue;
    private int _members;
    private MulticastTermination? _ended;

    /// <summary>Messages so far.</summary>
    internal long Messages => Interlocked.Read(ref _messages);

    public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined)
    {
        Change(() => _members = joined.Members.Length);
        return default;
    }

    public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change)
    {
        Change(() => _members += change.Births.Length - change.Deaths.Length);
        return default;
    }

    public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
    {
        // Handlers are called one at a time, so the count is a plain one; the goal changes rarely.
        if (++_messages >= Volatile.Read(ref _goal))
        {
            Change(() => { });
        }

        return default;
    }

    public ValueTask OnTerminatedAsync(MulticastTermination termination)
    {
        Change(() => _ended = termination);
        return default;
    }

    /// <summary>Completes with the time when there are so many members.</summary>
    internal Task<long> WaitForMembersAsync(int count) => WaitAsync(() => _members == count);

    /// <summary>Completes with the time when so many messages more have come.</summary>
    internal Task<long> WaitForMessagesAsync(long more)
    {
        var goal = Messages + more;
        return WaitAsync(() => Messages >= goal, goal);
    }

    /// <summary>
    /// The goal is set together with who waits for it: a change that has just let somebody else go takes the goal away
    /// when nobody waits any more.
    /// </summary>
    private Task<long> WaitAsync(Func<bool> condition, long goal = long.MaxValue)
    {
        var reached = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        Change(() =>
        {
            _waiting.Add((condition, reached));
            Volatile.Write(ref _goal, Math.Min(_goal, goal));
        });
        return reached.Task;
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            foreach (var (condition, reached) in _waiting.ToList())
            {
                if (condition())
                {
                    reached.TrySetResult(Clock.Now);
                    _waiting.Remove((condition, reached));
                }
                else if (_ended is { } ended)
                {
                    reached.TrySetException(new InvalidOperationException($"The member has ended: {ended.Reason}."));
                }
            }

            _goal = _waiting.Count == 0 ? long.MaxValue : _goal;
        }
    }
}
