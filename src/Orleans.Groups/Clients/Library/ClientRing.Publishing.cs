namespace Orleans.Groups;

/// <content>
/// What goes to the silo: in order, plain messages in batches, bounded by what the silo has not accepted.
/// </content>
internal sealed partial class ClientRing
{
    /// <summary>Most batches of plain messages that are under way.</summary>
    private const int MaxBatches = 4;

    /// <summary>Most messages in a batch.</summary>
    private const int MaxPayloads = 1_024;

    /// <summary>So many bytes fill a batch.</summary>
    private const int MaxBatchBytes = 512 * 1024;

    private readonly LinkedList<OutgoingItem> _queue = new();
    private readonly LinkedList<OutgoingItem> _room = new();
    private readonly HashSet<OutgoingItem> _confirms = [];
    private TaskCompletionSource _callsAnswered = Answered();
    private long _unsentBytes;
    private long _accepted;
    private long _proved;
    private long _refused;
    private long _unanswered;
    private int _batches;
    private int _calls;

    /// <inheritdoc/>
    public ValueTask<BroadcastOutcome> BroadcastAsync(
        ReadOnlyMemory<byte> payload,
        CancellationToken cancellationToken = default)
    {
        CheckPayload(payload.Length);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<BroadcastOutcome>(cancellationToken);
        }

        var item = new OutgoingItem { Payload = payload };
        Task<BroadcastOutcome> outcome;
        lock (_gate)
        {
            if (Refusal() is { } reason)
            {
                return Failed(reason);
            }

            if (HasRoom(item))
            {
                Accept(item);
                Pump();
                return new ValueTask<BroadcastOutcome>(BroadcastOutcome.Ok);
            }

            if (IsInsideCallback || _room.Count >= Core.Options.MaxPendingCalls)
            {
                return Failed(BroadcastReason.Overloaded);
            }

            outcome = item.Outcome;
            _room.AddLast(item);
        }

        item.EndWith(cancellationToken.UnsafeRegister(_ => Cancel(item, cancellationToken), null), null);
        return new ValueTask<BroadcastOutcome>(outcome);
    }

    /// <inheritdoc/>
    public ValueTask<BroadcastOutcome> ConfirmedBroadcastAsync(
        ReadOnlyMemory<byte> payload,
        ConfirmLevel level = ConfirmLevel.ReceivedByAll,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        CheckPayload(payload.Length);
        if (level is not (ConfirmLevel.ReceivedByAll or ConfirmLevel.ProcessedByAll))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "This is not a confirm level.");
        }

        var wait = timeout ?? _confirmTimeout;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(wait, TimeSpan.Zero, nameof(timeout));
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<BroadcastOutcome>(cancellationToken);
        }

        if (level == ConfirmLevel.ProcessedByAll && IsInsideCallback)
        {
            return Failed(BroadcastReason.ReentrantConfirm);
        }

        var item = new OutgoingItem { Payload = payload, Level = level, Timeout = wait };
        Task<BroadcastOutcome> outcome;
        lock (_gate)
        {
            if (Refusal() is { } reason)
            {
                return Failed(reason);
            }

            var hasRoom = HasRoom(item);
            if (_confirms.Count >= Core.Options.MaxPendingCalls || (!hasRoom && IsInsideCallback))
            {
                return Failed(BroadcastReason.Overloaded);
            }

            outcome = item.Outcome;
            _confirms.Add(item);
            if (hasRoom)
            {
                Accept(item);
                Pump();
            }
            else
            {
                _room.AddLast(item);
            }
        }

        item.EndWith(
            cancellationToken.UnsafeRegister(_ => Cancel(item, cancellationToken), null),
            Engine.Timers.Create(Core.Time, () => OnDue(item), wait));
        return new ValueTask<BroadcastOutcome>(outcome);
    }

    private static TaskCompletionSource Answered()
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        answered.SetResult();
        return answered;
    }

    private static ValueTask<BroadcastOutcome> Failed(BroadcastReason reason) =>
        new(new BroadcastOutcome(BroadcastStatus.Failed, reason));

    private BroadcastReason? Refusal() => _stage switch
    {
        Stage.Leaving => BroadcastReason.Leaving,
        Stage.Ended => BroadcastReason.Terminated,
        _ => null,
    };

    private void CheckPayload(int length)
    {
        if (length > _maxPayloadBytes)
        {
            throw new PayloadTooLargeException(
                length,
                _maxPayloadBytes,
                $"{nameof(MulticastOptions)}.{nameof(MulticastOptions.MaxPayloadBytes)}");
        }
    }

    /// <summary>
    /// Whether a message may go to the queue now; whoever came before goes first. Locked by the caller.
    /// </summary>
    private bool HasRoom(OutgoingItem item) =>
        _room.Count == 0 && (_unsentBytes == 0 || _unsentBytes + item.Bytes <= Core.Options.MaxUnsentBytes);

    private void Accept(OutgoingItem item)
    {
        item.Index = ++_accepted;
        _unsentBytes += item.Bytes;
        _queue.AddLast(item);
    }

    /// <summary>Room has become free. Locked by the caller.</summary>
    private void Admit()
    {
        while (_room.First is { Value: var item }
            && (_unsentBytes == 0 || _unsentBytes + item.Bytes <= Core.Options.MaxUnsentBytes))
        {
            _room.RemoveFirst();
            Accept(item);
            if (item.IsPlain)
            {
                item.Finish(BroadcastOutcome.Ok);
            }
        }
    }

    /// <summary>Sends what may be sent, in order. Locked by the caller.</summary>
    private void Pump()
    {
        while (_queue.First is { Value: var first } && !(first.IsPlain && _batches == MaxBatches))
        {
            var number = NextNumber();
            BeginCall();
            if (first.IsPlain)
            {
                _batches++;
                var batch = TakeBatch();
                _ = Task.Run(() => SendAsync(number, batch)); // None of these throws.
                continue;
            }

            _queue.RemoveFirst();
            first.IsSent = true;
            _ = first switch
            {
                { Ending: { } ending } => Task.Run(() => SendAsync(number, ending)),
                { Validated: { } members } => Task.Run(() => SendAsync(number, members)),
                _ => Task.Run(() => SendAsync(number, first)),
            };
        }
    }

    private List<OutgoingItem> TakeBatch()
    {
        List<OutgoingItem> batch = [];
        long bytes = 0;
        while (_queue.First is { Value: { IsPlain: true } item }
            && batch.Count < MaxPayloads
            && (batch.Count == 0 || bytes + item.Bytes <= MaxBatchBytes))
        {
            _queue.RemoveFirst();
            item.IsSent = true;
            bytes += item.Bytes;
            batch.Add(item);
        }

        _unanswered += batch.Count;

        return batch;
    }

    private async Task SendAsync(long number, List<OutgoingItem> batch)
    {
        var payloads = batch.Select(static item => item.Payload).ToArray();
        var reply = await CallAsync(
            number,
            "Broadcast",
            () => _grain.BroadcastAsync(new RingBroadcastRequest
            {
                Number = number,
                SettledThrough = Math.Min(SettledThrough, number - 1),
                Payloads = payloads,
            }).AsTask(),
            static reply => reply.State).ConfigureAwait(false);
        lock (_gate)
        {
            _unanswered -= batch.Count;
            _refused += batch.Count - (reply?.Accepted ?? 0);
            _unsentBytes -= batch.Sum(static item => (long)item.Bytes);
            _batches--;
            EndCall();
        }
    }

    private async Task SendAsync(long number, OutgoingItem item)
    {
        var reply = await CallAsync(
            number,
            "ConfirmedBroadcast",
            () => _grain.ConfirmedBroadcastAsync(new RingConfirmRequest
            {
                Number = number,
                SettledThrough = Math.Min(SettledThrough, number - 1),
                Payload = item.Payload,
                Level = item.Level!.Value,
                Timeout = item.Timeout,
            }).AsTask(),
            static reply => reply.State).ConfigureAwait(false);
        lock (_gate)
        {
            _unsentBytes -= item.Bytes;
            _confirms.Remove(item);
            switch (reply)
            {
                case null:
                    item.Finish(new BroadcastOutcome(BroadcastStatus.Unknown, BroadcastReason.LostMembership));
                    break;
                case { Error: { } error }:
                    item.Fail(error.ToException($"Broadcasting to group {Group}"));
                    break;
                default:
                    _proved = reply.Outcome.IsOk ? Math.Max(_proved, item.Index) : _proved;
                    item.Finish(reply.Outcome);
                    break;
            }

            EndCall();
        }
    }

    private async Task SendAsync(long number, RingEndRequest ending)
    {
        await CallAsync(
            number,
            "End",
            () => _grain.EndAsync(new RingEndRequest
            {
                Number = number,
                SettledThrough = Math.Min(SettledThrough, number - 1),
                How = ending.How,
                Reason = ending.Reason,
                HasFailed = ending.HasFailed,
            }).AsTask(),
            static reply => reply.State).ConfigureAwait(false);
        EndOneCall();
    }

    private async Task SendAsync(long number, MemberId[] members)
    {
        await CallAsync(
            number,
            "ValidateMembers",
            () => _grain.ValidateMembersAsync(new RingValidateRequest
            {
                Number = number,
                SettledThrough = Math.Min(SettledThrough, number - 1),
                Members = members,
            }).AsTask(),
            static reply => reply.State).ConfigureAwait(false);
        EndOneCall();
    }

    /// <summary>Locked by the caller.</summary>
    private void BeginCall()
    {
        if (_calls++ == 0)
        {
            _callsAnswered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void EndOneCall()
    {
        lock (_gate)
        {
            EndCall();
        }
    }

    /// <summary>Locked by the caller.</summary>
    private void EndCall()
    {
        if (--_calls == 0)
        {
            _callsAnswered.TrySetResult();
        }

        if (_stage != Stage.Ended)
        {
            Admit();
            Pump();
        }
    }

    private void Cancel(OutgoingItem item, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!item.IsFinished)
            {
                Withdraw(item);
                item.Cancel(cancellationToken);
                Admit();
                Pump();
            }
        }
    }

    private void OnDue(OutgoingItem item)
    {
        lock (_gate)
        {
            if (!item.IsFinished)
            {
                var status = Withdraw(item) ? BroadcastStatus.Failed : BroadcastStatus.Unknown;
                item.Finish(new BroadcastOutcome(status, BroadcastReason.Timeout));
                Admit();
                Pump();
            }
        }
    }

    /// <summary>Takes back what was not sent; <see langword="false"/> when it was.</summary>
    private bool Withdraw(OutgoingItem item)
    {
        if (item.IsSent)
        {
            return false;
        }

        _confirms.Remove(item);
        if (!_room.Remove(item) && _queue.Remove(item))
        {
            _unsentBytes -= item.Bytes;
        }

        return true;
    }
}
