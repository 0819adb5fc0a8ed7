namespace Orleans.Groups.Engine;

/// <summary>Makes timers that do not carry the creator's execution context.</summary>
internal static class Timers
{
    /// <summary>A timer that fires once after a time; change it to fire again.</summary>
    internal static ITimer Create(TimeProvider time, Action onDue, TimeSpan after) =>
        Create(time, onDue, after, Timeout.InfiniteTimeSpan);

    /// <summary>A timer that fires after a time and then periodically.</summary>
    internal static ITimer Create(TimeProvider time, Action onDue, TimeSpan after, TimeSpan period)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return CreateTimer();
        }

        using (ExecutionContext.SuppressFlow())
        {
            return CreateTimer();
        }

        ITimer CreateTimer() => time.CreateTimer(static state => ((Action)state!)(), onDue, after, period);
    }
}
