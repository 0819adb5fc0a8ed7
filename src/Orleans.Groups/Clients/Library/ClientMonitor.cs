using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>A monitor of the application on a client.</summary>
/// <remarks>
/// What waits here is bounded by what the silo sends without hearing that it was handled. A new session's snapshot
/// takes the place of all that waits.
/// </remarks>
internal sealed class ClientMonitor : ClientWatch, IMembershipMonitor
{
    private readonly Lock _gate = new();
    private readonly ClientCore _core;
    private readonly GroupName? _group;
    private readonly MonitorOptions _options;
    private readonly ClientMember? _owner;
    private readonly CallbackScope _scope;
    private readonly Queue<Waiting> _waiting = new();
    private readonly TaskCompletionSource<MonitorEndReason> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource<MembershipSnapshot> _snapshot =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskCompletionSource<bool>? _reader;
    private TaskCompletionSource? _quiet;
    private long _lastNumber;
    private bool _isScheduled;
    private bool _hasEnded;

    internal ClientMonitor(
        ClientCore core,
        SessionKeeper keeper,
        ScopeName scope,
        GroupName? group,
        MonitorOptions options,
        ClientMember? owner)
        : base(keeper, scope)
    {
        _core = core;
        _group = group;
        _options = options;
        _owner = owner;
        _scope = new CallbackScope(core, this);
    }

    private sealed record Waiting(
        SessionLife Life,
        MembershipChangeKind Kind,
        GroupName Group,
        ImmutableArray<MemberId> Members,
        ChangeReason Reason,
        MembershipSnapshot? Snapshot);

    /// <inheritdoc/>
    public MembershipSnapshot Snapshot => _snapshot.Task.Result;

    /// <inheritdoc/>
    public Task<MonitorEndReason> Completion => _completion.Task;

    /// <summary>Completes with the snapshot, or with an empty one when the monitor has ended before.</summary>
    internal Task<MembershipSnapshot> FirstSnapshot => _snapshot.Task;

    /// <summary>The member with which it ends.</summary>
    internal ClientMember? Owner => _owner;

    /// <inheritdoc/>
    public bool TryRead(out MembershipChange? change)
    {
        Waiting? next;
        bool isIdle;
        lock (_gate)
        {
            change = null;
            if (_hasEnded || !_waiting.TryDequeue(out next))
            {
                return false;
            }

            isIdle = _waiting.Count == 0;
            change = new MembershipChange(
                ++_lastNumber, next.Kind, next.Group, next.Members, next.Reason, next.Snapshot);
        }

        NoteHandled(next.Life, isIdle);
        return true;
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
            if (_hasEnded || _waiting.Count > 0)
            {
                return new ValueTask<bool>(!_hasEnded);
            }

            reader = _reader ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return new ValueTask<bool>(reader.Task.WaitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<MembershipChange> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_options.OnChange is not null)
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
        if (TryEnd(MonitorEndReason.Disposed))
        {
            Forget();
        }

        if (!CallbackScope.IsInside(this) && QuietTask() is { } quiet)
        {
            await quiet.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    internal override StartMonitor Describe() => new()
    {
        Handle = Handle,
        Scope = Scope.Value,
        Group = _group?.Value,
        BufferChanges = _options.BufferChanges ?? 0,
        Owner = _owner?.Handle ?? 0,
    };

    /// <inheritdoc/>
    internal override void EndHere(MonitorEndReason reason)
    {
        if (TryEnd(_owner is { HasEnded: true } ? MonitorEndReason.OwnerEnded : reason))
        {
            Keeper.Remove(this);
        }
    }

    /// <inheritdoc/>
    protected override void Apply(
        SessionLife life,
        MonitorPartKind kind,
        ChangeReason reason,
        List<GroupPart> groups)
    {
        if (kind == MonitorPartKind.Snapshot && _snapshot.TrySetResult(ToSnapshot(groups)))
        {
            NoteHandled(life, isIdle: true);
            return;
        }

        if (kind is MonitorPartKind.Joined or MonitorPartKind.Left)
        {
            var what = kind == MonitorPartKind.Joined ? MembershipChangeKind.Joined : MembershipChangeKind.Left;
            var group = new GroupName(groups[0].Group);
            Enqueue(new Waiting(life, what, group, [.. groups.SelectMany(static part => part.Members)], reason, null));
            return;
        }

        var why = kind == MonitorPartKind.Restarted ? reason : ChangeReason.Resynced;
        var restart = new Waiting(life, MembershipChangeKind.Restarted, default, [], why, ToSnapshot(groups));
        Enqueue(restart, replacesAll: kind == MonitorPartKind.Snapshot);
    }

    private void Enqueue(Waiting change, bool replacesAll = false)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            if (replacesAll)
            {
                _waiting.Clear(); // Of the session before; the snapshot tells all.
            }

            _waiting.Enqueue(change);
            _reader?.TrySetResult(true);
            _reader = null;
            if (_options.OnChange is null || _isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        CallbackPump.Start(_scope, PumpAsync);
    }

    private bool TryEnd(MonitorEndReason reason)
    {
        TaskCompletionSource<bool>? reader;
        lock (_gate)
        {
            if (_hasEnded)
            {
                return false;
            }

            _hasEnded = true;
            _waiting.Clear();
            (reader, _reader) = (_reader, null);
        }

        reader?.TrySetResult(false);
        _snapshot.TrySetResult(new MembershipSnapshot([]));
        _completion.TrySetResult(reason);
        return true;
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
                    await _options.OnChange!(change!).ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    _core.Logger.ClientMonitorFailed(exception, Scope);
                }
            }
        }
        while (!TryRest());
    }

    private bool TryRest()
    {
        lock (_gate)
        {
            if (!_hasEnded && _waiting.Count > 0)
            {
                return false;
            }

            _scope.Exit();
            _isScheduled = false;
            _quiet?.TrySetResult();
            return true;
        }
    }

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
