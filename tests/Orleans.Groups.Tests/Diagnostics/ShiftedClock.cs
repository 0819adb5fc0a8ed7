namespace Orleans.Groups.Tests;

/// <summary>The system's clock, whose timestamps a test moves ahead; timers run as always.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp() + Volatile.Read(ref _shift);

    internal void Advance(TimeSpan time) =>
        Interlocked.Add(ref _shift, (long)(time.TotalSeconds * TimestampFrequency));
}
