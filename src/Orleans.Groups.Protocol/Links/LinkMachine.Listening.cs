namespace Orleans.Groups.Protocol;

/// <content>Whom the machine listens to, and what it answers to everybody else (rules H2, H3).</content>
internal sealed partial class LinkMachine
{
    private const long MaxSession = 1L << 60; // Nobody counts so far; a number beyond it is damage.

    private void OnReceived(LinkMessage message, EffectList<LinkEffect> effects)
    {
        var header = message.Header;
        if (header.From != _peer || header.To != _self)
        {
            Trace(LinkTrace.WrongNode, effects);
            return;
        }

        switch (_state)
        {
            case LinkState.Waiting:
                Trace(LinkTrace.NotAlive, effects); // Rule H3: no answer, so it is sent again.
                return;
            case LinkState.PeerDead:
                Trace(LinkTrace.Dead, effects);
                if (message is not LinkMessage.Refused)
                {
                    Refuse(LinkRefusal.Dead, effects);
                }

                return;
            case LinkState.Shunned:
                Trace(LinkTrace.Dead, effects);
                return;
            default:
                break;
        }

        if (message is LinkMessage.Refused refused)
        {
            OnRefused(refused, effects);
        }
        else if (header.OldestVersion > _settings.Versions.Newest || header.NewestVersion < _settings.Versions.Oldest)
        {
            Refuse(LinkRefusal.Version, effects);
            Shun(LinkEndReason.Incompatible, header, effects);
        }
        else if (header.Session is < 1 or > MaxSession)
        {
            Trace(LinkTrace.Malformed, effects);
        }
        else
        {
            OnTalk(message, effects);
        }
    }

    private void OnTalk(LinkMessage message, EffectList<LinkEffect> effects)
    {
        switch (message)
        {
            case LinkMessage.Open open: OnOpen(open, effects); break;
            case LinkMessage.Over over: OnOver(over, effects); break;
            default: OnInSession(message, effects); break;
        }
    }

    private void OnRefused(LinkMessage.Refused refused, EffectList<LinkEffect> effects)
    {
        var isDead = refused.Reason == LinkRefusal.Dead;
        Shun(isDead ? LinkEndReason.DeclaredDead : LinkEndReason.Incompatible, refused.Header, effects);
    }

    /// <summary>The peer will never talk to us: nothing is said any more.</summary>
    private void Shun(LinkEndReason reason, in LinkHeader header, EffectList<LinkEffect> effects)
    {
        var wasClosing = _state is LinkState.Closing or LinkState.Draining;
        EndSession(reason, effects);
        Rest(LinkState.Shunned, effects);
        effects.Add(reason == LinkEndReason.DeclaredDead
            ? LinkEffect.DeclaredDead.Instance
            : new LinkEffect.Incompatible(header.OldestVersion, header.NewestVersion));
        if (wasClosing)
        {
            effects.Add(LinkEffect.Closed.Instance);
        }
    }

    private void OnInSession(LinkMessage message, EffectList<LinkEffect> effects)
    {
        var session = message.Header.Session;
        switch (_state)
        {
            case LinkState.Open or LinkState.Draining when session == _session:
                _isHeard = true;
                if (message is LinkMessage.Batch batch)
                {
                    OnBatch(batch, effects);
                }
                else if (message is LinkMessage.Ack ack)
                {
                    OnAcks(ack.Acks, effects);
                }

                Flush(effects);
                EndIfDrained(effects);
                return;
            case LinkState.Opening when session <= _session:
                if (session == _session && message is LinkMessage.Batch early)
                {
                    Hold(early, effects);
                }

                SayOpen(effects);
                return;
            case LinkState.Closing or LinkState.Closed when session <= _session:
                effects.Add(new LinkEffect.Send(new LinkMessage.Over(HeaderOf(_session), IsAnswer: false)));
                return;
            default:
                Trace(LinkTrace.WrongSession, effects);
                return;
        }
    }

    private void Refuse(LinkRefusal reason, EffectList<LinkEffect> effects) =>
        effects.Add(new LinkEffect.Send(new LinkMessage.Refused(HeaderOf(0), reason)));
}
