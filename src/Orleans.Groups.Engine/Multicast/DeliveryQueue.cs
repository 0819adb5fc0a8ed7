using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>
/// Everything that waits for one member's handler, in protocol order (rule R10), and the pump that calls it.
/// </summary>
/// <remarks>
/// <para>
/// Apart from the protocol's turns: a handler that is slow, or waits for a confirm, holds up nothing but itself. How
/// far it has come is told once per publisher and pass, and before the pump waits for a call that has not returned.
/// </para>
/// <para>
/// The windows bound what one publisher can have waiting here, but not how many publishers come and go. What all of
/// them may have waiting is bounded by <see cref="MulticastOptions.MaxQueuedBytes"/>: with more than that the member
/// ends, and nothing but its end is told to the handler any more.
/// </para>
/// </remarks>
internal sealed partial class DeliveryQueue : IThreadPoolWorkItem
{
    /// <summary>How often the time is looked at while messages are handled: each time this many have been.</summary>
    private const int ProgressCheckInterval = 16;

    /// <summary>
    /// Longest time without telling how far the handler has come, while it handles many, in milliseconds.
    /// </summary>
    private const int ProgressMilliseconds = 2;

    private readonly Lock _gate = new();
    private readonly RingHost _host;
    private readonly CallbackScope _scope;
    private readonly List<(MemberId Publisher, long Through)> _progress = [];
    private IMulticastHandler _handler;
    private List<RingEffect> _items = [];
    private List<RingEffect> _pass = [];
    private long _addedCalls;
    private long _finishedCalls;
    private int _lastPublisher;
    private long _delivered;
    private long _lastReport;
    private bool _isScheduled;
    private bool _isStopped;
    private volatile bool _isAbandoned;

    internal DeliveryQueue(RingHost host, IMulticastHandler handler)
    {
        _host = host;
        _handler = handler;
        _scope = new CallbackScope(host.Core, this);
    }

    /// <summary>Calls that wait for the handler.</summary>
    internal long QueuedCalls => Math.Max(0, Volatile.Read(ref _addedCalls) - Volatile.Read(ref _finishedCalls));

    /// <summary>Messages that the handler has processed.</summary>
    internal long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Whether nothing but the end is told any more, or not even that.</summary>
    private bool IsPassingOver => _isStopped || _isTooSlow || _isAbandoned;

    /// <summary>Whether it belongs to a member of that ring.</summary>
    internal bool IsOf(EngineCore core, GroupName group) => ReferenceEquals(core, _host.Core) && group == _host.Group;

    /// <summary>Queues what the machine wants the handler to know.</summary>
    internal void Add(RingEffect item)
    {
        var isEnd = item is RingEffect.Terminated;
        var isTooMuch = false;
        var wakes = false;
        lock (_gate)
        {
            if (_isTooSlow && !isEnd)
            {
                return; // It would not be told any more.
            }

            if (_items.Count < MaxSeparateItems || !TryMerge(item))
            {
                _items.Add(item);
                _addedCalls += CallsOf(item);
                _queuedBytes += BytesOf(item);
            }

            isTooMuch = !isEnd && _queuedBytes > _host.Core.Multicast.MaxQueuedBytes;
            if (isTooMuch)
            {
                GiveUp();
            }
            else
            {
                wakes = !_isScheduled;
                _isScheduled = true;
            }
        }

        if (wakes)
        {
            _host.Core.Work.Begin();
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }

        if (isTooMuch)
        {
            const string Detail = $"its handler fell behind by more than {nameof(MulticastOptions.MaxQueuedBytes)}";
            _host.Tell(new RingInput.Stop(TerminationReason.TooSlow, Detail));
        }
    }

    /// <summary>Whoever a far handler hands messages to has processed some.</summary>
    internal void NoteDelivered(int count) => Interlocked.Add(ref _delivered, count);

    /// <summary>The handler is not called again, not even with the end.</summary>
    internal void Abandon() => _isAbandoned = true;

    void IThreadPoolWorkItem.Execute()
    {
        _scope.Enter();
        _scope.Run(static state => _ = ((DeliveryQueue)state!).PumpAsync(), this);
    }

    /// <summary>Calls the handler until nothing waits. Never throws, so that nobody has to wait for it.</summary>
    private async Task PumpAsync()
    {
        while (TakePass())
        {
            _lastReport = Environment.TickCount64;
            for (var index = 0; index < _pass.Count; index++)
            {
                var item = _pass[index];
                if (item is RingEffect.Deliver deliver)
                {
                    var next = 0;
                    while (!DeliverWhileSynchronous(deliver, ref next, out var call))
                    {
                        ReportProgress();
                        try
                        {
                            // Here and not in a method of its own: a handler that knows how to (a grain) lets the pump
                            // go on where its call has returned.
                            Apply(await call.ConfigureAwait(false));
                        }
                        catch (Exception exception)
                        {
                            OnFailure(exception, nameof(IMulticastHandler.OnMessageAsync));
                        }

                        NoteProcessed(deliver.Publisher, deliver.Batch.First + next - 1);
                    }
                }
                else
                {
                    await NotifyAsync(item).ConfigureAwait(false);
                    FinishCalls(1);
                }

                Release(index);
            }

            ReportProgress();
            _pass.Clear();
        }

        _host.Core.Work.End();
    }

    private bool TakePass()
    {
        lock (_gate)
        {
            if (_items.Count == 0)
            {
                _scope.Exit();
                _isScheduled = false;
                return false;
            }

            (_items, _pass) = (_pass, _items);
            return true;
        }
    }

    /// <summary>
    /// Handles messages from <paramref name="next"/> on, as long as the handler returns with its answer.
    /// </summary>
    /// <returns>
    /// <see langword="false"/> when a call has not returned; it belongs to the message before <paramref name="next"/>.
    /// </returns>
    private bool DeliverWhileSynchronous(
        RingEffect.Deliver deliver,
        ref int next,
        out ValueTask<HandlerReply> unfinished)
    {
        unfinished = default;
        var payloads = deliver.Batch.Payloads.Span;
        while (next < payloads.Length && !IsPassingOver)
        {
            var number = deliver.Batch.First + next;
            var message = new MulticastMessage(deliver.Publisher, number, payloads[next]);
            next++;
            try
            {
                var call = _handler.OnMessageAsync(message);
                if (!call.IsCompletedSuccessfully)
                {
                    unfinished = call;
                    return false;
                }

                Apply(call.GetAwaiter().GetResult());
            }
            catch (Exception exception)
            {
                OnFailure(exception, nameof(IMulticastHandler.OnMessageAsync));
            }

            NoteProcessed(deliver.Publisher, number);
            if (next % ProgressCheckInterval == 0 && Environment.TickCount64 - _lastReport >= ProgressMilliseconds)
            {
                ReportProgress();
            }
        }

        FinishCalls(payloads.Length - next); // What is passed over does not wait any more.
        return true;
    }

    private async ValueTask NotifyAsync(RingEffect item)
    {
        if (item is RingEffect.Terminated ended)
        {
            var termination = new MulticastTermination(ended.Reason, ended.Detail, ended.Unsettled);
            await NotifyEndAsync(termination).ConfigureAwait(false);
        }
        else if (!IsPassingOver)
        {
            var (call, name) = item switch
            {
                RingEffect.NotifyJoined joined => (
                    Call(handler => handler.OnJoinedAsync(new MulticastJoined(_host, joined.Members, joined.Bases))),
                    nameof(IMulticastHandler.OnJoinedAsync)),
                RingEffect.NotifyChanged { Births.IsEmpty: true, Deaths.IsEmpty: true } => (
                    Task.FromResult(HandlerReply.Ok), // Merged into nothing.
                    nameof(IMulticastHandler.OnMembersChangedAsync)),
                RingEffect.NotifyChanged changed => (
                    Call(handler => handler.OnMembersChangedAsync(
                        new MembersChanged(changed.Births, changed.Deaths, changed.Members))),
                    nameof(IMulticastHandler.OnMembersChangedAsync)),
                _ => throw Invariant.Unreachable(item),
            };
            ReportProgress();
            await FinishAsync(call, name).ConfigureAwait(false);
        }
    }

    private async Task NotifyEndAsync(MulticastTermination termination)
    {
        try
        {
            if (!_isAbandoned)
            {
                await _handler.OnTerminatedAsync(termination).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            _host.Core.Logger.RingHandlerFailed(
                exception,
                _host.Self,
                _host.Group,
                nameof(IMulticastHandler.OnTerminatedAsync),
                HandlerFailurePolicy.Skip);
        }

        _host.Complete(termination);
    }

    /// <summary>Calls the handler; what it throws at once becomes part of the task.</summary>
    private async Task<HandlerReply> Call(Func<IMulticastHandler, ValueTask<HandlerReply>> call) =>
        await call(_handler).ConfigureAwait(false);

    private async Task FinishAsync(Task<HandlerReply> call, string name)
    {
        try
        {
            Apply(await call.ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            OnFailure(exception, name);
        }
    }

    private void Apply(HandlerReply reply)
    {
        if (reply.StopReason is { } reason)
        {
            Stop(TerminationReason.HandlerStopped, reason);
        }
        else if (reply.Successor is { } successor)
        {
            _handler = successor;
        }
    }

    private void OnFailure(Exception exception, string callback)
    {
        var policy = _host.Core.Multicast.OnHandlerFailure;
        _host.Core.Logger.RingHandlerFailed(exception, _host.Self, _host.Group, callback, policy);
        _host.Core.Events.HandlerFailed();
        if (policy == HandlerFailurePolicy.Stop)
        {
            Stop(TerminationReason.HandlerFailed, $"{callback} threw {exception.GetType().Name}: {exception.Message}");
        }
    }

    private void Stop(TerminationReason reason, string detail)
    {
        if (!_isStopped)
        {
            _isStopped = true;
            _host.Tell(new RingInput.Stop(reason, detail));
        }
    }

    private void FinishCalls(int count) => Volatile.Write(ref _finishedCalls, _finishedCalls + count);

    private void NoteProcessed(MemberId publisher, long through)
    {
        FinishCalls(1);
        if (_handler is IFarHandler)
        {
            return; // It says so itself when it is true.
        }

        Interlocked.Increment(ref _delivered);
        if (_lastPublisher < _progress.Count && _progress[_lastPublisher].Publisher.Equals(publisher))
        {
            _progress[_lastPublisher] = (publisher, through);
            return;
        }

        _lastPublisher = _progress.FindIndex(entry => entry.Publisher.Equals(publisher));
        if (_lastPublisher < 0)
        {
            _lastPublisher = _progress.Count;
            _progress.Add((publisher, through));
        }
        else
        {
            _progress[_lastPublisher] = (publisher, through);
        }
    }

    private void ReportProgress()
    {
        foreach (var (publisher, through) in _progress)
        {
            _host.Tell(new RingInput.Processed(publisher, through));
        }

        _progress.Clear();
        _lastReport = Environment.TickCount64;
    }
}
