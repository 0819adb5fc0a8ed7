namespace Orleans.Groups.Conformance;

/// <summary>
/// The longest that anything in a test may take. It is far above what is needed; running into it fails the test with a
/// description, and it is never used to find out that something does not happen.
/// </summary>
internal static class Deadline
{
    /// <summary>How long a step of a test may take.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Waits for a task, or fails the test saying what did not happen.</summary>
    /// <param name="task">The task.</param>
    /// <param name="what">What is waited for, in the present tense.</param>
    /// <param name="details">What is known when it did not happen.</param>
    internal static async Task WithinAsync(this Task task, string what, Func<string>? details = null)
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail(Describe(what, details));
        }
    }

    /// <inheritdoc cref="WithinAsync(Task, string, Func{string}?)"/>
    internal static async Task<T> WithinAsync<T>(this Task<T> task, string what, Func<string>? details = null)
    {
        await WithinAsync((Task)task, what, details);
        return await task;
    }

    /// <inheritdoc cref="WithinAsync(Task, string, Func{string}?)"/>
    internal static Task<T> WithinAsync<T>(this ValueTask<T> task, string what, Func<string>? details = null) =>
        task.AsTask().WithinAsync(what, details);

    /// <summary>Runs something that takes a token, and fails the test when it takes too long.</summary>
    internal static async Task RunAsync(string what, Func<CancellationToken, Task> action, Func<string>? details = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await action(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Assert.Fail(Describe(what, details));
        }
    }

    private static string Describe(string what, Func<string>? details) =>
        $"Within {Limit.TotalSeconds} s it did not happen that {what}. {details?.Invoke()}".TrimEnd();
}
