namespace Orleans.Groups;

/// <summary>Ends something whose owner has been silent for too long. Any thread.</summary>
internal sealed class Lease : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _length;
    private readonly Action _onExpired;
    private readonly ITimer _timer;
    private long _heard;

    internal Lease(TimeProvider time, TimeSpan length, Action onExpired)
    {
        _time = time;
        _length = length;
        _onExpired = onExpired;
        _heard = time.GetTimestamp();
        _timer = Engine.Timers.Create(time, OnDue, length);
    }

    /// <summary>The owner lives.</summary>
    internal void Renew() => Volatile.Write(ref _heard, _time.GetTimestamp());

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void OnDue()
    {
        var left = _length - _time.GetElapsedTime(Volatile.Read(ref _heard));
        if (left <= TimeSpan.Zero)
        {
            _onExpired();
        }
        else
        {
            _timer.Change(left, Timeout.InfiniteTimeSpan);
        }
    }
}
