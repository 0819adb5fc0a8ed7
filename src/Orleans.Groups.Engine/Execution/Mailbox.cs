namespace Orleans.Groups.Engine;

/// <summary>A queue with a pump on the thread pool that handles what comes in batches, one batch at a time.</summary>
/// <remarks>
/// Any thread may post; the pump alone handles. An idle mailbox costs nothing. Its bound is that of whoever posts: see
/// docs/limits.md.
/// </remarks>
internal abstract class Mailbox<T>(WorkCounter work) : IThreadPoolWorkItem
{
    /// <summary>After so many batches the pump lets others have the thread.</summary>
    private const int MaxBatchesPerRun = 16;

    /// <summary>A burst's storage larger than this is not kept.</summary>
    private const int MaxKeptCapacity = 16 * 1024;

    private readonly Lock _gate = new();
    private List<T> _incoming = [];
    private List<T> _batch = [];
    private bool _isScheduled;
    private bool _isClosed;

    /// <summary>Queues an item; <see langword="false"/> when the mailbox is closed.</summary>
    internal bool Post(T item)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            _incoming.Add(item);
            if (_isScheduled)
            {
                return true;
            }

            _isScheduled = true;
        }

        work.Begin();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return true;
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (var run = 0; run < MaxBatchesPerRun; run++)
        {
            lock (_gate)
            {
                if (_incoming.Count == 0)
                {
                    _isScheduled = false;
                    break;
                }

                (_incoming, _batch) = (_batch, _incoming);
            }

            Handle(_batch);
            if (_batch.Capacity > MaxKeptCapacity)
            {
                _batch = [];
            }

            _batch.Clear();
            if (run == MaxBatchesPerRun - 1)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
        }

        work.End();
    }

    /// <summary>Takes nothing more, and drops what waits.</summary>
    protected void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (var item in _incoming)
            {
                OnDropped(item);
            }

            _incoming.Clear();
        }
    }

    /// <summary>
    /// An item that waited is not handled, because the mailbox was closed. Locked; must not call anybody.
    /// </summary>
    protected virtual void OnDropped(T item)
    {
    }

    /// <summary>Handles a batch in order. Must not throw.</summary>
    protected abstract void Handle(List<T> batch);
}
