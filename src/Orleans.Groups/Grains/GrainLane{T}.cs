using System.Threading.Tasks.Sources;

namespace Orleans.Groups;

/// <summary>
/// Calls that one queue makes into one activation: one at a time, each in a turn of the grain, none after its end.
/// </summary>
/// <remarks>
/// <para>
/// The calls go to the scheduler of the activation, not through its queue of requests: they come between the turns of a
/// call that runs, which may well wait for them. No message is sent, so a grain is never activated by them.
/// </para>
/// <para>
/// The execution context of the queue goes along, and with it the mark that tells callbacks from other code (rule R12).
/// </para>
/// <para>
/// A queue that waits for a call goes on in the same turn, where its next call needs no way there; up to a limit, so
/// that others have their turns.
/// </para>
/// </remarks>
/// <typeparam name="TResult">What the calls return.</typeparam>
internal sealed class GrainLane<TResult>(IGrainContext context, Action onEnd)
    : GrainLane(context, onEnd), IValueTaskSource<TResult>
    where TResult : struct
{
    /// <summary>So many calls are made in one turn.</summary>
    private const int MaxCallsPerTurn = 64;

    [ThreadStatic]
    private static GrainLane<TResult>? _laneOfThisTurn;

    private ManualResetValueTaskSourceCore<TResult> _result;
    private Call? _running;
    private int _callsLeft;

    /// <summary>Makes a call. The caller waits for it before it makes another.</summary>
    /// <param name="call">The call.</param>
    /// <param name="state">What it works on.</param>
    /// <returns>
    /// What the call has returned or thrown; <see langword="default"/> when the activation has ended, even if the call
    /// still runs.
    /// </returns>
    internal ValueTask<TResult> CallAsync<TState>(Func<TState, ValueTask<TResult>> call, TState state)
    {
        if (ReferenceEquals(_laneOfThisTurn, this) && _callsLeft > 0)
        {
            return CallInThisTurn(call, state);
        }

        var made = new Call<TState>(this, call, state);
        if (!TryBegin(made, out var result))
        {
            return default;
        }

        Context.Scheduler.QueueAction(static made => ((Call)made).Run(), made);
        return result;
    }

    TResult IValueTaskSource<TResult>.GetResult(short token) => _result.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    protected override void GiveUp()
    {
        lock (Gate)
        {
            if (_running is null)
            {
                return;
            }

            _running = null;
        }

        _result.SetResult(default);
    }

    private ValueTask<TResult> CallInThisTurn<TState>(Func<TState, ValueTask<TResult>> call, TState state)
    {
        if (HasEnded)
        {
            return default;
        }

        _callsLeft--;
        var answer = call(state);
        if (answer.IsCompleted)
        {
            return answer;
        }

        var made = new Call(this);
        if (!TryBegin(made, out var result))
        {
            made.Watch(answer); // The end came during the call; what becomes of it is nobody's business.
            return default;
        }

        made.Watch(answer);
        return result;
    }

    private bool TryBegin(Call call, out ValueTask<TResult> result)
    {
        lock (Gate)
        {
            result = default;
            if (HasEnded)
            {
                return false;
            }

            _result.Reset();
            _running = call;
            result = new ValueTask<TResult>(this, _result.Version);
            return true;
        }
    }

    /// <summary>A call has returned, in a turn of the grain, in which the queue goes on.</summary>
    private void Finish(Call call, TResult result, Exception? exception)
    {
        lock (Gate)
        {
            if (!ReferenceEquals(_running, call))
            {
                return; // Given up.
            }

            _running = null;
        }

        _callsLeft = MaxCallsPerTurn - 1;
        _laneOfThisTurn = this;
        try
        {
            if (exception is null)
            {
                _result.SetResult(result);
            }
            else
            {
                _result.SetException(exception);
            }
        }
        finally
        {
            _laneOfThisTurn = null;
        }
    }

    /// <summary>One call that has not returned at once, or has not been made.</summary>
    private class Call(GrainLane<TResult> lane)
    {
        protected GrainLane<TResult> Lane { get; } = lane;

        /// <summary>Makes the call, in a turn of the grain. Never throws.</summary>
        internal virtual void Run()
        {
        }

        /// <summary>Waits, in the turns of the grain, for what was called. Never throws.</summary>
        internal void Watch(ValueTask<TResult> answer) => _ = WatchAsync(answer);

        private async Task WatchAsync(ValueTask<TResult> answer)
        {
            TResult result = default;
            Exception? failure = null;
            try
            {
                result = await answer;
            }
            catch (Exception exception)
            {
                failure = exception;
            }

            Lane.Finish(this, result, failure);
        }
    }

    private sealed class Call<TState>(
        GrainLane<TResult> lane,
        Func<TState, ValueTask<TResult>> call,
        TState state) : Call(lane)
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();

        internal override void Run()
        {
            if (Lane.HasEnded)
            {
                return; // The caller has been told.
            }

            if (_context is null)
            {
                Start(); // The flow of contexts is suppressed at the caller.
            }
            else
            {
                ExecutionContext.Run(_context, static made => ((Call<TState>)made!).Start(), this);
            }
        }

        private void Start()
        {
            ValueTask<TResult> answer;
            try
            {
                answer = call(state);
            }
            catch (Exception exception)
            {
                Lane.Finish(this, default, exception);
                return;
            }

            if (answer.IsCompletedSuccessfully)
            {
                Lane.Finish(this, answer.GetAwaiter().GetResult(), null);
            }
            else
            {
                Watch(answer);
            }
        }
    }
}
