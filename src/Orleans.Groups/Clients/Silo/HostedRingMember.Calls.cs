using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <content>What the owner wants: each call is done once, in the order of the numbers.</content>
internal sealed partial class HostedRingMember
{
    private const int MaxPayloads = 4_096;

    private const int MaxBatchBytes = 4 * 1024 * 1024;

    private const int MaxListed = 65_536;

    private readonly OperationSequence<RingBroadcastReply> _calls = new(Window);

    /// <summary>Completes when what was published before has been taken.</summary>
    private Task _published = Task.CompletedTask;

    /// <summary>Publishes messages.</summary>
    internal ValueTask<RingBroadcastReply> BroadcastAsync(RingBroadcastRequest request)
    {
        var payloads = request.Payloads ?? [];
        if (payloads.Length > MaxPayloads
            || (payloads.Length > 1 && payloads.Sum(static payload => (long)payload.Length) > MaxBatchBytes))
        {
            return new ValueTask<RingBroadcastReply>(RingBroadcastReply.Refuse(GroupError.Argument(
                $"A call may bring {MaxPayloads} messages with {MaxBatchBytes} bytes, or a single larger one.")));
        }

        foreach (var payload in payloads)
        {
            if (CheckSize(payload) is { } error)
            {
                return new ValueTask<RingBroadcastReply>(RingBroadcastReply.Refuse(error));
            }
        }

        return SubmitAsync(request.Number, request.SettledThrough, () => PublishAsync(payloads));
    }

    /// <summary>Publishes a message and waits for proof.</summary>
    internal ValueTask<RingBroadcastReply> ConfirmAsync(RingConfirmRequest request)
    {
        var error = CheckSize(request.Payload)
            ?? (request.Level is ConfirmLevel.ReceivedByAll or ConfirmLevel.ProcessedByAll
                && (request.Timeout is null or { Ticks: > 0 and <= TimeSpan.TicksPerDay })
                ? null
                : GroupError.Argument("The level or the timeout is not valid."));
        return error is not null
            ? new ValueTask<RingBroadcastReply>(RingBroadcastReply.Refuse(error))
            : SubmitAsync(request.Number, request.SettledThrough, () => ConfirmAsync(
                request.Payload,
                request.Level,
                request.Timeout));
    }

    /// <summary>Begins to end the member.</summary>
    internal async ValueTask<RingMemberReply> EndAsync(RingEndRequest request)
    {
        if (!Enum.IsDefined(request.How))
        {
            return new RingMemberReply
            {
                State = CallState.Refused,
                Error = GroupError.Argument("A member cannot end like that."),
            };
        }

        if (_joining is not { IsCompletedSuccessfully: true })
        {
            End(); // The owner does not wait for the joining any more.
            return RingMemberReply.Done;
        }

        return Describe(await SubmitAsync(request.Number, request.SettledThrough, () => EndInTurnAsync(request)));
    }

    /// <summary>Compares lists of members.</summary>
    internal async ValueTask<RingMemberReply> ValidateAsync(RingValidateRequest request)
    {
        var members = request.Members ?? [];
        if (members.Length > MaxListed || members.Contains(null!))
        {
            return new RingMemberReply
            {
                State = CallState.Refused,
                Error = GroupError.Argument($"The list may have {MaxListed} members."),
            };
        }

        return Describe(await SubmitAsync(request.Number, request.SettledThrough, () =>
        {
            Ring?.ValidateMembers(members);
            return Task.FromResult(new RingBroadcastReply());
        }));
    }

    private static RingMemberReply Describe(RingBroadcastReply reply) =>
        new() { State = reply.State == CallState.Pending ? CallState.Done : reply.State, Error = reply.Error };

    private static RingBroadcastReply Describe(int accepted, BroadcastOutcome outcome) =>
        new() { Accepted = accepted, Outcome = outcome };

    private GroupError? CheckSize(ReadOnlyMemory<byte> payload)
    {
        var limit = _clients.Options.Multicast.MaxPayloadBytes;
        return payload.Length > limit
            ? GroupError.TooLarge(
                payload.Length,
                limit,
                $"{nameof(MulticastOptions)}.{nameof(MulticastOptions.MaxPayloadBytes)}")
            : null;
    }

    private async ValueTask<RingBroadcastReply> SubmitAsync(
        long number,
        long settledThrough,
        Func<Task<RingBroadcastReply>> start)
    {
        _lease.Renew();
        if (_joining is not { IsCompletedSuccessfully: true })
        {
            return RingBroadcastReply.Refuse(GroupError.Argument("The member has not joined."));
        }

        var result = _calls.Submit(number, settledThrough, start, out var error);
        return result is null
            ? RingBroadcastReply.Refuse(GroupError.Argument(error!))
            : await _clients.WaitAsync(result) ?? RingBroadcastReply.Pending;
    }

    /// <summary>Publishes one after the other, behind what was to be published before. Never throws.</summary>
    private async Task<RingBroadcastReply> PublishAsync(ReadOnlyMemory<byte>[] payloads)
    {
        var ring = await _joining!;
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = _published;
        _published = taken.Task;
        await before.ConfigureAwait(false);
        try
        {
            for (var index = 0; index < payloads.Length; index++)
            {
                var outcome = await ring.BroadcastAsync(payloads[index]).ConfigureAwait(false);
                if (!outcome.IsOk)
                {
                    return Describe(index, outcome);
                }
            }

            return Describe(payloads.Length, BroadcastOutcome.Ok);
        }
        finally
        {
            taken.SetResult();
        }
    }

    private async Task<RingBroadcastReply> ConfirmAsync(
        ReadOnlyMemory<byte> payload,
        ConfirmLevel level,
        TimeSpan? timeout)
    {
        var ring = await _joining!;
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = _published;
        _published = taken.Task;
        await before.ConfigureAwait(false);
        ValueTask<BroadcastOutcome> proof;
        try
        {
            proof = ring.ConfirmedBroadcastAsync(payload, level, timeout);
        }
        finally
        {
            taken.SetResult();
        }

        var outcome = await proof.ConfigureAwait(false);
        return Describe(outcome.IsOk ? 1 : 0, outcome);
    }

    /// <summary>Ends behind what was to be published before; a stop does not wait for anything.</summary>
    private async Task<RingBroadcastReply> EndInTurnAsync(RingEndRequest request)
    {
        if (request.How == RingEnding.Stop)
        {
            var reason = request.HasFailed ? TerminationReason.HandlerFailed : TerminationReason.HandlerStopped;
            Ring?.Tell(new RingInput.Stop(reason, request.Reason ?? string.Empty));
            return new RingBroadcastReply();
        }

        var ring = await _joining!;
        await _published.ConfigureAwait(false);
        _ = request.How == RingEnding.Leave ? ring.LeaveAsync() : ring.ShutDownGroupAsync(); // Its end is an event.
        return new RingBroadcastReply();
    }
}
