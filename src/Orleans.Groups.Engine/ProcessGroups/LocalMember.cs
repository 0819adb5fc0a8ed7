namespace Orleans.Groups.Engine;

/// <summary>A member that lives on a node of this process.</summary>
/// <remarks>
/// Small, because a node may have a million: its lock is one of a few that all members of the node share.
/// </remarks>
internal sealed class LocalMember : IGroupMember
{
    private readonly MemberTable _table;
    private readonly PayloadQueue? _queue;
    private ScopeHost? _watcher;
    private List<ScopeHost>? _moreWatchers; // Hardly ever: a member of several scopes.
    private volatile bool _hasEnded;

    internal LocalMember(MemberTable table, MemberId id, Func<MemberMessage, ValueTask>? onMessage)
    {
        _table = table;
        Id = id;
        _queue = onMessage is null ? null : new PayloadQueue(table.Core, id, onMessage);
    }

    /// <inheritdoc/>
    public MemberId Id { get; }

    /// <inheritdoc/>
    public bool HasEnded => _hasEnded;

    /// <inheritdoc/>
    public void End()
    {
        ScopeHost? watcher;
        List<ScopeHost>? moreWatchers;
        lock (_table.GateOf(Id))
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            (watcher, moreWatchers) = (_watcher, _moreWatchers);
            (_watcher, _moreWatchers) = (null, null);
        }

        _queue?.Close();
        _table.Remove(this);
        watcher?.MemberEnded(Id);
        foreach (var another in moreWatchers ?? [])
        {
            another.MemberEnded(Id);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends it without telling anybody, because nobody is left to be told: its node is dead.</summary>
    internal void Abandon()
    {
        _hasEnded = true;
        _queue?.Close();
    }

    /// <summary>Has a scope told when it ends; <see langword="false"/> when it has.</summary>
    internal bool TryWatch(ScopeHost watcher)
    {
        lock (_table.GateOf(Id))
        {
            if (_hasEnded)
            {
                return false;
            }

            if (_watcher is null && _moreWatchers is null)
            {
                _watcher = watcher;
            }
            else if (!ReferenceEquals(_watcher, watcher) && _moreWatchers?.Contains(watcher) != true)
            {
                (_moreWatchers ??= []).Add(watcher);
            }

            return true;
        }
    }

    /// <summary>A scope need not be told any more.</summary>
    internal void Unwatch(ScopeHost watcher)
    {
        lock (_table.GateOf(Id))
        {
            if (ReferenceEquals(_watcher, watcher))
            {
                _watcher = null;
            }
            else
            {
                _moreWatchers?.Remove(watcher);
            }
        }
    }

    /// <summary>Queues a payload for the handler. A member without a handler takes payloads and drops them.</summary>
    internal SendOutcome Deliver(MemberId? from, GroupName? group, ReadOnlyMemory<byte> payload)
    {
        if (_hasEnded)
        {
            return SendOutcome.Gone;
        }

        return _queue is null ? SendOutcome.Delivered : _queue.Add(from, group, payload);
    }
}
