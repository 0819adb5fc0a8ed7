using System;

namespace Orleans.Groups.Protocol;

/// <content>
/// Timers: retry, credit, keep-alive. An idle link has at most the last one, and on one of its two ends only.
/// </content>
internal sealed partial class LinkMachine
{
    private readonly TimerSlot[] _timers = new TimerSlot[3];
    private int _failures; // Retries since something got through.
    private long _period; // Counts how often the retry timer was set: what is older than one period is sent again.
    private bool _isRetryForFailure;
    private bool _isHeard;
    private bool _isKeepAliveDue;

    private void SetTimer(LinkTimer timer, TimeSpan after, EffectList<LinkEffect> effects)
    {
        ref var slot = ref _timers[(int)timer];
        slot = new TimerSlot(slot.Generation + 1, IsSet: true, after);
        effects.Add(new LinkEffect.SetTimer(timer, slot.Generation, after));
        if (timer == LinkTimer.Retry)
        {
            _period++;
            _isRetryForFailure = false;
        }
    }

    private void CancelTimer(LinkTimer timer, EffectList<LinkEffect> effects)
    {
        ref var slot = ref _timers[(int)timer];
        if (slot.IsSet)
        {
            slot = new TimerSlot(slot.Generation + 1, IsSet: false, default);
            effects.Add(new LinkEffect.CancelTimer(timer));
        }
    }

    private void OnTimerFired(LinkInput.TimerFired fired, EffectList<LinkEffect> effects)
    {
        ref var slot = ref _timers[(int)fired.Timer];
        if (!slot.IsSet || slot.Generation != fired.Generation)
        {
            return;
        }

        slot = slot with { IsSet = false };
        switch (fired.Timer)
        {
            case LinkTimer.Retry:
                OnRetry(effects);
                break;
            case LinkTimer.Credit when _owedOrder.Count > 0:
                _isCreditDue = true;
                Flush(effects);
                break;
            case LinkTimer.KeepAlive:
                OnKeepAlive(effects);
                break;
            default:
                break;
        }
    }

    private void OnRetry(EffectList<LinkEffect> effects)
    {
        switch (_state)
        {
            case LinkState.Opening:
                SayOpen(effects);
                SetTimer(LinkTimer.Retry, Backoff(++_failures), effects);
                break;
            case LinkState.Closing:
                effects.Add(new LinkEffect.Send(new LinkMessage.Over(HeaderOf(_session), IsAnswer: false)));
                SetTimer(LinkTimer.Retry, Backoff(++_failures), effects);
                break;
            case LinkState.Open or LinkState.Draining when _dataOut.InFlight + _controlOut.InFlight > 0:
                if (ResendOverdue(_controlOut, effects) | ResendOverdue(_dataOut, effects))
                {
                    _failures++;
                    effects.Add(new LinkEffect.Unanswered(_session, _failures));
                }

                SetTimer(LinkTimer.Retry, Backoff(_failures), effects);
                break;
            default:
                break; // All is acked: no timer until something is sent again.
        }
    }

    /// <summary>Sends again what has waited for a whole period, or was lost for certain.</summary>
    private bool ResendOverdue(LinkSendLane lane, EffectList<LinkEffect> effects)
    {
        var hasResent = false;
        for (var number = lane.Through + 1; number <= lane.Last; number++)
        {
            var batch = lane.Find(number)!;
            if (!batch.IsHeld && (batch.HasFailed || batch.Period < _period))
            {
                Transmit(lane, batch, effects);
                hasResent = true;
            }
        }

        return hasResent;
    }

    /// <summary>
    /// The transport lost a message. A batch goes again at once the first time; a transport that fails at once must not
    /// make a hot loop.
    /// </summary>
    private void OnSendFailed(LinkMessage message, EffectList<LinkEffect> effects)
    {
        if (!IsInSession || message is not LinkMessage.Batch failed || failed.Header.Session != _session)
        {
            return; // Other messages have the timer, or are answers and will be asked for again.
        }

        var lane = failed.Lane == LinkLane.Control ? _controlOut : _dataOut;
        if (lane.Find(failed.Number) is not { IsHeld: false } batch)
        {
            return;
        }

        if (batch.Attempts == 1)
        {
            Transmit(lane, batch, effects);
            return;
        }

        batch.HasFailed = true;
        var sooner = Backoff(batch.Attempts - 2);
        if (!_isRetryForFailure && sooner < _timers[(int)LinkTimer.Retry].After)
        {
            SetTimer(LinkTimer.Retry, sooner, effects);
            _isRetryForFailure = true;
        }
    }

    private void EnsureRetry(EffectList<LinkEffect> effects)
    {
        if (!_timers[(int)LinkTimer.Retry].IsSet)
        {
            SetTimer(LinkTimer.Retry, Backoff(_failures), effects);
        }
    }

    /// <summary>Something got through: what is still missing need not wait as long as for the unreachable.</summary>
    private void Progress(EffectList<LinkEffect> effects)
    {
        if (_failures > 0)
        {
            _failures = 0;
            effects.Add(new LinkEffect.Unanswered(_session, 0));
        }

        var slot = _timers[(int)LinkTimer.Retry];
        if (slot.IsSet && slot.After > _settings.RetryMinimum)
        {
            SetTimer(LinkTimer.Retry, Backoff(0), effects);
        }
    }

    private void EnsureCreditTimer(EffectList<LinkEffect> effects)
    {
        if (!_timers[(int)LinkTimer.Credit].IsSet)
        {
            SetTimer(LinkTimer.Credit, _settings.CreditDelay, effects);
        }
    }

    /// <summary>One end of the two watches, so that an idle pair of nodes costs one message and its ack.</summary>
    private void StartKeepAlive(EffectList<LinkEffect> effects)
    {
        if (_settings.KeepAliveInterval > TimeSpan.Zero && _self.CompareTo(_peer) < 0)
        {
            _isHeard = false;
            SetTimer(LinkTimer.KeepAlive, _settings.KeepAliveInterval, effects);
        }
    }

    private void OnKeepAlive(EffectList<LinkEffect> effects)
    {
        if (!IsInSession)
        {
            return;
        }

        if (!_isHeard)
        {
            _isKeepAliveDue = true;
            effects.Add(new LinkEffect.KeepAliveDue(_session));
            if (!_isFlushWanted)
            {
                _isFlushWanted = true;
                effects.Add(LinkEffect.FlushWanted.Instance);
            }
        }

        StartKeepAlive(effects);
    }

    /// <summary>A wait that doubles with each failure, up to the maximum; half of it by chance.</summary>
    private TimeSpan Backoff(int failures)
    {
        var longest = Math.Min(
            _settings.RetryMaximum.Ticks,
            _settings.RetryMinimum.Ticks * Math.Pow(2, Math.Min(failures, 40)));
        return TimeSpan.FromTicks(Math.Max(1, (long)(longest * (0.5 + (0.5 * _random.NextDouble())))));
    }

    private readonly record struct TimerSlot(long Generation, bool IsSet, TimeSpan After);
}
