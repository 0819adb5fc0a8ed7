namespace Orleans.Groups;

/// <summary>
/// How much of one source a far reader has been given and has not handled; one that is slow holds up this source, and
/// no other. Any thread; one at a time waits.
/// </summary>
internal sealed class SourceCredit(int maxEvents, int maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<int> _sizes = new();
    private TaskCompletionSource? _waiter;
    private long _handled;
    private long _bytes;
    private bool _isClosed;

    private bool HasRoom => _sizes.Count < maxEvents && _bytes < maxBytes;

    /// <summary>Waits until something may be given; <see langword="false"/> when nothing will be any more.</summary>
    internal async ValueTask<bool> WaitAsync()
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_isClosed)
                {
                    return false;
                }

                if (HasRoom)
                {
                    return true;
                }

                _waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _waiter.Task;
            }

            await room.ConfigureAwait(false);
        }
    }

    /// <summary>Something is given.</summary>
    internal void Take(int bytes)
    {
        lock (_gate)
        {
            _sizes.Enqueue(bytes);
            _bytes += bytes;
        }
    }

    /// <summary>The reader has handled so many in all; what was never given cannot have been.</summary>
    internal void Handle(long through)
    {
        TaskCompletionSource? waiter = null;
        lock (_gate)
        {
            while (_handled < through && _sizes.TryDequeue(out var bytes))
            {
                _handled++;
                _bytes -= bytes;
            }

            if (HasRoom)
            {
                (waiter, _waiter) = (_waiter, null);
            }
        }

        waiter?.TrySetResult();
    }

    /// <summary>Nothing is given any more.</summary>
    internal void Close()
    {
        TaskCompletionSource? waiter;
        lock (_gate)
        {
            _isClosed = true;
            (waiter, _waiter) = (_waiter, null);
        }

        waiter?.TrySetResult();
    }
}
