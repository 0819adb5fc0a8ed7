using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <content>What is told of this member to whoever operates the node.</content>
internal sealed partial class RingHost
{
    /// <summary>What is known of this member now.</summary>
    internal RingSample Sample()
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

        var alive = 0;
        var own = 0L;
        var slowest = 0L;
        foreach (var member in status.Members)
        {
            alive += member.IsAlive ? 1 : 0;
            own = member.Member.Equals(Self) ? member.Processed : own;
            slowest = member.Member.Equals(status.HeldUpBy) ? member.Processed : slowest;
        }

        // The machine names the slowest of the others. It may be the member's own handler that is behind all of them.
        var isOwn = status.HeldUpBy is null || own < slowest;
        return new RingSample(
            Group,
            Self,
            PhaseOf(stage, status),
            status.Record?.Version ?? 0,
            alive,
            status.PendingBytes,
            status.UnprocessedBytes,
            status.UnprocessedBytes == 0 ? null : isOwn ? Self : status.HeldUpBy,
            isOwn ? own : slowest,
            _deliveries.QueuedCalls,
            _deliveries.QueuedBytes,
            status.Published + unhanded,
            _deliveries.Delivered,
            IsStoreFailing);
    }

    private static MulticastPhase PhaseOf(Stage stage, RingStatus status) => stage switch
    {
        Stage.Ended => MulticastPhase.Terminated,
        Stage.Leaving => MulticastPhase.Leaving,
        _ => status.Phase,
    };

    /// <summary>Whoever waits for the end learns it; this member counts as gone from here on.</summary>
    private void SetCompleted(MulticastTermination termination)
    {
        long published;
        lock (_turn)
        {
            published = _machine.GetStatus().Published;
        }

        _node.RingCensus.Retire(this, published, _deliveries.Delivered);
        _completion.TrySetResult(termination);
    }

    /// <summary>The member goes by another version of the record.</summary>
    private void OnViewChanged(GroupRecord record)
    {
        Core.Events.ViewChanged();
        var alive = record.Entries.Count(static entry => entry.IsAlive);
        _hasDead = alive < record.Entries.Length; // Somebody waits for their acks, to erase them.
        _isFlushUrgent = true;
        Core.Logger.RingViewChanged(Self, Group, record.Version, alive, record.Entries.Length - alive);
        using var activity = EngineActivity.Start("ring.view", Group);
        activity?.SetTag("orleans.groups.view", record.Version);
        activity?.SetTag("orleans.groups.alive", alive);
    }

    private void Report(RingEffect.Trace trace)
    {
        switch (trace.Kind)
        {
            case RingTrace.Recreated:
                Core.Logger.RecordRecreated(Self, Group);
                break;
            case RingTrace.RolledBack:
                Core.Logger.RecordRolledBack(Self, Group);
                break;
            default:
                Core.Logger.RingTraced(Self, Group, trace.Kind.ToString(), trace.Member);
                break;
        }
    }

    /// <summary>A member that did not want to end is worth a warning.</summary>
    private void ReportEnd(MulticastTermination termination)
    {
        Core.Events.RingEnded(termination.Reason);
        if (termination.Reason is TerminationReason.LostMembership
            or TerminationReason.TooSlow
            or TerminationReason.HandlerFailed
            or TerminationReason.LeftUndrained
            or TerminationReason.Faulted)
        {
            Core.Logger.RingLost(Self, Group, termination.Reason, termination.Unsettled, termination.Detail);
        }
        else
        {
            Core.Logger.RingEnded(Self, Group, termination.Reason, termination.Detail);
        }
    }
}
