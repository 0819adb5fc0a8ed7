using System.Threading.Tasks.Sources;
using Orleans.Timers;

namespace Orleans.Groups;

/// <summary>Brings what is sent to one activation to its handler, as calls come to it.</summary>
/// <remarks>
/// <para>
/// A tick of a grain timer is the one request that reaches this activation or nobody: it waits for the activation and
/// for a call that runs, and is dropped with the activation. One tick handles what has come meanwhile, up to a limit,
/// after which other requests have their turn.
/// </para>
/// <para>
/// The member's queue asks for the next message only when this one has been handled. It does so while the result is
/// set, on the same thread, so the tick finds the next message there.
/// </para>
/// </remarks>
internal sealed class GrainPayloads(IGrainContext context, ITimerRegistry timers, IGroupMessageHandler handler)
    : IValueTaskSource
{
    /// <summary>So many messages are handled in one request.</summary>
    private const int MaxMessagesPerTick = 64;

    private static readonly GrainTimerCreationOptions Once =
        new(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { KeepAlive = true };

    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _handled;
    private MemberMessage _message;
    private bool _isWaiting; // The message has not been handled, and the queue waits for it.
    private bool _isTaken; // A tick handles it.
    private bool _isTicking;
    private bool _hasEnded;

    /// <summary>A message has come; none follows before this one has been handled.</summary>
    internal ValueTask HandleAsync(MemberMessage message)
    {
        bool starts;
        short version;
        lock (_gate)
        {
            if (_hasEnded)
            {
                return ValueTask.CompletedTask;
            }

            _handled.Reset();
            version = _handled.Version;
            _message = message;
            (_isWaiting, _isTaken) = (true, false);
            starts = !_isTicking;
            _isTicking = true;
        }

        if (starts)
        {
            StartTick();
        }

        return new ValueTask(this, version);
    }

    /// <summary>The activation has ended: nothing is handled any more.</summary>
    internal void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            if (!_isWaiting)
            {
                return;
            }

            _isWaiting = false;
        }

        _handled.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _handled.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _handled.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags) =>
        _handled.OnCompleted(continuation, state, token, flags);

    private void StartTick()
    {
        var tick = new Tick();
        tick.Timer = timers.RegisterGrainTimer(context, TickAsync, tick, Once);
        tick.Timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private async Task TickAsync(Tick tick, CancellationToken cancellationToken)
    {
        tick.Timer?.Dispose();
        for (var left = MaxMessagesPerTick; left > 0 && TryTake(out var message); left--)
        {
            Exception? failure = null;
            try
            {
                await handler.OnGroupMessageAsync(message);
            }
            catch (Exception exception)
            {
                failure = exception; // For the queue, which logs it.
            }

            Finish(failure, isLast: left == 1);
        }
    }

    private bool TryTake(out MemberMessage message)
    {
        lock (_gate)
        {
            message = _message;
            if (_isWaiting && !_isTaken)
            {
                _isTaken = true;
                return true;
            }

            _isTicking = false;
            return false;
        }
    }

    private void Finish(Exception? failure, bool isLast)
    {
        lock (_gate)
        {
            _message = default;
            if (isLast)
            {
                _isTicking = false; // The next message starts a tick of its own.
            }

            if (!_isWaiting)
            {
                return; // The activation has ended meanwhile.
            }

            _isWaiting = false;
        }

        if (failure is null)
        {
            _handled.SetResult(true);
        }
        else
        {
            _handled.SetException(failure);
        }
    }

    private sealed class Tick
    {
        internal IGrainTimer? Timer { get; set; }
    }
}
