namespace Orleans.Groups.Samples.Relay;

/// <summary>Wakes everybody who waits, as often as needed. Any thread.</summary>
/// <remarks>
/// Take <see cref="Next"/>, then look whether there is still something to wait for, then await it: nothing that happens
/// in between is missed.
/// </remarks>
internal sealed class Signal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when <see cref="Raise"/> is called the next time.</summary>
    internal Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Wakes whoever waits now.</summary>
    internal void Raise() =>
        Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Waits until a condition holds, whose changes are announced by <see cref="Raise"/>.</summary>
    internal async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = Next;
            if (condition())
            {
                return;
            }

            await next.WaitAsync(cancellationToken);
        }
    }
}
