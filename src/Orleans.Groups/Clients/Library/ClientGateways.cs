namespace Orleans.Groups;

/// <summary>
/// Says when the gateways of a client have changed: answers that were to come through one that is gone never come, so
/// whoever waits asks again at once.
/// </summary>
internal sealed class ClientGateways
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the next change.</summary>
    internal Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>A gateway was lost or found.</summary>
    internal void Change()
    {
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _changed, next).TrySetResult();
    }
}
