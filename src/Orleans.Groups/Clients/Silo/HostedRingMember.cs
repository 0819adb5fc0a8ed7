using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>A ring member that is driven from afar: the silo hosts it, and its owner pulls what it is told.</summary>
/// <remarks>
/// A message counts as processed when the owner has handled it. So the window of the ring is the flow control of the
/// whole way, and <see cref="ConfirmLevel.ProcessedByAll"/> means what it says.
/// </remarks>
internal sealed partial class HostedRingMember : IFarHandler, IDisposable
{
    /// <summary>Most calls ahead of the last whose answer has arrived.</summary>
    private const int Window = 32_768;

    /// <summary>Most messages that the owner has and has not handled.</summary>
    private const int MaxUnhandled = 16 * 1024;

    private const int MaxUnhandledBytes = 4 * 1024 * 1024;

    /// <summary>What an event counts beside its payload.</summary>
    private const int EventBytes = 64;

    /// <summary>What a member counts that an event names.</summary>
    private const int MemberBytes = 80;

    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SiloClients _clients;
    private readonly EventOutbox<RingMemberEvent> _outbox;
    private readonly SourceCredit _credit = new(MaxUnhandled, MaxUnhandledBytes);
    private readonly Queue<Unhandled> _unhandled = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Lease _lease;
    private readonly RingJoinRequest _request;
    private Task<IMulticastGroup>? _joining;
    private RingHost? _ring;
    private long _given;
    private long _handled;
    private long _toldStatus;
    private bool _isOver;

    internal HostedRingMember(SiloClients clients, Guid id, RingJoinRequest request)
    {
        _clients = clients;
        _request = request;
        Id = id;
        _outbox = new EventOutbox<RingMemberEvent>(clients.Time);
        _lease = new Lease(clients.Time, clients.Options.ClientLease, Expire);
    }

    /// <summary>Known to the owner alone.</summary>
    internal Guid Id { get; }

    /// <summary>The member, once it has joined: whoever joins may hear of it before the handler does.</summary>
    private RingHost? Ring =>
        _ring ?? (_joining is { IsCompletedSuccessfully: true, Result: RingHost joined } ? joined : null);

    /// <summary>A message that the owner has not handled.</summary>
    private readonly record struct Unhandled(long Event, MemberId? From, long Number);

    /// <inheritdoc/>
    public async ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined)
    {
        _ring = (RingHost)joined.Group;
        var told = new RingMemberJoined { Members = joined.Members, Bases = joined.Bases };
        await GiveAsync(told, (joined.Members.Length + joined.Bases.Length) * MemberBytes, null, 0)
            .ConfigureAwait(false);
        return HandlerReply.Ok;
    }

    /// <inheritdoc/>
    public async ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change)
    {
        var told = new RingMembersChanged
        {
            Births = change.Births,
            Deaths = change.Deaths,
            Members = change.Members,
        };
        var names = change.Births.Length + change.Deaths.Length + change.Members.Length;
        await GiveAsync(told, names * MemberBytes, null, 0).ConfigureAwait(false);
        return HandlerReply.Ok;
    }

    /// <inheritdoc/>
    public async ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
    {
        var told = new RingMessageArrived { From = message.From, Number = message.Number, Payload = message.Payload };
        await GiveAsync(told, message.Payload.Length, message.From, message.Number).ConfigureAwait(false);
        return HandlerReply.Ok;
    }

    /// <inheritdoc/>
    public ValueTask OnTerminatedAsync(MulticastTermination termination)
    {
        _credit.Close();
        _outbox.Add(new RingMemberTerminated { Termination = termination }, EventBytes);
        _outbox.Complete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => End();

    internal static RingJoinReply Refuse(GroupError error) => new() { State = CallState.Refused, Error = error };

    internal static RingJoinReply RefuseOrGone(GroupError? error) =>
        error is null ? new RingJoinReply { State = CallState.Gone } : Refuse(error);

    /// <summary>What is wrong with a request to join, if anything.</summary>
    internal static GroupError? Check(RingJoinRequest request)
    {
        if (ClientProtocol.Negotiate(request.Oldest, request.Newest) == 0)
        {
            return ClientProtocol.Incompatible(request.Oldest, request.Newest);
        }

        if (NameRules.GetError(request.Group) is { } groupError)
        {
            return GroupError.Argument($"The group's name is not valid: {groupError}.");
        }

        if (request.MemberName is not null && GrainNames.GetError(request.MemberName) is { } nameError)
        {
            return GroupError.Argument($"The member's name is not valid: {nameError}.");
        }

        return request.Timeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromHours(1))
            ? GroupError.Argument("The time for joining must be positive and at most an hour.")
            : null;
    }

    /// <summary>Joins, once, and says how far it has come.</summary>
    internal async ValueTask<RingJoinReply> JoinAsync(RingJoinRequest request)
    {
        _lease.Renew();
        if (request.Group != _request.Group)
        {
            return Refuse(GroupError.Argument($"This member belongs to group '{_request.Group}'."));
        }

        Task<IMulticastGroup> joining;
        lock (_gate)
        {
            joining = _joining ??= _clients.Host.Multicast.JoinAsync(
                _request.Group,
                this,
                new MulticastJoinOptions { MemberName = _request.MemberName, Timeout = _request.Timeout },
                _giveUp.Token);
        }

        try
        {
            if (await _clients.WaitAsync(joining) is not { } group)
            {
                return new RingJoinReply { State = CallState.Pending };
            }

            return new RingJoinReply
            {
                State = CallState.Done,
                Self = group.Self,
                Version = ClientProtocol.Negotiate(request.Oldest, request.Newest),
                Lease = _clients.Options.ClientLease,
                PollWait = _clients.PollWait,
                MaxPayloadBytes = _clients.Options.Multicast.MaxPayloadBytes,
                ConfirmTimeout = _clients.Options.Multicast.ConfirmTimeout,
            };
        }
        catch (Exception exception) when (GroupError.From(exception) is not null)
        {
            return Refuse(GroupError.From(exception)!);
        }
        catch (OperationCanceledException)
        {
            return new RingJoinReply { State = CallState.Gone };
        }
    }

    /// <summary>Gives events.</summary>
    internal async ValueTask<RingMemberEvents> PollAsync(RingPoll poll)
    {
        _lease.Renew();
        if (poll.HandledThrough > poll.ReceivedThrough)
        {
            return RefusePoll($"Event {poll.HandledThrough} was handled before it was received.");
        }

        if (poll.ReceivedThrough > _outbox.Last)
        {
            return RefusePoll($"Event {poll.ReceivedThrough} was never sent.");
        }

        NoteHandled(poll.HandledThrough);
        var wait = poll.IsHurried ? TimeSpan.Zero : _clients.PollWait;
        var answer = (await _outbox.PollAsync(poll.Number, poll.ReceivedThrough, wait))!.Value;
        if (answer.IsOver)
        {
            End(); // The owner knows how it ended.
            return RingMemberEvents.Gone;
        }

        return new RingMemberEvents
        {
            State = CallState.Done,
            First = answer.First,
            Events = answer.Events,
            Status = TakeStatus(),
        };
    }

    /// <summary>What the member knows, once it has joined.</summary>
    internal MulticastStatus? GetStatus()
    {
        _lease.Renew();
        return Ring?.GetStatus();
    }

    private static RingMemberEvents RefusePoll(string why) =>
        new() { State = CallState.Refused, Error = GroupError.Argument(why) };

    /// <summary>Waits until the owner has room, and gives it an event.</summary>
    private async ValueTask GiveAsync(RingMemberEvent told, int bytes, MemberId? from, long number)
    {
        await _outbox.WhenRoomAsync().ConfigureAwait(false);
        if (!await _credit.WaitAsync().ConfigureAwait(false))
        {
            return;
        }

        lock (_gate)
        {
            _credit.Take(bytes + EventBytes);
            _unhandled.Enqueue(new Unhandled(++_given, from, number));
        }

        _outbox.Add(told, bytes + EventBytes);
    }

    /// <summary>The owner has handled events: their messages are processed now.</summary>
    private void NoteHandled(long through)
    {
        Dictionary<MemberId, (long Through, int Count)> progress = [];
        lock (_gate)
        {
            while (_unhandled.TryPeek(out var next) && next.Event <= through)
            {
                _unhandled.Dequeue();
                _handled = next.Event;
                if (next.From is { } from)
                {
                    progress.TryGetValue(from, out var known);
                    progress[from] = (next.Number, known.Count + 1);
                }
            }
        }

        foreach (var (publisher, (number, count)) in progress)
        {
            _ring?.TellProcessed(publisher, number, count);
        }

        _credit.Handle(_handled);
    }

    private MulticastStatus? TakeStatus()
    {
        var now = _clients.Time.GetTimestamp();
        if (_ring is not { } ring
            || (_toldStatus != 0 && _clients.Time.GetElapsedTime(_toldStatus, now) < StatusInterval))
        {
            return null;
        }

        _toldStatus = now;
        return ring.GetStatus();
    }

    private void Expire()
    {
        _clients.Host.Core.Logger.RingMemberExpired(_request.Group, _clients.Host.Id, _clients.Options.ClientLease);
        End();
    }

    /// <summary>Nobody is interested any more: the member leaves if it has not, and is forgotten.</summary>
    private void End()
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
        }

        _lease.Dispose();
        _credit.Close();
        _outbox.Complete();
        _giveUp.Cancel();
        _calls.Complete(RingBroadcastReply.Gone);
        _clients.Remove(this);
        _ = LeaveAsync(); // Never throws.
    }

    private async Task LeaveAsync()
    {
        try
        {
            if (_joining is { } joining)
            {
                var ring = await joining.ConfigureAwait(false);
                await ring.LeaveAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is GroupException or ArgumentException
            or OperationCanceledException)
        {
            // It has not joined, so there is nothing to leave.
        }

        _giveUp.Dispose();
    }
}
