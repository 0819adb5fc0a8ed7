using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <content>Broadcasts: the window, whoever waits for room in it, and whoever waits for proof.</content>
/// <remarks>
/// Everything here is guarded by one short lock; a plain broadcast takes it once and allocates nothing.
/// </remarks>
internal sealed partial class RingHost
{
    private readonly LinkedList<PendingBroadcast> _waiters = new();
    private readonly Dictionary<long, PendingBroadcast> _confirms = [];
    private readonly DeadlineList _deadlines;

    /// <summary>What each own message takes of the window, oldest first, until the window has it back.</summary>
    private readonly Queue<int> _unreleased = new();

    private List<ReadOnlyMemory<byte>> _payloads = [];
    private List<ReadOnlyMemory<byte>> _turnPayloads = [];
    private List<ConfirmRequest> _requests = [];
    private List<ConfirmRequest> _turnRequests = [];
    private long _windowLeft;
    private long _lastConfirm;

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

        lock (_gate)
        {
            if (_stage != Stage.Member || _waiters.Count > 0 || !HasRoom(payload.Length))
            {
                return WaitForRoom(new PendingBroadcast(this, payload, null), cancellationToken);
            }

            Take(payload);
            if (_isScheduled)
            {
                return new ValueTask<BroadcastOutcome>(BroadcastOutcome.Ok);
            }

            _isScheduled = true;
        }

        Schedule();
        return new ValueTask<BroadcastOutcome>(BroadcastOutcome.Ok);
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

        var wait = timeout ?? Core.Multicast.ConfirmTimeout;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(wait, TimeSpan.Zero, nameof(timeout));
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<BroadcastOutcome>(cancellationToken);
        }

        return EngineActivity.IsWatched
            ? ConfirmWatchedAsync(payload, level, wait, cancellationToken)
            : ConfirmAsync(payload, level, wait, cancellationToken);
    }

    private ValueTask<BroadcastOutcome> ConfirmWatchedAsync(
        ReadOnlyMemory<byte> payload,
        ConfirmLevel level,
        TimeSpan wait,
        CancellationToken cancellationToken) =>
        new(EngineActivity.RunAsync(
            "ring.confirm",
            Group,
            () => ConfirmAsync(payload, level, wait, cancellationToken).AsTask(),
            static outcome => (outcome.IsOk ? nameof(BroadcastStatus.Ok) : $"{outcome.Reason}", !outcome.IsOk)));

    private ValueTask<BroadcastOutcome> ConfirmAsync(
        ReadOnlyMemory<byte> payload,
        ConfirmLevel level,
        TimeSpan wait,
        CancellationToken cancellationToken)
    {
        if (level == ConfirmLevel.ProcessedByAll && IsInsideCallback)
        {
            return Refuse(BroadcastReason.ReentrantConfirm, level);
        }

        var pending = new PendingBroadcast(this, payload, level);
        lock (_gate)
        {
            if (_stage != Stage.Member)
            {
                return Refuse(RefusalReason, level);
            }

            if (_confirms.Count >= Core.Multicast.MaxPendingConfirms)
            {
                return Refuse(BroadcastReason.Overloaded, level);
            }

            if (_waiters.Count > 0 || !HasRoom(payload.Length))
            {
                return WaitForRoom(pending, cancellationToken, wait);
            }

            Register(pending, wait);
            Admit(pending);
            Wake();
        }

        pending.CancelWith(cancellationToken);
        return pending.Task;
    }

    /// <summary>The caller's token was cancelled: the wait ends, and what was not taken yet is not published.</summary>
    internal void Cancel(PendingBroadcast pending, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!Forget(pending))
            {
                return;
            }

            pending.SetCanceled(cancellationToken);
            AdmitWaiters(); // The next may be smaller.
            Wake();
        }
    }

    private bool IsInsideCallback =>
        CallbackScope.OwnerOf<DeliveryQueue>() is { } queue && queue.IsOf(Core, Group);

    private BroadcastReason RefusalReason =>
        _stage == Stage.Leaving ? BroadcastReason.Leaving : BroadcastReason.Terminated;

    private ValueTask<BroadcastOutcome> Refuse(BroadcastReason reason, ConfirmLevel? level)
    {
        var outcome = new BroadcastOutcome(BroadcastStatus.Failed, reason);
        if (level is { } wanted)
        {
            Core.Events.ConfirmSettled(wanted, outcome, elapsed: null);
        }
        else
        {
            Core.Events.BroadcastRefused(reason);
        }

        return new ValueTask<BroadcastOutcome>(outcome);
    }

    private void CheckPayload(int length)
    {
        if (length > Core.Multicast.MaxPayloadBytes)
        {
            throw new PayloadTooLargeException(
                length,
                Core.Multicast.MaxPayloadBytes,
                $"{nameof(MulticastOptions)}.{nameof(MulticastOptions.MaxPayloadBytes)}");
        }
    }

    private bool HasRoom(int length) => _windowLeft >= length + PublicationBatch.OverheadBytes;

    private void Take(ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Length + PublicationBatch.OverheadBytes;
        _windowLeft -= bytes;
        _unreleased.Enqueue(bytes);
        _payloads.Add(payload);
    }

    private void Register(PendingBroadcast pending, TimeSpan wait)
    {
        pending.Confirm = ++_lastConfirm;
        _confirms.Add(pending.Confirm, pending);
        _deadlines.Add(pending, wait);
    }

    private void Admit(PendingBroadcast pending)
    {
        if (pending.Level is { } level)
        {
            _requests.Add(new ConfirmRequest(_payloads.Count, pending.Confirm, level));
        }

        Take(pending.Payload);
    }

    /// <summary>Lets the pump run when there is something for it. Locked by the caller.</summary>
    private void Wake()
    {
        if (!_isScheduled && _payloads.Count > 0)
        {
            _isScheduled = true;
            Schedule();
        }
    }

    /// <summary>
    /// R12: outside of callbacks the caller waits in line, inside it never does. Locked by the caller.
    /// </summary>
    private ValueTask<BroadcastOutcome> WaitForRoom(
        PendingBroadcast pending,
        CancellationToken cancellationToken,
        TimeSpan wait = default)
    {
        if (_stage != Stage.Member)
        {
            return Refuse(RefusalReason, pending.Level);
        }

        if (_waiters.Count >= Core.Multicast.MaxWaitingBroadcasts || IsInsideCallback)
        {
            return Refuse(BroadcastReason.Overloaded, pending.Level);
        }

        if (pending.Level is not null)
        {
            Register(pending, wait);
        }

        pending.Place = _waiters.AddLast(pending);
        pending.CancelWith(cancellationToken);
        return pending.Task;
    }

    private void ReleaseWindow(long bytes)
    {
        lock (_gate)
        {
            _windowLeft += bytes;
            Invariant.Require(_windowLeft <= Core.Multicast.WindowBytes, "no more is released than was taken");
            DropReleased(bytes);
            AdmitWaiters();
        }
    }

    /// <summary>The window is released in the order of the messages, and by whole ones. Locked by the caller.</summary>
    private void DropReleased(long bytes)
    {
        while (bytes > 0)
        {
            bytes -= _unreleased.Dequeue();
        }

        Invariant.Require(bytes == 0, "the window is released by whole messages");
    }

    /// <summary>
    /// First come, first served: a large one at the front is not passed by small ones. Locked by the caller.
    /// </summary>
    private void AdmitWaiters()
    {
        while (_stage == Stage.Member && _waiters.First is { } first && HasRoom(first.Value.Payload.Length))
        {
            var pending = first.Value;
            _waiters.RemoveFirst();
            pending.Place = null;
            Admit(pending);
            if (pending.Level is null)
            {
                pending.SetResult(BroadcastOutcome.Ok);
            }
        }
    }

    private void SettleConfirm(long confirm, BroadcastOutcome outcome)
    {
        lock (_gate)
        {
            if (_confirms.TryGetValue(confirm, out var pending) && Forget(pending))
            {
                pending.SetResult(outcome);
            }
        }
    }

    /// <summary>Time ran out for some: what waited for room was not published, the rest may arrive anyway.</summary>
    private void OnBroadcastsDue()
    {
        lock (_gate)
        {
            if (_stage == Stage.Ended)
            {
                return;
            }

            foreach (var expired in _deadlines.TakeExpired())
            {
                var pending = (PendingBroadcast)expired;
                var status = pending.Place is null ? BroadcastStatus.Unknown : BroadcastStatus.Failed;
                Forget(pending);
                pending.SetResult(new BroadcastOutcome(status, BroadcastReason.Timeout));
            }

            AdmitWaiters();
            Wake();
        }
    }

    private void RefuseWaiting(BroadcastReason reason)
    {
        while (_waiters.First is { } first)
        {
            Forget(first.Value);
            first.Value.SetResult(new BroadcastOutcome(BroadcastStatus.Failed, reason));
        }
    }

    /// <summary>
    /// The member has ended: nobody waits any more. The machine has settled what it knew of. Locked by the caller.
    /// </summary>
    private void FailPending(TerminationReason? termination)
    {
        var reason = termination == TerminationReason.LostMembership
            ? BroadcastReason.LostMembership
            : BroadcastReason.Terminated;
        RefuseWaiting(reason);
        foreach (var request in _requests)
        {
            if (_confirms.Remove(request.Confirm, out var neverSent))
            {
                neverSent.SetResult(new BroadcastOutcome(BroadcastStatus.Failed, reason));
            }
        }

        foreach (var pending in _confirms.Values)
        {
            pending.SetResult(new BroadcastOutcome(BroadcastStatus.Unknown, reason));
        }

        _confirms.Clear();
        _payloads.Clear();
        _requests.Clear();
        _unreleased.Clear();
        _deadlines.Dispose();
    }

    /// <summary>
    /// Takes a broadcast out of everything that could settle it; <see langword="false"/> when it is settled.
    /// </summary>
    private bool Forget(PendingBroadcast pending)
    {
        if (pending.Place is { } place)
        {
            _waiters.Remove(place);
            pending.Place = null;
        }
        else if (!_confirms.ContainsKey(pending.Confirm))
        {
            return false;
        }

        _confirms.Remove(pending.Confirm);
        _deadlines.Remove(pending);
        return true;
    }
}
