namespace Orleans.Groups;

/// <summary>One session, from its opening on one silo to its end.</summary>
internal sealed class SessionLife : FarObject
{
    /// <summary>Most sources whose progress one poll tells.</summary>
    private const int MaxHandledPerPoll = 4_096;

    private readonly Lock _gate = new();
    private readonly EventIntake<SessionEvent> _intake = new();
    private readonly Dictionary<long, long> _handled = [];
    private readonly Action<SessionLife, SessionEvent> _onEvent;
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal SessionLife(
        ClientCore core,
        PinnedKey key,
        SessionWelcome welcome,
        Action<SessionLife, SessionEvent> onEvent)
        : base(core, key)
    {
        Welcome = welcome;
        Lease = welcome.Lease;
        PollWait = welcome.PollWait;
        _onEvent = onEvent;
    }

    /// <summary>What the silo has said.</summary>
    internal SessionWelcome Welcome { get; }

    /// <summary>Completes when the silo says that it stops.</summary>
    internal Task Stopping => _stopping.Task;

    /// <summary>The silo says that it stops.</summary>
    internal void TellStopping() => _stopping.TrySetResult();

    /// <summary>Begins to pull events.</summary>
    internal void Start() => _ = Task.Run(PollUntilLostAsync); // Never throws.

    /// <summary>A source has handled so many events.</summary>
    internal void NoteHandled(long handle, long through)
    {
        lock (_gate)
        {
            _handled[handle] = Math.Max(through, _handled.GetValueOrDefault(handle));
        }

        Nudge();
    }

    /// <summary>Does something, once.</summary>
    /// <returns>The result; <see langword="null"/> when the session was lost before.</returns>
    internal async Task<SessionResult?> CallAsync(long number, SessionOperation operation)
    {
        var reply = await CallAsync(
            number,
            operation.GetType().Name,
            () => Core.Transport.CallAsync(Key, new SessionCall
            {
                Number = number,
                SettledThrough = Math.Min(SettledThrough, number - 1),
                Operation = operation,
            }),
            static reply => reply.State).ConfigureAwait(false);
        return reply is null ? null : reply.Result ?? new Refused { Error = reply.Error! };
    }

    /// <inheritdoc/>
    protected override async Task<CallState> PollOnceAsync(long number)
    {
        var handled = CopyHandled();
        var answer = await Core.Transport.PollAsync(Key, new SessionPoll
        {
            Number = number,
            ReceivedThrough = _intake.Received,
            Handled = handled,
        }).ConfigureAwait(false);
        Forget(handled);
        _intake.Take(answer.First, answer.Events, (item, _) => _onEvent(this, item));
        return answer.State;
    }

    private HandledThrough[] CopyHandled()
    {
        lock (_gate)
        {
            return [.. _handled
                .Take(MaxHandledPerPoll)
                .Select(static pair => new HandledThrough(pair.Key, pair.Value))];
        }
    }

    /// <summary>What has arrived, and has not moved since, need not be said again.</summary>
    private void Forget(HandledThrough[] told)
    {
        lock (_gate)
        {
            foreach (var handled in told)
            {
                if (_handled.GetValueOrDefault(handled.Handle) == handled.Through)
                {
                    _handled.Remove(handled.Handle);
                }
            }
        }
    }
}
