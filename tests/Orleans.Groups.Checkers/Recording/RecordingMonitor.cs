using System.Runtime.CompilerServices;

namespace Orleans.Groups.Checkers;

/// <summary>Records what a monitor tells its consumer.</summary>
internal sealed class RecordingMonitor(
    NodeRecorder recorder,
    string scope,
    Func<MembershipChange, ValueTask>? onChange) : IMembershipMonitor
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<bool> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _ref = recorder.NextId();
    private IMembershipMonitor? _inner;
    private bool _hasEnded;
    private volatile bool _isDisposed;

    public MembershipSnapshot Snapshot => Inner.Snapshot;

    public Task<MonitorEndReason> Completion => Inner.Completion;

    private IMembershipMonitor Inner => _inner ?? throw new InvalidOperationException("The monitor has not started.");

    public bool TryRead(out MembershipChange? change)
    {
        lock (_gate)
        {
            var isThere = Inner.TryRead(out change);
            if (isThere)
            {
                Log(change!);
            }

            return isThere;
        }
    }

    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        Inner.WaitToReadAsync(cancellationToken);

    public async IAsyncEnumerable<MembershipChange> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (onChange is not null)
        {
            await foreach (var change in Inner.ReadAllAsync(cancellationToken)) // Refuses.
            {
                yield return change;
            }
        }

        while (await WaitToReadAsync(cancellationToken))
        {
            while (TryRead(out var change))
            {
                yield return change!;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync();
        _isDisposed = true; // Only now: a callback that ran when disposing began has come before.
        End(MonitorEndReason.Disposed);
    }

    /// <summary>The options with a callback that records, if there is one.</summary>
    internal MonitorOptions Recorded(MonitorOptions? options) => new()
    {
        BufferChanges = options?.BufferChanges,
        Owner = options?.Owner,
        OnChange = onChange is null ? null : OnChangeAsync,
    };

    /// <summary>The monitor runs; only now may a change be recorded.</summary>
    internal void Started(string? group, IMembershipMonitor inner, long since)
    {
        _inner = inner;
        var snapshot = recorder.TextOf(inner.Snapshot);
        recorder.Log(new LogEvent.MonStart(scope, _ref, group, snapshot, since, Pushes: onChange is not null));
        _started.SetResult(true);
        _ = EndWithInnerAsync(inner);
    }

    internal void NotStarted() => _started.TrySetResult(false);

    private async Task EndWithInnerAsync(IMembershipMonitor inner) => End(await inner.Completion);

    private async ValueTask OnChangeAsync(MembershipChange change)
    {
        if (await _started.Task)
        {
            Log(change);
        }

        await onChange!(change);
    }

    private void End(MonitorEndReason reason)
    {
        lock (_gate)
        {
            if (!_hasEnded && (reason != MonitorEndReason.Disposed || _isDisposed))
            {
                _hasEnded = true;
                recorder.Log(new LogEvent.MonEnd(scope, _ref, reason.ToString()));
            }
        }
    }

    private void Log(MembershipChange change)
    {
        var kind = change.Kind switch
        {
            MembershipChangeKind.Joined => MonChange.Joined,
            MembershipChangeKind.Left => MonChange.Left,
            _ => MonChange.Restarted,
        };
        recorder.Log(new LogEvent.MonEvent(
            scope,
            _ref,
            change.Number,
            kind,
            change.Group.IsDefault ? "" : change.Group.ToString(),
            recorder.TextOf(change.Members.IsDefault ? [] : change.Members),
            change.Reason.ToString(),
            change.Snapshot is { } snapshot ? recorder.TextOf(snapshot) : null));
    }
}
