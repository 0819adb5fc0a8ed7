using System.Collections.Immutable;
using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>A ring member of a client: its machine runs on a silo, its handler here.</summary>
internal sealed partial class ClientRing : FarObject, IMulticastGroup
{
    private readonly Lock _gate = new();
    private readonly ClientMulticast _owner;
    private readonly IRingMemberGrain _grain;
    private readonly EventIntake<RingMemberEvent> _intake = new();
    private readonly CallbackScope _scope;
    private readonly TaskCompletionSource<MulticastTermination> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Stage _stage = Stage.Member;
    private MemberId? _self;
    private MulticastStatus? _status;
    private ImmutableArray<MemberId> _members = [];
    private int _maxPayloadBytes = int.MaxValue;
    private TimeSpan _confirmTimeout = TimeSpan.FromSeconds(30);

    internal ClientRing(
        ClientMulticast owner,
        ClientCore core,
        PinnedKey key,
        GroupName group,
        IMulticastHandler handler)
        : base(core, key)
    {
        _owner = owner;
        _grain = core.Transport.GetRingMember(key);
        _handler = handler;
        _scope = new CallbackScope(core, this);
        Group = group;
    }

    private enum Stage
    {
        Member,
        Leaving,
        Ended,
    }

    /// <inheritdoc/>
    public GroupName Group { get; }

    /// <inheritdoc/>
    public MemberId Self => _self!;

    /// <inheritdoc/>
    public Task<MulticastTermination> Completion => _completion.Task;

    /// <summary>Whether the caller is inside a callback of a member of this ring and client.</summary>
    private bool IsInsideCallback =>
        CallbackScope.OwnerOf<ClientRing>() is { } ring && ReferenceEquals(ring.Core, Core) && ring.Group == Group;

    /// <inheritdoc/>
    public Task<MulticastTermination> LeaveAsync(CancellationToken cancellationToken = default)
    {
        BeginEnding(new RingEndRequest { How = RingEnding.Leave });
        return WaitForEnd(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<MulticastTermination> ShutDownGroupAsync(CancellationToken cancellationToken = default)
    {
        BeginEnding(new RingEndRequest { How = RingEnding.ShutDownGroup });
        return WaitForEnd(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void ValidateMembers(IReadOnlyCollection<MemberId> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        lock (_gate)
        {
            if (_stage == Stage.Member)
            {
                _queue.AddLast(new OutgoingItem { Validated = [.. members] });
                Pump();
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// What only the silo knows is as of its last word, about a second old at most while something happens.
    /// </remarks>
    public MulticastStatus GetStatus()
    {
        lock (_gate)
        {
            var known = _status ?? new MulticastStatus(
                Group,
                Self,
                MulticastPhase.Member,
                string.Empty,
                0,
                [.. _members.Select(static id => new MulticastMemberStatus(id, true, null, 0))],
                null,
                null,
                0,
                0,
                null,
                0,
                0,
                0);
            return known with
            {
                Phase = _stage switch
                {
                    Stage.Ended => MulticastPhase.Terminated,
                    Stage.Leaving => MulticastPhase.Leaving,
                    _ => MulticastPhase.Member,
                },
                QueuedDeliveries = known.QueuedDeliveries + _events.Count,
                Published = Math.Max(known.Published, _accepted),
                Delivered = _delivered,
            };
        }
    }

    /// <summary>Joins; <see langword="null"/> when the silo was lost before.</summary>
    internal Task<RingJoinReply?> JoinAsync(RingJoinRequest request) =>
        RepeatAsync("Join", () => _grain.JoinAsync(request).AsTask(), static reply => reply.State);

    /// <summary>It has joined: events are pulled and told from now on.</summary>
    internal void Begin(RingJoinReply reply)
    {
        _self = reply.Self;
        _maxPayloadBytes = reply.MaxPayloadBytes;
        _confirmTimeout = reply.ConfirmTimeout;
        Lease = reply.Lease;
        PollWait = reply.PollWait;
        _ = Task.Run(RunAsync); // Never throws.
    }

    /// <summary>Nobody waits for the joining any more.</summary>
    internal void Abandon()
    {
        Lose(LossReason.GivenUp);
        _ = TellAbandonedAsync(); // Never throws.
    }

    /// <inheritdoc/>
    protected override async Task<CallState> PollOnceAsync(long number)
    {
        var received = _intake.Received;
        if (_hasHeardEnd)
        {
            // The answers of calls under way come first: with the end acknowledged the silo forgets the member.
            await WaitForAnswersAsync().ConfigureAwait(false);
        }

        var answer = await _grain.PollAsync(new RingPoll
        {
            Number = number,
            ReceivedThrough = received,
            HandledThrough = _hasHeardEnd ? received : Math.Min(received, Volatile.Read(ref _handledThrough)),
        }).ConfigureAwait(false);
        if (answer.Status is { } status)
        {
            NoteStatus(status);
        }

        _intake.Take(answer.First, answer.Events, Take);
        return answer.State;
    }

    private async Task RunAsync()
    {
        await PollUntilLostAsync().ConfigureAwait(false);
        EndAsLost(await Lost.ConfigureAwait(false));
    }

    private async Task TellAbandonedAsync()
    {
        try
        {
            await _grain.EndAsync(new RingEndRequest { Number = 1 }).ConfigureAwait(false);
        }
        catch (Exception exception) // Then its lease ends it.
        {
            Core.Logger.ClientCallFailed(exception, "End", Key.Silo);
        }
    }

    private Task<MulticastTermination> WaitForEnd(CancellationToken cancellationToken)
    {
        if (CallbackScope.IsInside(this) && !_completion.Task.IsCompleted)
        {
            // The end comes after this callback, so it cannot wait for it.
            const string Detail = "the member is ending; a callback of its own asked for it and did not wait";
            return Task.FromResult(new MulticastTermination(TerminationReason.Left, Detail, 0));
        }

        return _completion.Task.WaitAsync(cancellationToken);
    }

    private void NoteStatus(MulticastStatus status)
    {
        lock (_gate)
        {
            _status = status;
            if (status.UnprocessedBytes == 0)
            {
                _proved = Math.Max(_proved, Math.Min(status.Published, _accepted));
            }
        }
    }
}
