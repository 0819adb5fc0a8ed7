namespace Orleans.Groups;

/// <summary>
/// Numbered events that wait until a far reader has received them: it pulls, and acknowledges with the next pull. So
/// nothing is lost, doubled or reordered, whatever becomes of single calls.
/// </summary>
/// <remarks>Bounded by whoever adds: see <see cref="HasRoom"/>. Any thread.</remarks>
internal sealed class EventOutbox<T>(TimeProvider time)
    where T : class
{
    /// <summary>Most events in one answer.</summary>
    internal const int MaxEventsPerAnswer = 1_024;

    /// <summary>So many bytes fill an answer.</summary>
    internal const int MaxBytesPerAnswer = 512 * 1024;

    /// <summary>So many bytes may wait to be received before whoever adds has to wait.</summary>
    private const int MaxWaitingBytes = 2 * 1024 * 1024;

    private const int MaxWaitingEvents = 8 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<(T Event, int Bytes)> _events = new();
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _parked;
    private long _first = 1;
    private long _lastPoll;
    private long _bytes;
    private bool _isComplete;

    /// <summary>What a poll gets.</summary>
    /// <param name="First">Number of the first event.</param>
    /// <param name="Events">The events; may be empty.</param>
    /// <param name="IsOver">Whether nothing waits and nothing more will come.</param>
    internal readonly record struct Answer(long First, T[] Events, bool IsOver);

    /// <summary>Whether another event should be added now.</summary>
    internal bool HasRoom
    {
        get
        {
            lock (_gate)
            {
                return HasRoomNow;
            }
        }
    }

    /// <summary>Number of the last event that was added.</summary>
    internal long Last
    {
        get
        {
            lock (_gate)
            {
                return LastNow;
            }
        }
    }

    private bool HasRoomNow => _isComplete || (_bytes < MaxWaitingBytes && _events.Count < MaxWaitingEvents);

    private long LastNow => _first + _events.Count - 1;

    /// <summary>Adds an event, and answers the poll that waits for one.</summary>
    /// <returns>Its number; 0 when nothing is taken any more.</returns>
    internal long Add(T item, int bytes)
    {
        TaskCompletionSource? parked;
        long number;
        lock (_gate)
        {
            if (_isComplete)
            {
                return 0;
            }

            _events.Enqueue((item, bytes));
            _bytes += bytes;
            number = LastNow;
            parked = _parked;
            _parked = null;
        }

        parked?.TrySetResult();
        return number;
    }

    /// <summary>Completes when there is room, or nothing is taken any more.</summary>
    internal Task WhenRoomAsync()
    {
        lock (_gate)
        {
            if (HasRoomNow)
            {
                return Task.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>Nothing more is taken; what waits can still be read.</summary>
    internal void Complete()
    {
        TaskCompletionSource? parked;
        TaskCompletionSource? room;
        lock (_gate)
        {
            _isComplete = true;
            (parked, _parked) = (_parked, null);
            (room, _room) = (_room, null);
        }

        parked?.TrySetResult();
        room?.TrySetResult();
    }

    /// <summary>
    /// Forgets what was received, and gives what was not: at once, or when there is something, or after a time with
    /// nothing.
    /// </summary>
    /// <param name="poll">Its number. One that is not the newest gets nothing.</param>
    /// <param name="receivedThrough">Number of the last event that was received.</param>
    /// <param name="wait">How long to wait; zero to answer at once.</param>
    /// <returns><see langword="null"/> when the reader claims to have received what was never sent.</returns>
    internal async ValueTask<Answer?> PollAsync(long poll, long receivedThrough, TimeSpan wait)
    {
        if (!TryReceive(poll, receivedThrough, wait, out var parked, out var answer) || parked is null)
        {
            return answer;
        }

        using (Engine.Timers.Create(time, () => parked.TrySetResult(), wait))
        {
            await parked.Task;
        }

        lock (_gate)
        {
            return poll == _lastPoll ? Copy() : new Answer(_first, [], false);
        }
    }

    private bool TryReceive(
        long poll,
        long receivedThrough,
        TimeSpan wait,
        out TaskCompletionSource? parked,
        out Answer? answer)
    {
        TaskCompletionSource? older = null;
        TaskCompletionSource? room = null;
        parked = null;
        answer = null;
        lock (_gate)
        {
            if (receivedThrough > LastNow)
            {
                return false;
            }

            while (_first <= receivedThrough)
            {
                _bytes -= _events.Dequeue().Bytes;
                _first++;
            }

            if (HasRoomNow)
            {
                (room, _room) = (_room, null);
            }

            if (poll <= _lastPoll)
            {
                answer = new Answer(_first, [], false); // A doubled or late one; a newer has been answered, or waits.
            }
            else
            {
                _lastPoll = poll;
                (older, _parked) = (_parked, null);
                if (_events.Count > 0 || _isComplete || wait <= TimeSpan.Zero)
                {
                    answer = Copy();
                }
                else
                {
                    parked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    _parked = parked;
                }
            }
        }

        older?.TrySetResult();
        room?.TrySetResult();
        return true;
    }

    private Answer Copy()
    {
        List<T> events = [];
        long bytes = 0;
        foreach (var (item, size) in _events)
        {
            if (events.Count == MaxEventsPerAnswer || (events.Count > 0 && bytes + size > MaxBytesPerAnswer))
            {
                break;
            }

            events.Add(item);
            bytes += size;
        }

        return new Answer(_first, [.. events], _isComplete && _events.Count == 0);
    }
}
