namespace Orleans.Groups.ClientProgram;

/// <summary>How things that may be dead are given up: politely, in a bounded time, whatever they say.</summary>
internal static class Closing
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>Closes a place.</summary>
    internal static Task CloseAsync(this IPlace place) => TryAsync(() => place.DisposeAsync().AsTask());

    /// <summary>Leaves a ring.</summary>
    internal static Task LeaveQuietlyAsync(this IMulticastGroup ring) => TryAsync(() => ring.LeaveAsync());

    private static async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action().WaitAsync(Limit);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // It is given up because it may not work any more; nothing depends on how that ends.
        }
    }
}
