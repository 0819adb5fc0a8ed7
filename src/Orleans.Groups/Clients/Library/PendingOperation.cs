namespace Orleans.Groups;

/// <summary>An operation of a client until its result is known.</summary>
/// <param name="operation">What is to be done.</param>
/// <param name="changesState">
/// Whether it makes, ends or changes something that a session keeps. Then its result counts in its turn only, and it is
/// done again in another session when the first is lost before that. Otherwise its outcome is unknown then.
/// </param>
/// <param name="onDone">Called with the result, in turn, under the keeper's lock.</param>
internal sealed class PendingOperation(
    SessionOperation operation,
    bool changesState,
    Action<SessionResult>? onDone = null)
{
    private readonly TaskCompletionSource<SessionResult?> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal SessionOperation Operation { get; } = operation;

    internal bool ChangesState { get; } = changesState;

    /// <summary>Whether it gives something up, which is never refused for want of room.</summary>
    internal bool IsEnding => Operation is EndMember or StopMonitor;

    /// <summary>The result; <see langword="null"/> when nobody knows it.</summary>
    internal Task<SessionResult?> Completion => _completion.Task;

    /// <summary>The result, while those of earlier operations are not known.</summary>
    internal SessionResult? Result { get; set; }

    /// <summary>Whether it may have reached a silo.</summary>
    internal bool IsSent { get; set; }

    internal void Complete(SessionResult? result)
    {
        if (result is not null)
        {
            onDone?.Invoke(result);
        }

        _completion.TrySetResult(result);
    }

    internal void Fail(Exception exception) => _completion.TrySetException(exception);
}
