namespace Orleans.Groups.Checkers;

/// <summary>Where events go. Any thread.</summary>
public interface IEventSink
{
    /// <summary>Number of the last event; 0 before the first.</summary>
    long LastSeq { get; }

    /// <summary>Gives the event its number and time, and keeps it. The event must not be used again.</summary>
    void Append(LogEvent logEvent);
}

/// <summary>A log in memory, for tests of one process.</summary>
public sealed class MemoryEventLog(TimeProvider? time = null) : IEventSink
{
    private readonly Lock _gate = new();
    private readonly List<LogEvent> _events = [];
    private readonly LogClock _clock = new(time ?? TimeProvider.System);

    /// <inheritdoc/>
    public long LastSeq
    {
        get
        {
            lock (_gate)
            {
                return _events.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void Append(LogEvent logEvent)
    {
        lock (_gate)
        {
            logEvent.Seq = _events.Count + 1;
            logEvent.T = _clock.Now;
            _events.Add(logEvent);
        }
    }

    /// <summary>All events so far, in order.</summary>
    public IReadOnlyList<LogEvent> Copy()
    {
        lock (_gate)
        {
            return [.. _events];
        }
    }
}

/// <summary>Microseconds since it was made, on a clock that only goes forward.</summary>
internal sealed class LogClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    internal long Now => time.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerMicrosecond;
}
