namespace Orleans.Groups.Comparison;

/// <summary>How many messages the receivers of this silo have had.</summary>
internal static class PeerCount
{
    private static readonly Lock Lock = new();
    private static TaskCompletionSource<long> _reached = new();
    private static long _goal = long.MaxValue;
    private static long _count;

    /// <summary>Completes, with the time, when they have come.</summary>
    internal static Task<long> Expected
    {
        get
        {
            lock (Lock)
            {
                return _reached.Task;
            }
        }
    }

    /// <summary>One more.</summary>
    internal static void Add()
    {
        lock (Lock)
        {
            if (++_count >= _goal)
            {
                _goal = long.MaxValue;
                _reached.TrySetResult(Clock.Now);
            }
        }
    }

    /// <summary>Begins to wait for so many more.</summary>
    internal static void Expect(long more)
    {
        lock (Lock)
        {
            _goal = _count + more;
            _reached = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
