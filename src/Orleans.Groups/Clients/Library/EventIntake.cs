namespace Orleans.Groups;

/// <summary>
/// Takes numbered events in order and once each, from answers that may overlap or come late. Any thread.
/// </summary>
internal sealed class EventIntake<T>
{
    private readonly Lock _gate = new();
    private long _received;

    /// <summary>Number of the last event that was taken.</summary>
    internal long Received
    {
        get
        {
            lock (_gate)
            {
                return _received;
            }
        }
    }

    /// <summary>Takes what is new.</summary>
    /// <param name="first">Number of the first event.</param>
    /// <param name="events">The events.</param>
    /// <param name="take">Takes one with its number: quickly, and without waiting for anybody.</param>
    internal void Take(long first, T[] events, Action<T, long> take)
    {
        lock (_gate)
        {
            for (var index = 0; index < events.Length; index++)
            {
                if (first + index == _received + 1)
                {
                    _received++;
                    take(events[index], _received);
                }
            }
        }
    }
}
