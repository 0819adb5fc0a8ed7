namespace Orleans.Groups.Engine;

/// <summary>Completes when several mailboxes have handled everything that was in them.</summary>
internal sealed class Barrier
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = 1; // The one for setting it up.

    internal Task Task => _completion.Task;

    /// <summary>Another mailbox is to be waited for.</summary>
    internal Barrier Add()
    {
        Interlocked.Increment(ref _left);
        return this;
    }

    /// <summary>A mailbox has come so far, or will handle nothing more; or the setting up is done.</summary>
    internal void Signal()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _completion.TrySetResult();
        }
    }
}
