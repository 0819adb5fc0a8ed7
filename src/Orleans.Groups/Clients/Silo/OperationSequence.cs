namespace Orleans.Groups;

/// <summary>
/// Does numbered operations once each and in their order, however often and in whatever order they are said. Any
/// thread.
/// </summary>
/// <typeparam name="TResult">What an operation leads to.</typeparam>
/// <param name="window">
/// Most operations that may be ahead of the last one whose result is known to have arrived; 1 or more.
/// </param>
internal sealed class OperationSequence<TResult>(int window)
    where TResult : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Task<TResult>> _results = [];
    private readonly Dictionary<long, (Func<Task<TResult>> Start, TaskCompletionSource<TResult> Result)> _early = [];
    private long _started;
    private long _settled;

    /// <summary>Says an operation.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="settledThrough">The results of all up to this one are not needed any more.</param>
    /// <param name="start">
    /// Does it. Called once, under a lock: whatever must happen in order must happen before it returns.
    /// </param>
    /// <param name="error">Why the number is refused.</param>
    /// <returns>The result; <see langword="null"/> when the number is refused.</returns>
    internal Task<TResult>? Submit(long number, long settledThrough, Func<Task<TResult>> start, out string? error)
    {
        lock (_gate)
        {
            error = Check(number, settledThrough);
            if (error is not null)
            {
                return null;
            }

            while (_settled < settledThrough)
            {
                _results.Remove(++_settled);
            }

            if (_results.TryGetValue(number, out var known))
            {
                return known;
            }

            if (number > _started + 1)
            {
                if (!_early.TryGetValue(number, out var early))
                {
                    early = (start, new TaskCompletionSource<TResult>(
                        TaskCreationOptions.RunContinuationsAsynchronously));
                    _early.Add(number, early);
                }

                return early.Result.Task;
            }

            var result = Start(number, start);
            while (_early.Remove(_started + 1, out var next))
            {
                _ = ForwardAsync(Start(_started + 1, next.Start), next.Result); // Never throws.
            }

            return result;
        }
    }

    /// <summary>Whoever waits for an operation that cannot come any more gets this.</summary>
    internal void Complete(TResult result)
    {
        lock (_gate)
        {
            foreach (var early in _early.Values)
            {
                early.Result.TrySetResult(result);
            }

            _early.Clear();
        }
    }

    private static async Task ForwardAsync(Task<TResult> from, TaskCompletionSource<TResult> to)
    {
        try
        {
            to.TrySetResult(await from.ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            to.TrySetException(exception);
        }
    }

    private string? Check(long number, long settledThrough)
    {
        if (number < 1 || settledThrough < 0 || settledThrough >= number)
        {
            return $"Operation {number}, with results settled through {settledThrough}, makes no sense.";
        }

        if (settledThrough > _started)
        {
            return $"Results are said to be settled through {settledThrough}, and only {_started} operations began.";
        }

        if (number <= _settled)
        {
            return $"Operation {number} was settled before.";
        }

        return number > Math.Max(_settled, settledThrough) + window
            ? $"Operation {number} is more than {window} ahead of the last settled one."
            : null;
    }

    private Task<TResult> Start(long number, Func<Task<TResult>> start)
    {
        _started = number;
        var result = start();
        _results.Add(number, result);
        return result;
    }
}
