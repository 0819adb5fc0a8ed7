namespace Orleans.Groups.Checkers;

/// <summary>Records what a ring member is asked to do. Payloads get <see cref="CallEnvelope"/>.</summary>
internal sealed class RecordingGroup : IMulticastGroup
{
    private readonly RingRecorder _ring;

    internal RecordingGroup(RingRecorder ring, IMulticastGroup inner)
    {
        _ring = ring;
        Inner = inner;
        Name = inner.Group.ToString();
        Member = ring.Recorder.TextOf(inner.Self);
        Completion = RecordEndAsync();
    }

    public GroupName Group => Inner.Group;

    public MemberId Self => Inner.Self;

    public Task<MulticastTermination> Completion { get; }

    internal IMulticastGroup Inner { get; }

    internal string Name { get; }

    internal string Member { get; }

    public async ValueTask<BroadcastOutcome> BroadcastAsync(
        ReadOnlyMemory<byte> payload,
        CancellationToken cancellationToken = default)
    {
        var call = _ring.Begin(this, payload.Span, ProofLevel.None);
        try
        {
            var outcome = await Inner.BroadcastAsync(CallEnvelope.Wrap(call, payload.Span), cancellationToken);
            _ring.Log(new LogEvent.Sent(Name, Member, call, Of(outcome.Status), outcome.Reason.ToString()));
            return outcome;
        }
        catch (Exception exception)
        {
            // A plain broadcast that throws has published nothing, a cancelled one included.
            _ring.Log(new LogEvent.Sent(Name, Member, call, Outcome.Failed, exception.GetType().Name));
            throw;
        }
    }

    public async ValueTask<BroadcastOutcome> ConfirmedBroadcastAsync(
        ReadOnlyMemory<byte> payload,
        ConfirmLevel level = ConfirmLevel.ReceivedByAll,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        var proof = level == ConfirmLevel.ProcessedByAll ? ProofLevel.Processed : ProofLevel.Received;
        var call = _ring.Begin(this, payload.Span, proof);
        try
        {
            var outcome = await Inner.ConfirmedBroadcastAsync(
                CallEnvelope.Wrap(call, payload.Span), level, timeout, cancellationToken);
            var isBlind = !_ring.Sample(); // Who was taken out before the proof came need not have the message.
            _ring.Log(new LogEvent.Confirm(
                Name, Member, call, proof, Of(outcome.Status), outcome.Reason.ToString(), isBlind));
            return outcome;
        }
        catch (Exception exception)
        {
            var status = exception is OperationCanceledException ? Outcome.Unknown : Outcome.Failed;
            _ring.Log(new LogEvent.Confirm(Name, Member, call, proof, status, exception.GetType().Name));
            throw;
        }
    }

    public Task<MulticastTermination> LeaveAsync(CancellationToken cancellationToken = default) =>
        EndAsync(() => Inner.LeaveAsync(cancellationToken));

    public Task<MulticastTermination> ShutDownGroupAsync(CancellationToken cancellationToken = default) =>
        EndAsync(() => Inner.ShutDownGroupAsync(cancellationToken));

    public void ValidateMembers(IReadOnlyCollection<MemberId> members)
    {
        _ring.Log(new LogEvent.Validate(Name, Member, _ring.Recorder.TextOf(members)));
        Inner.ValidateMembers(members);
    }

    public MulticastStatus GetStatus() => Inner.GetStatus();

    public async ValueTask DisposeAsync() => await LeaveAsync();

    private static Outcome Of(BroadcastStatus status) => status switch
    {
        BroadcastStatus.Ok => Outcome.Ok,
        BroadcastStatus.Failed => Outcome.Failed,
        _ => Outcome.Unknown,
    };

    private async Task<MulticastTermination> EndAsync(Func<Task<MulticastTermination>> end)
    {
        _ring.Log(new LogEvent.LeaveInv(Name, Member));
        try
        {
            var termination = await end();
            var hasEnded = Inner.Completion.IsCompleted; // From inside a callback it does not wait for that.
            _ring.Log(new LogEvent.LeaveDone(
                Name, Member, hasEnded ? termination.Reason.ToString() : "", termination.Unsettled));
            return termination;
        }
        catch (OperationCanceledException)
        {
            _ring.Log(new LogEvent.LeaveDone(Name, Member, "", 0));
            throw;
        }
    }

    private async Task<MulticastTermination> RecordEndAsync()
    {
        var termination = await Inner.Completion;
        _ring.Stop(termination);
        return termination;
    }
}
