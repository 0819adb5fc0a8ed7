using System.Threading.Tasks.Sources;

namespace Orleans.Groups.Engine;

/// <summary>A broadcast that somebody waits for: for room in the window, for proof, or for both.</summary>
/// <remarks>Its member's lock guards it. Whoever waits goes on elsewhere, never inside that lock.</remarks>
/// <param name="owner">The publishing member.</param>
/// <param name="payload">What is published.</param>
/// <param name="level">What is to be proved; <see langword="null"/> for a plain broadcast.</param>
internal sealed class PendingBroadcast(RingHost owner, ReadOnlyMemory<byte> payload, ConfirmLevel? level)
    : Expiring, IValueTaskSource<BroadcastOutcome>
{
    private ManualResetValueTaskSourceCore<BroadcastOutcome> _source = new() { RunContinuationsAsynchronously = true };
    private readonly long _startedAt =
        level is not null && owner.Core.Events.TimesConfirms ? owner.Core.Time.GetTimestamp() : 0;

    private CancellationTokenRegistration _registration;

    internal ReadOnlyMemory<byte> Payload { get; } = payload;

    internal ConfirmLevel? Level { get; } = level;

    /// <summary>Number of the confirm; 0 for a plain broadcast.</summary>
    internal long Confirm { get; set; }

    /// <summary>Place among those that wait for room; <see langword="null"/> when it has room.</summary>
    internal LinkedListNode<PendingBroadcast>? Place { get; set; }

    /// <summary>What the caller gets; to be awaited once.</summary>
    internal ValueTask<BroadcastOutcome> Task => new(this, _source.Version);

    /// <summary>Ends the wait when the token is cancelled.</summary>
    internal void CancelWith(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            return;
        }

        _registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var pending = (PendingBroadcast)state!;
                pending.Owner.Cancel(pending, token);
            },
            this);
        if (_source.GetStatus(_source.Version) != ValueTaskSourceStatus.Pending)
        {
            _registration.Unregister(); // It was settled meanwhile, and did not know of the registration.
        }
    }

    internal void SetResult(BroadcastOutcome outcome)
    {
        if (Level is { } wanted)
        {
            TimeSpan? elapsed = _startedAt == 0 ? null : Owner.Core.Time.GetElapsedTime(_startedAt);
            Owner.Core.Events.ConfirmSettled(wanted, outcome, elapsed);
        }
        else if (!outcome.IsOk)
        {
            Owner.Core.Events.BroadcastRefused(outcome.Reason);
        }

        _source.SetResult(outcome);
        _registration.Unregister();
    }

    internal void SetCanceled(CancellationToken cancellationToken) =>
        _source.SetException(new OperationCanceledException(cancellationToken));

    private RingHost Owner { get; } = owner;

    BroadcastOutcome IValueTaskSource<BroadcastOutcome>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<BroadcastOutcome>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<BroadcastOutcome>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
