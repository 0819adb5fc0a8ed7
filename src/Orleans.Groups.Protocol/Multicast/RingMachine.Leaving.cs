namespace Orleans.Groups.Protocol;

/// <content>Ending: leaving after draining, stopping at once, shutting the ring down (rule R13).</content>
internal sealed partial class RingMachine
{
    private bool _shutsDownGroup;
    private bool _removalHandedIn;

    /// <summary>
    /// Whether everything this member published has reached everybody, everybody knows it, and nobody waits for proof.
    /// </summary>
    private bool HasDrained => _progress[_self].IsSettled && _confirms.IsEmpty;

    private void OnLeave(EffectList<RingEffect> effects)
    {
        if (!IsInRing)
        {
            FailJoin(JoinFailure.Stopped, effects);
            return;
        }

        if (_phase == Phase.Member)
        {
            _phase = Phase.Leaving;
            SendPutOff();
            RefuseWaitingJoiners(effects);
            SetTimer(RingTimer.LeaveDeadline, _settings.LeaveTimeout, effects);
        }
    }

    private void OnShutDownGroup(EffectList<RingEffect> effects)
    {
        if (!IsInRing)
        {
            FailJoin(JoinFailure.Stopped, effects);
            return;
        }

        _shutsDownGroup = true;
    }

    private void OnStop(TerminationReason reason, string detail, EffectList<RingEffect> effects)
    {
        if (IsInRing)
        {
            Terminate(reason, detail, effects);
        }
        else
        {
            FailJoin(JoinFailure.Stopped, effects);
        }
    }

    private void Terminate(TerminationReason reason, string detail, EffectList<RingEffect> effects)
    {
        var own = _progress[_self];
        RefuseWaitingJoiners(effects);
        if (_insertJoiner is { } joiner)
        {
            effects.Add(new RingEffect.Send(joiner, new RingMessage.JoinRefused(JoinRefusal.Gone)));
        }

        _confirms.Settle(own.LastAcked, _ledger.ProcessedThrough, effects);
        _confirms.FailAll(
            reason == TerminationReason.LostMembership ? BroadcastReason.LostMembership : BroadcastReason.Terminated,
            effects);
        _phase = Phase.Ended;
        _hasState = false;
        effects.Add(new RingEffect.Terminated(reason, detail, own.PendingCount));
    }
}
