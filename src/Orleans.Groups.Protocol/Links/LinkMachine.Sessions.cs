using System;

namespace Orleans.Groups.Protocol;

/// <content>Life and death, and where sessions begin and end (rules H1–H3).</content>
internal sealed partial class LinkMachine
{
    private long _session;
    private LinkLimits _peerLimits;

    private bool IsInSession => _state is LinkState.Open or LinkState.Draining;

    private void OnPeerAlive(EffectList<LinkEffect> effects)
    {
        if (_state == LinkState.Waiting)
        {
            Reopen(1, effects);
        }
    }

    private void OnPeerDead(EffectList<LinkEffect> effects)
    {
        var wasClosing = _state is LinkState.Closing or LinkState.Draining;
        EndSession(LinkEndReason.PeerDead, effects);
        Rest(LinkState.PeerDead, effects);
        if (wasClosing)
        {
            effects.Add(LinkEffect.Closed.Instance);
        }
    }

    private void OnEndSession(long session, EffectList<LinkEffect> effects)
    {
        if (IsInSession && session == _session)
        {
            GiveUp(LinkEndReason.GivenUp, effects);
        }
    }

    /// <summary>Ends the session here; the peer learns it from the number of the next.</summary>
    private void GiveUp(LinkEndReason reason, EffectList<LinkEffect> effects)
    {
        var wasDraining = _state == LinkState.Draining;
        EndSession(reason, effects);
        if (wasDraining)
        {
            SayGoodbye(effects);
        }
        else
        {
            Reopen(_session + 1, effects);
        }
    }

    private void OnClose(bool drain, EffectList<LinkEffect> effects)
    {
        switch (_state)
        {
            case LinkState.Open when drain && !IsDrained:
                _state = LinkState.Draining;
                Flush(effects);
                break;
            case LinkState.Draining when drain:
            case LinkState.Closing or LinkState.Closed:
                break;
            case LinkState.Open or LinkState.Draining:
                EndSession(LinkEndReason.Closed, effects);
                SayGoodbye(effects);
                break;
            case LinkState.Opening:
                SayGoodbye(effects); // The peer may have begun the session.
                break;
            case LinkState.PeerDead or LinkState.Shunned:
                effects.Add(LinkEffect.Closed.Instance);
                break;
            default:
                Rest(LinkState.Closed, effects);
                effects.Add(LinkEffect.Closed.Instance);
                break;
        }
    }

    private void SayGoodbye(EffectList<LinkEffect> effects)
    {
        _state = LinkState.Closing;
        _failures = 0;
        effects.Add(new LinkEffect.Send(new LinkMessage.Over(HeaderOf(_session), IsAnswer: false)));
        SetTimer(LinkTimer.Retry, Backoff(_failures), effects);
    }

    private void OnOpen(LinkMessage.Open open, EffectList<LinkEffect> effects)
    {
        var session = open.Header.Session;
        if (!IsPossible(open.Limits))
        {
            Trace(LinkTrace.Malformed, effects);
            return;
        }

        switch (_state)
        {
            case LinkState.Opening when session < _session:
                SayOpen(effects); // Tells the peer that its session is over.
                return;
            case LinkState.Opening when session == _session:
                Begin(open, effects);
                return;
            case LinkState.Open or LinkState.Draining when session == _session:
                AnswerOpen(open, effects);
                return;
            case LinkState.Opening or LinkState.PeerClosed when session >= _session:
                Renew(session);
                Begin(open, effects);
                return;
            case LinkState.Open when session > _session:
                EndSession(LinkEndReason.PeerGaveUp, effects);
                Renew(session);
                Begin(open, effects);
                return;
            case LinkState.Draining when session > _session:
                EndSession(LinkEndReason.PeerGaveUp, effects);
                _session = session;
                SayGoodbye(effects);
                return;
            case LinkState.Closing or LinkState.Closed:
                _session = Math.Max(_session, session);
                effects.Add(new LinkEffect.Send(new LinkMessage.Over(HeaderOf(_session), IsAnswer: false)));
                return;
            default:
                Trace(LinkTrace.WrongSession, effects);
                return;
        }
    }

    private void Begin(LinkMessage.Open open, EffectList<LinkEffect> effects)
    {
        _state = LinkState.Open;
        _failures = 0;
        _peerLimits = open.Limits;
        _window = Math.Min(_settings.MaxBatchesInFlight, _peerLimits.MaxBatchesInFlight);
        _eager = Math.Min(_settings.EagerBatchesInFlight, _window);
        CancelTimer(LinkTimer.Retry, effects);
        ResetLanesOut();
        effects.Add(new LinkEffect.PeerUp(_session, Math.Min(_settings.Versions.Newest, open.Header.NewestVersion)));
        AnswerOpen(open, effects);
        StartKeepAlive(effects);
        Drain(_dataIn, effects); // What had overtaken the opening.
        Drain(_controlIn, effects);
    }

    private void AnswerOpen(LinkMessage.Open open, EffectList<LinkEffect> effects)
    {
        if (!open.IsHeard)
        {
            SayOpen(effects);
        }
    }

    private void OnOver(LinkMessage.Over over, EffectList<LinkEffect> effects)
    {
        var session = over.Header.Session;
        var isNews = session >= _session;
        switch (_state)
        {
            case LinkState.Opening or LinkState.Open when isNews:
                EndSession(LinkEndReason.PeerClosed, effects);
                Renew(session + 1);
                Rest(LinkState.PeerClosed, effects);
                break;
            case LinkState.Draining when isNews:
                EndSession(LinkEndReason.PeerClosed, effects);
                BeClosed(session, effects);
                break;
            case LinkState.Closing when isNews:
                BeClosed(session, effects);
                break;
            case LinkState.PeerClosed when isNews:
                Renew(session + 1);
                break;
            case LinkState.PeerClosed or LinkState.Closed:
                break;
            default:
                Trace(LinkTrace.WrongSession, effects);
                return;
        }

        if (!over.IsAnswer)
        {
            effects.Add(new LinkEffect.Send(new LinkMessage.Over(HeaderOf(session), IsAnswer: true)));
        }
    }

    private void BeClosed(long session, EffectList<LinkEffect> effects)
    {
        _session = session;
        Rest(LinkState.Closed, effects);
        effects.Add(LinkEffect.Closed.Instance);
    }

    private void EndIfDrained(EffectList<LinkEffect> effects)
    {
        if (_state == LinkState.Draining && IsDrained)
        {
            AckWhatIsOwed(effects); // The peer drains too, perhaps.
            EndSession(LinkEndReason.Closed, effects);
            SayGoodbye(effects);
        }
    }

    /// <summary>Everything of the session goes; nothing of it is accepted any more.</summary>
    private void EndSession(LinkEndReason reason, EffectList<LinkEffect> effects)
    {
        if (!IsInSession)
        {
            return;
        }

        effects.Add(new LinkEffect.PeerDown(_session, reason));
        CancelTimer(LinkTimer.Credit, effects);
        CancelTimer(LinkTimer.KeepAlive, effects);
        ResetSession();
    }

    private void Renew(long session)
    {
        _session = session;
        ResetSession();
    }

    private void Reopen(long session, EffectList<LinkEffect> effects)
    {
        _session = session;
        ResetSession();
        _state = LinkState.Opening;
        _failures = 0;
        SayOpen(effects);
        SetTimer(LinkTimer.Retry, Backoff(_failures), effects);
    }

    private void SayOpen(EffectList<LinkEffect> effects)
    {
        var limits = new LinkLimits(
            _settings.MaxBatchesInFlight,
            _settings.MaxBatchBytes,
            _settings.MaxFrameBytes,
            _settings.ChannelCreditBytes);
        effects.Add(new LinkEffect.Send(new LinkMessage.Open(HeaderOf(_session), IsHeard: IsInSession, limits)));
    }

    private void Rest(LinkState state, EffectList<LinkEffect> effects)
    {
        _state = state;
        ResetSession();
        CancelTimer(LinkTimer.Retry, effects);
        CancelTimer(LinkTimer.Credit, effects);
        CancelTimer(LinkTimer.KeepAlive, effects);
    }

    private static void Trace(LinkTrace kind, EffectList<LinkEffect> effects) =>
        effects.Add(new LinkEffect.Trace(kind));

    private static bool IsPossible(in LinkLimits limits) =>
        limits is
        {
            MaxBatchesInFlight: >= 1,
            MaxBatchBytes: >= LinkSettings.FewestBatchBytes,
            MaxFrameBytes: >= 1,
            ChannelCreditBytes: >= 1,
        };
}
