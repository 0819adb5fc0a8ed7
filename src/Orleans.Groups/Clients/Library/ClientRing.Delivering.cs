namespace Orleans.Groups;

/// <content>What comes from the silo, and the handler that is called with it, one call after the other.</content>
internal sealed partial class ClientRing
{
    /// <summary>So many handled events are acknowledged at once, although others wait.</summary>
    private const int ToldAtOnce = 1_024;

    private readonly Queue<(RingMemberEvent Event, long Number)> _events = new();
    private IMulticastHandler _handler;
    private long _handledThrough;
    private long _toldThrough;
    private long _delivered;
    private bool _isScheduled;
    private volatile bool _isStopped;
    private volatile bool _hasHeardEnd;
    private volatile bool _isLost;

    /// <summary>An event has come. Called in order, one at a time.</summary>
    private void Take(RingMemberEvent item, long number)
    {
        lock (_gate)
        {
            if (_hasHeardEnd)
            {
                return;
            }

            if (item is RingMemberTerminated)
            {
                HearEnd();
            }

            _events.Enqueue((item, number));
            if (_isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        CallbackPump.Start(_scope, PumpEventsAsync);
    }

    /// <summary>Calls the handler until nothing waits. Never throws, so that nobody has to wait for it.</summary>
    private async Task PumpEventsAsync()
    {
        while (TryTake(out var item, out var number))
        {
            if (item is RingMemberTerminated ended)
            {
                await TellEndAsync(_isLost
                    ? ended.Termination
                    : await CompleteEndAsync(ended.Termination).ConfigureAwait(false)).ConfigureAwait(false);
            }
            else if (!_isStopped)
            {
                await TellAsync(item!).ConfigureAwait(false);
            }

            NoteHandled(number);
        }
    }

    private bool TryTake(out RingMemberEvent? item, out long number)
    {
        lock (_gate)
        {
            if (_events.TryDequeue(out var next))
            {
                (item, number) = next;
                return true;
            }

            (item, number) = (null, 0);
            _scope.Exit();
            _isScheduled = false;
            return false;
        }
    }

    private void NoteHandled(long number)
    {
        bool isIdle;
        lock (_gate)
        {
            isIdle = _events.Count == 0;
        }

        Volatile.Write(ref _handledThrough, Math.Max(number, _handledThrough));
        if (isIdle || number - _toldThrough >= ToldAtOnce)
        {
            _toldThrough = number;
            Nudge();
        }
    }

    private async Task TellAsync(RingMemberEvent item)
    {
        try
        {
            Apply(await CallHandler(item).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            var callback = NameOf(item);
            var policy = Core.Options.OnHandlerFailure;
            Core.Logger.ClientRingHandlerFailed(exception, Self, Group, callback, policy);
            if (policy == HandlerFailurePolicy.Stop)
            {
                Stop($"{callback} threw {exception.GetType().Name}: {exception.Message}", hasFailed: true);
            }
        }
    }

    private ValueTask<HandlerReply> CallHandler(RingMemberEvent item)
    {
        switch (item)
        {
            case RingMessageArrived message:
                Interlocked.Increment(ref _delivered);
                return _handler.OnMessageAsync(new MulticastMessage(message.From, message.Number, message.Payload));
            case RingMemberJoined joined:
                SetMembers(joined.Members);
                return _handler.OnJoinedAsync(new MulticastJoined(this, joined.Members, joined.Bases));
            case RingMembersChanged changed:
                SetMembers(changed.Members);
                return _handler.OnMembersChangedAsync(
                    new MembersChanged(changed.Births, changed.Deaths, changed.Members));
            default:
                Core.Logger.ClientEventUnknown(item.GetType().Name);
                return new ValueTask<HandlerReply>(HandlerReply.Ok);
        }
    }

    private static string NameOf(RingMemberEvent item) => item switch
    {
        RingMessageArrived => nameof(IMulticastHandler.OnMessageAsync),
        RingMemberJoined => nameof(IMulticastHandler.OnJoinedAsync),
        _ => nameof(IMulticastHandler.OnMembersChangedAsync),
    };

    private void SetMembers(System.Collections.Immutable.ImmutableArray<MemberId> members)
    {
        lock (_gate)
        {
            _members = members;
        }
    }

    private void Apply(HandlerReply reply)
    {
        if (reply.StopReason is { } reason)
        {
            Stop(reason, hasFailed: false);
        }
        else if (reply.Successor is { } successor)
        {
            _handler = successor;
        }
    }

    private async Task TellEndAsync(MulticastTermination termination)
    {
        try
        {
            await _handler.OnTerminatedAsync(termination).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Core.Logger.ClientRingHandlerFailed(
                exception,
                Self,
                Group,
                nameof(IMulticastHandler.OnTerminatedAsync),
                HandlerFailurePolicy.Skip);
        }

        _owner.Remove(this);
        _completion.TrySetResult(termination);
    }
}
