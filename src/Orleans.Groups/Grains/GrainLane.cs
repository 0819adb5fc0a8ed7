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
/// The caller's execution context goes along, and with it the mark that tells callbacks from other code (rule R12).
/// </para>
/// </remarks>
internal sealed class GrainLane(IGrainContext context, Action onEnd)
{
    private readonly Lock _gate = new();
    private Action? _onEnd = onEnd;
    private Call? _running;
    private volatile bool _hasEnded;

    /// <summary>Makes a call, and waits until it has returned or the activation has ended.</summary>
    /// <param name="call">The call.</param>
    /// <param name="state">What it works on.</param>
    /// <returns>
    /// What the call has returned or thrown; <see langword="default"/> when the activation has ended, even if the call
    /// still runs.
    /// </returns>
    internal ValueTask<TResult?> CallAsync<TState, TResult>(Func<TState, ValueTask<TResult>> call, TState state)
    {
        var made = new Call<TState, TResult>(this, call, state);
        lock (_gate)
        {
            if (_hasEnded)
            {
                return default;
            }

            _running = made;
        }

        context.Scheduler.QueueAction(static made => ((Call)made).Run(), made);
        return new ValueTask<TResult?>(made.Result);
    }

    /// <summary>Says what to do at the end from now on; <see langword="false"/> when it has come.</summary>
    internal bool TryChangeEnd(Action onEnd)
    {
        lock (_gate)
        {
            if (!_hasEnded)
            {
                _onEnd = onEnd;
            }

            return !_hasEnded;
        }
    }

    /// <summary>The activation has ended: nothing is called any more, and nobody waits for a call that runs.</summary>
    internal void End()
    {
        Call? running;
        Action? onEnd;
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            (running, onEnd) = (_running, _onEnd);
            (_running, _onEnd) = (null, null);
        }

        running?.GiveUp();
        onEnd?.Invoke();
    }

    /// <summary>One call.</summary>
    private abstract class Call(GrainLane lane)
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();

        internal void Run()
        {
            if (lane._hasEnded)
            {
                GiveUp();
            }
            else if (_context is null)
            {
                Start(); // The flow of contexts is suppressed at the caller.
            }
            else
            {
                ExecutionContext.Run(_context, static call => ((Call)call!).Start(), this);
            }
        }

        /// <summary>Nobody waits for it any more.</summary>
        internal abstract void GiveUp();

        /// <summary>Makes the call, in a turn of the grain. Never throws.</summary>
        protected abstract void Start();
    }

    private sealed class Call<TState, TResult>(
        GrainLane lane,
        Func<TState, ValueTask<TResult>> call,
        TState state) : Call(lane)
    {
        private readonly TaskCompletionSource<TResult?> _result =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<TResult?> Result => _result.Task;

        internal override void GiveUp() => _result.TrySetResult(default);

        protected override void Start() => _ = StartAsync();

        private async Task StartAsync()
        {
            try
            {
                _result.TrySetResult(await call(state));
            }
            catch (Exception exception)
            {
                _result.TrySetException(exception);
            }
        }
    }
}
