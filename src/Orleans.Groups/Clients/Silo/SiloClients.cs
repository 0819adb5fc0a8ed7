using System.Collections.Concurrent;
using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>
/// What a silo keeps for those who are not on it: sessions of clients, and ring members that are driven from afar. The
/// grains only lead here; what they lead to lives as long as its lease. Any thread.
/// </summary>
/// <param name="host">The node of the silo.</param>
/// <param name="options">Settings that have been validated.</param>
internal sealed class SiloClients(NodeHost host, GroupsOptions options)
{
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, ClientSession> _sessions = new();
    private readonly ConcurrentDictionary<Guid, HostedRingMember> _ringMembers = new();
    private readonly EndedIds _ended = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _empty;
    private volatile bool _isStopping;

    internal NodeHost Host { get; } = host;

    internal GroupsOptions Options { get; } = options;

    internal TimeProvider Time => Host.Core.Time;

    /// <summary>Whether no client is taken any more.</summary>
    internal bool IsStopping => _isStopping || Host.IsStopping;

    /// <summary>How long a call waits for something to say: often enough to keep the lease.</summary>
    internal TimeSpan PollWait { get; } =
        TimeSpan.FromTicks(Math.Min(LongestPoll.Ticks, options.ClientLease.Ticks / 3));

    /// <summary>Ends a session on another silo; set once, before any session is opened.</summary>
    internal Action<PinnedKey> CloseElsewhere { get; set; } = static _ => { };

    /// <summary>How many sessions there are.</summary>
    internal int SessionCount => _sessions.Count;

    /// <summary>How many ring members there are.</summary>
    internal int RingMemberCount => _ringMembers.Count;

    /// <summary>A session that lives.</summary>
    /// <remarks>
    /// None when the node is over: what a session had here is gone, also when the silo itself runs on.
    /// </remarks>
    internal ClientSession? FindSession(Guid id) => Host.IsOver ? null : _sessions.GetValueOrDefault(id);

    /// <summary>A ring member that has not ended, or whose end nobody has heard yet.</summary>
    internal HostedRingMember? FindRingMember(Guid id) => _ringMembers.GetValueOrDefault(id);

    /// <summary>Opens a session, unless there is one of that id.</summary>
    internal SessionWelcome Open(Guid id, SessionRequest request)
    {
        var version = ClientProtocol.Negotiate(request.Oldest, request.Newest);
        if (version == 0)
        {
            return new SessionWelcome { Error = ClientProtocol.Incompatible(request.Oldest, request.Newest) };
        }

        lock (_gate)
        {
            if (!_sessions.ContainsKey(id))
            {
                if (_ended.Contains(id))
                {
                    return new SessionWelcome { Error = ClientSession.Closed() };
                }

                if (RefuseNew(_sessions.Count, nameof(GroupsOptions.MaxClientSessions), Options.MaxClientSessions)
                    is { } error)
                {
                    return new SessionWelcome { Error = error };
                }

                _sessions[id] = new ClientSession(this, id);
            }
        }

        Host.Core.Logger.SessionOpened(id, Host.Id);
        return new SessionWelcome
        {
            Version = version,
            Node = Host.Id,
            Lease = Options.ClientLease,
            PollWait = PollWait,
            MaxPayloadBytes = Options.ProcessGroups.MaxPayloadBytes,
            Scopes = [.. Options.ProcessGroups.Scopes],
        };
    }

    /// <summary>
    /// The ring member of that id, made now if need be; <see langword="null"/> with an error when it is refused, and
    /// without one when it has ended.
    /// </summary>
    internal HostedRingMember? GetOrAddRingMember(Guid id, RingJoinRequest request, out GroupError? error)
    {
        error = null;
        lock (_gate)
        {
            if (_ringMembers.TryGetValue(id, out var member))
            {
                return member;
            }

            if (_ended.Contains(id))
            {
                return null; // A late word of its owner: it does not begin again.
            }

            error = RefuseNew(
                _ringMembers.Count,
                nameof(GroupsOptions.MaxClientRingMembers),
                Options.MaxClientRingMembers);
            if (error is not null)
            {
                return null;
            }

            member = new HostedRingMember(this, id, request);
            _ringMembers[id] = member;
            return member;
        }
    }

    internal void Remove(ClientSession session)
    {
        _ended.Add(session.Id);
        _sessions.TryRemove(new KeyValuePair<Guid, ClientSession>(session.Id, session));
        if (_sessions.IsEmpty)
        {
            _empty?.TrySetResult();
        }
    }

    internal void Remove(HostedRingMember member)
    {
        _ended.Add(member.Id);
        _ringMembers.TryRemove(new KeyValuePair<Guid, HostedRingMember>(member.Id, member));
    }

    /// <summary>
    /// The silo begins to stop: clients are told to go elsewhere, and given a little time for it, so that their members
    /// are there before they are gone here (rule P6).
    /// </summary>
    internal async Task StopAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        TaskCompletionSource empty;
        lock (_gate)
        {
            _isStopping = true;
            empty = _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        foreach (var session in _sessions.Values)
        {
            session.TellStopping();
        }

        if (!_sessions.IsEmpty)
        {
            await Task.WhenAny(empty.Task, Task.Delay(limit, Time, cancellationToken)).ConfigureAwait(false);
        }

        foreach (var session in _sessions.Values)
        {
            session.Close();
        }
    }

    /// <summary>Waits as long as a call should; <see langword="null"/> when it is not done then.</summary>
    internal async ValueTask<T?> WaitAsync<T>(Task<T> task)
        where T : class
    {
        if (!task.IsCompleted)
        {
            try
            {
                return await task.WaitAsync(PollWait, Time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return null; // Or done in this very moment: then the caller, who asks again, hears of it.
            }
        }

        return await task.ConfigureAwait(false);
    }

    private GroupError? RefuseNew(int count, string limit, int value)
    {
        if (IsStopping)
        {
            return GroupError.From(NodeHost.ShuttingDown(Host.Id, "A client was not taken"));
        }

        return count >= value
            ? GroupError.Limit(limit, value, $"Node {Host.Id} serves {value} of them already.")
            : null;
    }
}
