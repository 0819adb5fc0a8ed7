namespace Orleans.Groups.Tests;

/// <summary>
/// The longest that a step of a test may take: far above what is needed, and never used to find out that something does
/// not happen.
/// </summary>
internal static class Within
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Waits, or fails the test saying what did not happen.</summary>
    internal static async Task LimitAsync(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"Within {Limit.TotalSeconds} s it did not happen that {what}.");
        }
    }

    /// <inheritdoc cref="LimitAsync(Task, string)"/>
    internal static async Task<T> LimitAsync<T>(this Task<T> task, string what)
    {
        await LimitAsync((Task)task, what);
        return await task;
    }

    /// <inheritdoc cref="LimitAsync(Task, string)"/>
    internal static Task<T> LimitAsync<T>(this ValueTask<T> task, string what) => task.AsTask().LimitAsync(what);
}
