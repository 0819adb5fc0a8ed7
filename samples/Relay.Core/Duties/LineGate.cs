using System.Diagnostics;

namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// How far a sender may go: up to a line that the run raises, so that what is to happen at a moment happens in the
/// middle of the traffic; and, with a rate, not faster than that.
/// </summary>
/// <param name="linesPerSecond">
/// Of all senders together, from the first <see cref="Allow"/> on; 0 for as fast as it goes.
/// </param>
internal sealed class LineGate(double linesPerSecond)
{
    private readonly Signal _raised = new();
    private long _allowed;
    private long _started;

    /// <summary>Completes when <see cref="Allow"/> is called the next time.</summary>
    internal Task Raised => _raised.Next;

    /// <summary>Lets lines below this one pass. Never goes back.</summary>
    internal void Allow(long line)
    {
        if (line > Volatile.Read(ref _allowed))
        {
            Interlocked.CompareExchange(ref _started, Stopwatch.GetTimestamp(), 0);
            Volatile.Write(ref _allowed, line);
            _raised.Raise();
        }
    }

    /// <summary>Whether the run lets a line pass.</summary>
    internal bool IsAllowed(long line) => line < Volatile.Read(ref _allowed);

    /// <summary>How long a line that is allowed has to wait for the rate.</summary>
    internal TimeSpan DelayOf(long line)
    {
        if (linesPerSecond <= 0)
        {
            return TimeSpan.Zero;
        }

        var delay = TimeSpan.FromSeconds(line / linesPerSecond) - Stopwatch.GetElapsedTime(Volatile.Read(ref _started));
        return delay > TimeSpan.Zero ? delay : TimeSpan.Zero;
    }
}
