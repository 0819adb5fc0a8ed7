using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <content>What the application sees of its member.</content>
internal sealed partial class RingHost : IMulticastGroup
{
    private readonly TaskCompletionSource<MulticastTermination> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public Task<MulticastTermination> Completion => _completion.Task;

    /// <inheritdoc/>
    public Task<MulticastTermination> LeaveAsync(CancellationToken cancellationToken = default)
    {
        BeginEnding(RingInput.Leave.Instance);
        return EngineActivity.IsWatched
            ? EngineActivity.RunAsync("ring.leave", Group, () => WaitForEnd(cancellationToken), Describe)
            : WaitForEnd(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<MulticastTermination> ShutDownGroupAsync(CancellationToken cancellationToken = default)
    {
        BeginEnding(RingInput.ShutDownGroup.Instance);
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
        Tell(new RingInput.ValidateMembers([.. members]));
    }

    /// <inheritdoc/>
    public MulticastStatus GetStatus()
    {
        RingStatus status;
        lock (_turn)
        {
            status = _machine.GetStatus();
        }

        Stage stage;
        long unhanded;
        lock (_gate)
        {
            stage = _stage;
            unhanded = _payloads.Count;
        }

        var members = ImmutableArray.CreateBuilder<MulticastMemberStatus>(status.Members.Length);
        foreach (var member in status.Members)
        {
            members.Add(new MulticastMemberStatus(
                member.Member,
                member.IsAlive,
                member.Heir,
                member.LastPublished - member.LastAcked));
        }

        return new MulticastStatus(
            Group,
            Self,
            stage == Stage.Ended ? MulticastPhase.Terminated
                : stage == Stage.Leaving ? MulticastPhase.Leaving
                : status.Phase,
            status.Record?.Epoch.ToString("N") ?? string.Empty,
            status.Record?.Version ?? 0,
            members.MoveToImmutable(),
            status.Left,
            status.Right,
            status.PendingBytes,
            status.UnprocessedBytes,
            status.HeldUpBy,
            _deliveries.QueuedCalls,
            status.Published + unhanded,
            _deliveries.Delivered);
    }

    /// <summary>
    /// What the machine knows, for comparing it with the record; <see langword="null"/> when it has ended.
    /// </summary>
    internal RingStatus? GetRingStatus()
    {
        lock (_turn)
        {
            return _stage == Stage.Ended ? null : _machine.GetStatus();
        }
    }

    /// <summary>Messages that an <see cref="IFarHandler"/> has handed on have been processed.</summary>
    /// <param name="publisher">Whose messages.</param>
    /// <param name="through">All up to this one.</param>
    /// <param name="count">How many that were not before.</param>
    internal void TellProcessed(MemberId publisher, long through, int count)
    {
        _deliveries.NoteDelivered(count);
        Tell(new RingInput.Processed(publisher, through));
    }

    /// <summary>The last callback has returned.</summary>
    internal void Complete(MulticastTermination termination) => SetCompleted(termination);

    private static (string Outcome, bool IsError) Describe(MulticastTermination termination) =>
        (termination.Reason.ToString(), termination.Reason != TerminationReason.Left);

    private Task<MulticastTermination> WaitForEnd(CancellationToken cancellationToken)
    {
        if (CallbackScope.IsInside(_deliveries) && !_completion.Task.IsCompleted)
        {
            // The end comes after this callback, so it cannot wait for it.
            const string Detail = "the member is ending; a callback of its own asked for it and did not wait";
            return Task.FromResult(new MulticastTermination(TerminationReason.Left, Detail, 0));
        }

        return _completion.Task.WaitAsync(cancellationToken);
    }
}
