namespace Orleans.Groups.Engine;

/// <summary>Something that ends at a time; one list at a time may hold it.</summary>
internal abstract class Expiring
{
    internal Expiring? Previous { get; set; }

    internal Expiring? Next { get; set; }

    internal DeadlineList.Lane? Lane { get; set; }

    /// <summary>When it expires, as a timestamp of the time provider.</summary>
    internal long DueAt { get; set; }
}

/// <summary>Deadlines of many short waits with one timer: adding and removing cost the same for any number.</summary>
/// <remarks>
/// Waits of one length expire in the order in which they began, so each length has a lane of its own. Not thread-safe:
/// its owner locks, also around <see cref="TakeExpired"/>, which the owner calls when <c>onDue</c> is called.
/// </remarks>
internal sealed class DeadlineList(TimeProvider time, Action onDue) : IDisposable
{
    private readonly Dictionary<long, Lane> _lanes = [];
    private ITimer? _timer;
    private long _armedFor = long.MaxValue;
    private bool _isDisposed;

    /// <summary>Adds a wait.</summary>
    internal void Add(Expiring item, TimeSpan after)
    {
        if (!_lanes.TryGetValue(after.Ticks, out var lane))
        {
            lane = new Lane(after.Ticks);
            _lanes.Add(after.Ticks, lane);
        }

        var now = time.GetTimestamp();
        item.DueAt = now + (long)Math.Ceiling(after.TotalSeconds * time.TimestampFrequency);
        lane.Append(item);
        Arm(item.DueAt, now);
    }

    /// <summary>Removes a wait; one that is not there is ignored.</summary>
    internal void Remove(Expiring item)
    {
        if (item.Lane is not { } lane)
        {
            return;
        }

        lane.Unlink(item);
        if (lane.First is null)
        {
            _lanes.Remove(lane.Ticks);
        }
    }

    /// <summary>Takes out everything that is due, and sets the timer for what is next.</summary>
    internal List<Expiring> TakeExpired()
    {
        var now = time.GetTimestamp();
        var expired = new List<Expiring>();
        var next = long.MaxValue;
        foreach (var lane in _lanes.Values)
        {
            while (lane.First is { } first)
            {
                if (first.DueAt > now)
                {
                    next = Math.Min(next, first.DueAt);
                    break;
                }

                lane.Unlink(first);
                expired.Add(first);
            }
        }

        foreach (var item in expired)
        {
            item.Lane = null;
        }

        foreach (var lane in _lanes.Values.Where(static lane => lane.First is null).ToList())
        {
            _lanes.Remove(lane.Ticks);
        }

        _armedFor = long.MaxValue;
        if (next != long.MaxValue)
        {
            Arm(next, now);
        }

        return expired;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _timer?.Dispose();
    }

    private void Arm(long dueAt, long now)
    {
        if (dueAt >= _armedFor || _isDisposed)
        {
            return;
        }

        _armedFor = dueAt;
        var after = TimeSpan.FromSeconds((double)(dueAt - now) / time.TimestampFrequency);
        if (after < TimeSpan.FromMilliseconds(1))
        {
            after = TimeSpan.FromMilliseconds(1);
        }

        if (_timer is null)
        {
            _timer = Timers.Create(time, onDue, after);
        }
        else
        {
            _timer.Change(after, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Waits of one length, in the order in which they expire.</summary>
    internal sealed class Lane(long ticks)
    {
        private Expiring? _last;

        internal long Ticks { get; } = ticks;

        internal Expiring? First { get; private set; }

        internal void Append(Expiring item)
        {
            item.Lane = this;
            item.Previous = _last;
            item.Next = null;
            if (_last is null)
            {
                First = item;
            }
            else
            {
                _last.Next = item;
            }

            _last = item;
        }

        internal void Unlink(Expiring item)
        {
            if (item.Previous is null)
            {
                First = item.Next;
            }
            else
            {
                item.Previous.Next = item.Next;
            }

            if (item.Next is null)
            {
                _last = item.Previous;
            }
            else
            {
                item.Next.Previous = item.Previous;
            }

            item.Previous = null;
            item.Next = null;
            item.Lane = null;
        }
    }
}
