namespace Orleans.Groups.Conformance;

/// <summary>
/// State on which a test waits: it changes under one lock, and every change lets the waiters look again.
/// </summary>
/// <param name="describe">What the state is now, for the message of a failed wait; called under the lock.</param>
internal sealed class Observed(Func<string> describe)
{
    private readonly Lock _lock = new();
    private readonly List<(Func<bool> Condition, TaskCompletionSource Met)> _waiters = [];

    internal void Change(Action change)
    {
        lock (_lock)
        {
            change();
            for (var index = _waiters.Count - 1; index >= 0; index--)
            {
                if (_waiters[index].Condition())
                {
                    _waiters[index].Met.SetResult();
                    _waiters.RemoveAt(index);
                }
            }
        }
    }

    internal T Read<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }

    /// <summary>Completes as soon as the condition, which is asked under the lock, holds.</summary>
    internal Task UntilAsync(string what, Func<bool> condition)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (condition())
            {
                return Task.CompletedTask;
            }

            _waiters.Add((condition, met));
        }

        return met.Task.WithinAsync(what, () => Read(describe));
    }
}
