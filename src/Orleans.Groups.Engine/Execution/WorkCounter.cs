namespace Orleans.Groups.Engine;

/// <summary>Counts what is under way in a cluster, so that tests can wait until nothing is: without polling.</summary>
/// <remarks>
/// A unit is a queue whose pump is scheduled or runs, or a request to the record store; not a message. Whoever is
/// counted raises the count for what it causes before its own unit ends, so the count reaches zero only when really
/// nothing is left. What is held back on purpose (a cut link, a held record store) is not counted.
/// </remarks>
internal sealed class WorkCounter
{
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiters = [];
    private long _active;
    private long _starts;

    /// <summary>How often work began after there was none.</summary>
    internal long Starts => Volatile.Read(ref _starts);

    /// <summary>A unit begins.</summary>
    internal void Begin()
    {
        if (Interlocked.Increment(ref _active) == 1)
        {
            Interlocked.Increment(ref _starts);
        }
    }

    /// <summary>A unit has ended.</summary>
    internal void End()
    {
        if (Interlocked.Decrement(ref _active) == 0)
        {
            CompleteWaiters();
        }
    }

    /// <summary>A change that is no queued work, such as a cut link: whoever waits for one looks again.</summary>
    internal void Pulse()
    {
        Begin();
        End();
    }

    /// <summary>Completes as soon as nothing is under way.</summary>
    internal Task WaitForIdleAsync(CancellationToken cancellationToken) => WaitForIdleAsync(-1, cancellationToken);

    /// <summary>Completes when nothing is under way, and something was since <paramref name="after"/> starts.</summary>
    internal Task WaitForIdleAsync(long after, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(after);
        lock (_gate)
        {
            if (IsOver(waiter))
            {
                return Task.CompletedTask;
            }

            _waiters.Add(waiter);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            await waiter.Completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    private void CompleteWaiters()
    {
        lock (_gate)
        {
            // Race: new work may have begun since the count was zero. Then its end completes them.
            foreach (var waiter in _waiters)
            {
                if (IsOver(waiter))
                {
                    waiter.Completion.TrySetResult();
                }
            }
        }
    }

    private bool IsOver(Waiter waiter) => Volatile.Read(ref _active) == 0 && Starts > waiter.After;

    private sealed class Waiter(long after)
    {
        internal long After { get; } = after;

        internal TaskCompletionSource Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
