namespace Orleans.Groups.Engine;

/// <summary>
/// The bounded queue in front of one member's handler, with a pump of its own: no member delays another.
/// </summary>
internal sealed class PayloadQueue : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<MemberMessage> _messages = new();
    private readonly EngineCore _core;
    private readonly MemberId _member;
    private readonly Func<MemberMessage, ValueTask> _handler;
    private readonly CallbackScope _scope;
    private long _missed;
    private bool _isScheduled;
    private bool _isClosed;

    internal PayloadQueue(EngineCore core, MemberId member, Func<MemberMessage, ValueTask> handler)
    {
        _core = core;
        _member = member;
        _handler = handler;
        _scope = new CallbackScope(core, this);
    }

    /// <summary>
    /// Queues a payload. When the queue is full a send is refused, and a publication is dropped and counted in the next
    /// message.
    /// </summary>
    internal SendOutcome Add(MemberId? from, GroupName? group, ReadOnlyMemory<byte> payload)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return SendOutcome.Gone;
            }

            if (_messages.Count >= _core.ProcessGroups.MaxQueuedPayloads)
            {
                if (group is not null)
                {
                    _missed++;
                    _core.Events.PublicationMissed();
                }

                return SendOutcome.Overloaded;
            }

            _messages.Enqueue(new MemberMessage(from, group, payload, _missed));
            _missed = 0;
            if (_isScheduled)
            {
                return SendOutcome.Delivered;
            }

            _isScheduled = true;
        }

        _core.Work.Begin();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return SendOutcome.Delivered;
    }

    /// <summary>The handler is not called again.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _messages.Clear();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        _scope.Enter();
        _scope.Run(static state => _ = ((PayloadQueue)state!).PumpAsync(), this);
    }

    /// <summary>Calls the handler until nothing waits. Never throws, so that nobody has to wait for it.</summary>
    private async Task PumpAsync()
    {
        while (TryTake(out var message))
        {
            try
            {
                await _handler(message).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                _core.Logger.MemberHandlerFailed(exception, _member);
            }
        }

        _core.Work.End();
    }

    private bool TryTake(out MemberMessage message)
    {
        lock (_gate)
        {
            if (_messages.TryDequeue(out message))
            {
                return true;
            }

            _scope.Exit();
            _isScheduled = false;
            return false;
        }
    }
}
