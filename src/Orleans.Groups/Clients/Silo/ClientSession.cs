using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>What a silo does for one client: members and monitors of its own, under one lease. Any thread.</summary>
/// <remarks>
/// Everything that the client is told is one stream of events. A slow client holds up only itself: its payloads then
/// wait in the queues of its members and its changes in those of its monitors, which have bounds of their own (rule
/// P4).
/// </remarks>
internal sealed partial class ClientSession : IDisposable
{
    /// <summary>Most operations ahead of the last whose result has arrived.</summary>
    private const int Window = 4_096;

    private readonly Lock _gate = new();
    private readonly SiloClients _clients;
    private readonly Dictionary<long, SessionMember> _members = [];
    private readonly Dictionary<long, SessionMonitor> _monitors = [];
    private readonly OperationSequence<SessionResult> _operations = new(Window);
    private readonly Lease _lease;
    private bool _isClosed;

    internal ClientSession(SiloClients clients, Guid id)
    {
        _clients = clients;
        Id = id;
        Outbox = new EventOutbox<SessionEvent>(clients.Time);
        _lease = new Lease(clients.Time, clients.Options.ClientLease, Expire);
    }

    /// <summary>Known to the client alone.</summary>
    internal Guid Id { get; }

    /// <summary>What the client is to be told.</summary>
    internal EventOutbox<SessionEvent> Outbox { get; }

    /// <summary>Whether the node ends, and with it all that is here.</summary>
    internal bool IsNodeStopping => Host.IsStopping;

    private NodeHost Host => _clients.Host;

    /// <inheritdoc/>
    public void Dispose() => Close();

    /// <summary>Does an operation, once, in its turn.</summary>
    internal async ValueTask<SessionReply> CallAsync(SessionCall call)
    {
        _lease.Renew();
        if (call.Operation is not { } operation)
        {
            return SessionReply.Refuse(GroupError.Argument("The call names no operation."));
        }

        var result = _operations.Submit(
            call.Number,
            call.SettledThrough,
            () => ExecuteAsync(operation),
            out var error);
        if (result is null)
        {
            return SessionReply.Refuse(GroupError.Argument(error!));
        }

        return await _clients.WaitAsync(result) is { } done
            ? new SessionReply { State = CallState.Done, Result = done }
            : SessionReply.Pending;
    }

    /// <summary>Gives events.</summary>
    internal async ValueTask<SessionEvents> PollAsync(SessionPoll poll)
    {
        _lease.Renew();
        foreach (var handled in poll.Handled ?? [])
        {
            FindCredit(handled.Handle)?.Handle(handled.Through);
        }

        var wait = poll.IsHurried ? TimeSpan.Zero : _clients.PollWait;
        if (await Outbox.PollAsync(poll.Number, poll.ReceivedThrough, wait) is not { } answer)
        {
            return new SessionEvents
            {
                State = CallState.Refused,
                Error = GroupError.Argument($"Event {poll.ReceivedThrough} was never sent."),
            };
        }

        return answer.IsOver
            ? SessionEvents.Gone
            : new SessionEvents { State = CallState.Done, First = answer.First, Events = answer.Events };
    }

    /// <summary>The silo stops.</summary>
    internal void TellStopping() => Outbox.Add(new SiloStopping(), SmallEvent);

    /// <summary>Ends everything that the client has here.</summary>
    internal void Close()
    {
        List<SessionMember> members;
        List<SessionMonitor> monitors;
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            members = [.. _members.Values];
            monitors = [.. _monitors.Values];
            _members.Clear();
            _monitors.Clear();
        }

        _lease.Dispose();
        Outbox.Complete();
        _operations.Complete(new Refused { Error = Closed() });
        _clients.Remove(this); // Whoever sees that the members are gone finds no session.
        foreach (var monitor in monitors)
        {
            monitor.Stop();
        }

        foreach (var member in members)
        {
            member.End();
        }

        Host.Core.Logger.SessionClosed(Id, Host.Id, members.Count);
    }

    /// <summary>What to tell whoever wants something of a session that has ended.</summary>
    internal static GroupError Closed() => new()
    {
        Code = GroupErrorCode.Terminated,
        IsTransient = true,
        Message = "The session has ended. Open another one.",
    };

    private void Expire()
    {
        Host.Core.Logger.SessionExpired(Id, Host.Id, _clients.Options.ClientLease);
        Close();
    }

    private SourceCredit? FindCredit(long handle)
    {
        lock (_gate)
        {
            return _members.TryGetValue(handle, out var member) ? member.Credit
                : _monitors.TryGetValue(handle, out var monitor) ? monitor.Credit
                : null;
        }
    }
}
