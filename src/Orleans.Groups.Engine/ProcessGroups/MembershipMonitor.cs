using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>One monitor: a bounded queue between the scope and its consumer, with a lock of its own.</summary>
internal sealed class MembershipMonitor : IMembershipMonitor, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly MonitorQueue _queue;
    private readonly ScopeHost _host;
    private readonly long _number;
    private readonly Func<MembershipChange, ValueTask>? _onChange;
    private readonly CallbackScope _scope;
    private readonly TaskCompletionSource<MonitorEndReason> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskCompletionSource<bool>? _reader;
    private TaskCompletionSource? _quiet;
    private bool _isScheduled;
    private bool _hasEnded;

    internal MembershipMonitor(
        ScopeHost host,
        long number,
        MembershipSnapshot snapshot,
        int capacity,
        Func<MembershipChange, ValueTask>? onChange)
    {
        _host = host;
        _number = number;
        Snapshot = snapshot;
        _queue = new MonitorQueue(capacity);
        _onChange = onChange;
        _scope = new CallbackScope(host.Core, this);
    }

    /// <inheritdoc/>
    public MembershipSnapshot Snapshot { get; }

    /// <inheritdoc/>
    public Task<MonitorEndReason> Completion => _completion.Task;

    /// <inheritdoc/>
    public bool TryRead(out MembershipChange? change)
    {
        bool needsRestart;
        lock (_gate)
        {
            change = null;
            if (_hasEnded)
            {
                return false;
            }

            if (_queue.TryRead(out change))
            {
                return true;
            }

            needsRestart = _queue.NeedsRestart;
        }

        if (!needsRestart)
        {
            return false;
        }

        // Not under the lock: the scope's comes first.
        _host.RestartMonitor(_number);
        lock (_gate)
        {
            change = null;
            return !_hasEnded && _queue.TryRead(out change);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        TaskCompletionSource<bool> reader;
        lock (_gate)
        {
            if (_hasEnded)
            {
                return new ValueTask<bool>(false);
            }

            if (_queue.Count > 0 || _queue.NeedsRestart)
            {
                return new ValueTask<bool>(true);
            }

            reader = _reader ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return new ValueTask<bool>(reader.Task.WaitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<MembershipChange> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_onChange is not null)
        {
            throw new InvalidOperationException(
                $"The changes of this monitor go to {nameof(MonitorOptions)}.{nameof(MonitorOptions.OnChange)}.");
        }

        while (await WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (TryRead(out var change))
            {
                yield return change!;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        End(MonitorEndReason.Disposed);
        _host.StopMonitor(_number);
        if (!CallbackScope.IsInside(this) && QuietTask() is { } quiet)
        {
            await quiet.ConfigureAwait(false);
        }
    }

    /// <summary>One operation's changes; called under the scope's lock.</summary>
    internal void Notify(ImmutableArray<ScopeEvent> events)
    {
        lock (_gate)
        {
            if (!_hasEnded)
            {
                _queue.Enqueue(events);
                Wake();
            }
        }
    }

    /// <summary>The fresh snapshot after an overflow; called under the scope's lock.</summary>
    internal void Restart(MembershipSnapshot snapshot)
    {
        lock (_gate)
        {
            if (!_hasEnded)
            {
                _queue.Restart(snapshot);
                Wake();
            }
        }
    }

    /// <summary>Nothing is given to the consumer any more.</summary>
    internal void End(MonitorEndReason reason)
    {
        TaskCompletionSource<bool>? reader;
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            reader = _reader;
            _reader = null;
        }

        reader?.TrySetResult(false);
        _completion.TrySetResult(reason);
    }

    void IThreadPoolWorkItem.Execute()
    {
        _scope.Enter();
        _scope.Run(static state => _ = ((MembershipMonitor)state!).PumpAsync(), this);
    }

    /// <summary>Lets the consumer read. Locked by the caller; the consumer's code runs elsewhere.</summary>
    private void Wake()
    {
        _reader?.TrySetResult(true);
        _reader = null;
        if (_onChange is null || _isScheduled)
        {
            return;
        }

        _isScheduled = true;
        _host.Core.Work.Begin();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    /// <summary>Calls the callback until nothing waits. Never throws, so that nobody has to wait for it.</summary>
    private async Task PumpAsync()
    {
        do
        {
            while (TryRead(out var change))
            {
                try
                {
                    await _onChange!(change!).ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    _host.ReportCallbackFailure(exception);
                }
            }
        }
        while (!TryRest());

        _host.Core.Work.End();
    }

    private bool TryRest()
    {
        lock (_gate)
        {
            if (!_hasEnded && (_queue.Count > 0 || _queue.NeedsRestart))
            {
                return false;
            }

            _scope.Exit();
            _isScheduled = false;
            _quiet?.TrySetResult();
            return true;
        }
    }

    /// <summary>Completes when no callback runs; <see langword="null"/> when none does.</summary>
    private Task? QuietTask()
    {
        lock (_gate)
        {
            if (!_isScheduled)
            {
                return null;
            }

            _quiet ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _quiet.Task;
        }
    }
}
