namespace Orleans.Groups.InMemory.Tests;

/// <summary>The longest that anything in a test may take: running into it fails the test, and nothing else.</summary>
internal static class Limit
{
    internal static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    internal static Task Soon(this Task task) => task.WaitAsync(Time);

    internal static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Time);

    internal static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Time);

    internal static Task DrainedAsync(this InMemoryCluster cluster) => cluster.DrainAsync().Soon();

    internal static async Task ConvergedAsync(this InMemoryCluster cluster)
    {
        using var limit = new CancellationTokenSource(Time);
        await cluster.WaitForConvergenceAsync(limit.Token);
    }
}
