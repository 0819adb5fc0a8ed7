using System.Collections.Immutable;
using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>A member of a client: the same object, whichever silo hosts it.</summary>
internal sealed class ClientMember : ClientSource, IGroupMember
{
    /// <summary>So many of its earlier ids are understood.</summary>
    private const int MaxIds = 8;

    private readonly Lock _gate = new();
    private readonly ClientCore _core;
    private readonly SessionKeeper _keeper;
    private readonly Func<MemberMessage, ValueTask>? _onMessage;
    private readonly CallbackScope _scope;
    private readonly Queue<(SessionLife Life, PayloadArrived Payload)> _payloads = new();
    private readonly SortedDictionary<ScopeName, SortedDictionary<GroupName, int>> _memberships = [];
    private ImmutableArray<MemberId> _ids = [];
    private bool _isScheduled;
    private volatile bool _hasEnded;

    internal ClientMember(
        ClientCore core,
        SessionKeeper keeper,
        string name,
        Func<MemberMessage, ValueTask>? onMessage)
        : base(keeper.NewHandle())
    {
        _core = core;
        _keeper = keeper;
        _onMessage = onMessage;
        _scope = new CallbackScope(core, this);
        Name = name;
    }

    /// <summary>Label for people.</summary>
    internal string Name { get; }

    /// <summary>Its ids, the newest last.</summary>
    internal ImmutableArray<MemberId> Ids => _ids;

    /// <inheritdoc/>
    public MemberId Id => _ids[^1];

    /// <inheritdoc/>
    public bool HasEnded => _hasEnded;

    /// <inheritdoc/>
    public void End()
    {
        if (!EndHere())
        {
            return;
        }

        try
        {
            _ = _keeper.DoAsync(new PendingOperation(new EndMember { Handle = Handle }, changesState: true));
        }
        catch (GroupException)
        {
            // The client has stopped, and all its members have ended.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends it without a word to its silo; <see langword="false"/> when it has ended.</summary>
    internal bool EndHere()
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return false;
            }

            _hasEnded = true;
            _payloads.Clear();
        }

        _keeper.Remove(this);
        return true;
    }

    /// <summary>It has another id now. Locked by the keeper.</summary>
    /// <returns>An earlier id that is not understood any more, if any.</returns>
    internal MemberId? SetId(MemberId id)
    {
        MemberId? forgotten = _ids.Length == MaxIds ? _ids[0] : null;
        _ids = (forgotten is null ? _ids : _ids.RemoveAt(0)).Add(id);
        return forgotten;
    }

    /// <summary>Memberships were added or taken away. Locked by the keeper, in the order of the operations.</summary>
    internal void Count(ScopeName scope, GroupName group, int change)
    {
        if (!_memberships.TryGetValue(scope, out var groups))
        {
            groups = [];
            _memberships.Add(scope, groups);
        }

        var count = groups.GetValueOrDefault(group) + change;
        if (count > 0)
        {
            groups[group] = count;
        }
        else
        {
            groups.Remove(group);
        }
    }

    /// <summary>What makes it in a new session.</summary>
    internal SessionOperation Describe() =>
        new MakeMember { Handle = Handle, Name = Name, HasHandler = _onMessage is not null };

    /// <summary>What brings it into its groups in a new session.</summary>
    internal IEnumerable<SessionOperation> DescribeMemberships(int groupsAtOnce)
    {
        foreach (var (scope, groups) in _memberships)
        {
            foreach (var chunk in groups
                .SelectMany(static pair => Enumerable.Repeat(pair.Key.Value, pair.Value))
                .Chunk(groupsAtOnce))
            {
                yield return new ChangeMemberships
                {
                    Scope = scope.Value,
                    IsJoin = true,
                    Groups = chunk,
                    Members = [Handle],
                };
            }
        }
    }

    /// <summary>A payload has arrived.</summary>
    internal void Take(SessionLife life, PayloadArrived payload)
    {
        lock (_gate)
        {
            if (_hasEnded || _onMessage is null)
            {
                return;
            }

            _payloads.Enqueue((life, payload));
            if (_isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        CallbackPump.Start(_scope, PumpAsync);
    }

    /// <summary>Calls the handler until nothing waits. Never throws, so that nobody has to wait for it.</summary>
    private async Task PumpAsync()
    {
        while (TryTake(out var life, out var payload))
        {
            try
            {
                await _onMessage!(new MemberMessage(
                    payload.From,
                    GroupName.TryCreate(payload.Group, out var group) ? group : default(GroupName?),
                    payload.Payload,
                    payload.Missed)).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                _core.Logger.ClientHandlerFailed(exception, Id);
            }

            NoteHandled(life, IsIdle);
        }
    }

    private bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _payloads.Count == 0;
            }
        }
    }

    private bool TryTake(out SessionLife life, out PayloadArrived payload)
    {
        lock (_gate)
        {
            if (_payloads.TryDequeue(out var item))
            {
                (life, payload) = item;
                return true;
            }

            (life, payload) = (null!, null!);
            _scope.Exit();
            _isScheduled = false;
            return false;
        }
    }
}
