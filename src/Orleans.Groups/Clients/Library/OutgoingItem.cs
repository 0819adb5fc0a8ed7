namespace Orleans.Groups;

/// <summary>Something that a ring member of a client wants its silo to do; guarded by the member's lock.</summary>
internal sealed class OutgoingItem
{
    private TaskCompletionSource<BroadcastOutcome>? _outcome;
    private CancellationTokenRegistration _cancellation;
    private ITimer? _deadline;

    /// <summary>The message, if it is one.</summary>
    internal ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>What has to be proved, if anything.</summary>
    internal ConfirmLevel? Level { get; init; }

    /// <summary>How long the proof is waited for.</summary>
    internal TimeSpan Timeout { get; init; }

    /// <summary>How to end, if it is that.</summary>
    internal RingEndRequest? Ending { get; init; }

    /// <summary>The list to compare, if it is that.</summary>
    internal MemberId[]? Validated { get; init; }

    /// <summary>Which own message it is: 1, 2, 3, …</summary>
    internal long Index { get; set; }

    /// <summary>Whether it may have reached the silo.</summary>
    internal bool IsSent { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    internal bool IsFinished { get; private set; }

    /// <summary>Whether it publishes without proof.</summary>
    internal bool IsPlain => Level is null && Ending is null && Validated is null;

    /// <summary>Whether it publishes.</summary>
    internal bool IsMessage => Ending is null && Validated is null;

    /// <summary>What it takes of the room.</summary>
    internal int Bytes => Payload.Length + 64;

    /// <summary>What somebody waits for.</summary>
    internal Task<BroadcastOutcome> Outcome =>
        (_outcome ??= new TaskCompletionSource<BroadcastOutcome>(TaskCreationOptions.RunContinuationsAsynchronously))
        .Task;

    /// <summary>Ends the wait, if somebody waits.</summary>
    internal void Finish(BroadcastOutcome outcome)
    {
        Release();
        _outcome?.TrySetResult(outcome);
    }

    /// <summary>Ends the wait with an error.</summary>
    internal void Fail(Exception exception)
    {
        Release();
        _outcome?.TrySetException(exception);
    }

    /// <summary>Ends the wait because the caller has cancelled it.</summary>
    internal void Cancel(CancellationToken cancellationToken)
    {
        Release();
        _outcome?.TrySetCanceled(cancellationToken);
    }

    /// <summary>Keeps what may end the wait; not under the lock, since it may do so at once.</summary>
    internal void EndWith(CancellationTokenRegistration cancellation, ITimer? deadline)
    {
        _cancellation = cancellation;
        _deadline = deadline;
        if (IsFinished)
        {
            Release();
        }
    }

    private void Release()
    {
        IsFinished = true;
        _cancellation.Unregister();
        _deadline?.Dispose();
    }
}
