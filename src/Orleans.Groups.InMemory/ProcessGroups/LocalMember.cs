namespace Orleans.Groups.InMemory;

/// <summary>A member that lives on a node of this process.</summary>
/// <remarks>
/// Small, because a node may have a million: its lock is one of a few that all members of the node share.
/// </remarks>
internal sealed class LocalMember : IGroupMember
{
    private readonly MemberTable _table;
    private readonly PayloadQueue? _queue;
    private readonly List<ScopeHost> _watchers = new(0);
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
        ScopeHost[] watchers;
        lock (_table.GateOf(Id))
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            watchers = [.. _watchers];
            _watchers.Clear();
        }

        _queue?.Close();
        _table.Remove(this);
        foreach (var watcher in watchers)
        {
            watcher.MemberEnded(Id);
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

            if (!_watchers.Contains(watcher))
            {
                _watchers.Add(watcher);
            }

            return true;
        }
    }

    /// <summary>A scope need not be told any more.</summary>
    internal void Unwatch(ScopeHost watcher)
    {
        lock (_table.GateOf(Id))
        {
            _watchers.Remove(watcher);
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
