namespace Orleans.Groups.Protocol;

/// <summary>
/// One end of the link between one life of a node and one life of another: ordered, exactly-once frames over a
/// transport that may lose, double, reorder and delay (rules H1–H5).
/// </summary>
/// <remarks>
/// <para>
/// There is one machine for each pair of lives, for as long as both live: a session's number never comes back. Which
/// messages belong to it, the host finds out by <see cref="LinkHeader.From"/> and <see cref="LinkHeader.To"/>; the
/// machine checks again. What a peer says that is dead is answered by its machine, or, where there is none, by the host
/// with <see cref="RefusalOfTheDead"/>; but a refusal is never answered.
/// </para>
/// <para>
/// Session n is open at an end that has both said and heard "ready for n". Whoever gives a session up says "ready for
/// n + 1", again and again, which tells the other that n is over. A message of an ended session is never accepted,
/// since each carries its number.
/// </para>
/// <para>
/// Steps – <see cref="Step"/>, the <c>Send</c> methods and <see cref="Consume"/> – never overlap. None throws for what
/// a peer says; an <see cref="InvariantViolationException"/> is our bug or the host's.
/// </para>
/// </remarks>
internal sealed partial class LinkMachine
{
    private readonly NodeId _self;
    private readonly NodeId _peer;
    private readonly LinkSettings _settings;
    private readonly DeterministicRandom _random;
    private LinkState _state = LinkState.Waiting;

    /// <summary>Makes an end that listens to nobody until <see cref="LinkInput.PeerAlive"/>.</summary>
    /// <param name="self">This life of this node.</param>
    /// <param name="peer">The life of the other node.</param>
    /// <param name="settings">Valid settings.</param>
    /// <param name="seed">For the jitter of retries.</param>
    internal LinkMachine(NodeId self, NodeId peer, LinkSettings settings, ulong seed)
    {
        var error = settings.GetError();
        Invariant.Require(error is null, error ?? string.Empty);
        Invariant.Require(self != peer, "a link is between two nodes");
        _self = self;
        _peer = peer;
        _settings = settings;
        _random = new DeterministicRandom(seed);
        ResetSession();
    }

    /// <summary>What to say to a peer that was dead before a machine was made for it, or after (rule H3).</summary>
    internal static LinkMessage RefusalOfTheDead(NodeId self, NodeId peer, LinkSettings settings)
    {
        var (oldest, newest) = settings.Versions;
        return new LinkMessage.Refused(new LinkHeader(self, peer, oldest, newest, Session: 0), LinkRefusal.Dead);
    }

    /// <summary>Takes one input and adds what is to be done.</summary>
    internal void Step(LinkInput input, EffectList<LinkEffect> effects)
    {
        switch (input)
        {
            case LinkInput.Received received: OnReceived(received.Message, effects); break;
            case LinkInput.Flush: Flush(effects); break;
            case LinkInput.TimerFired fired: OnTimerFired(fired, effects); break;
            case LinkInput.SendFailed failed: OnSendFailed(failed.Message, effects); break;
            case LinkInput.PeerAlive: OnPeerAlive(effects); break;
            case LinkInput.PeerDead: OnPeerDead(effects); break;
            case LinkInput.EndSession end: OnEndSession(end.Session, effects); break;
            case LinkInput.Close close: OnClose(close.Drain, effects); break;
            default: throw Invariant.Unreachable(input);
        }

        AckWhatIsOwed(effects);
        AssertInvariants();
    }

    private LinkHeader HeaderOf(long session) =>
        new(_self, _peer, _settings.Versions.Oldest, _settings.Versions.Newest, session);
}

/// <summary>Where an end of a link stands.</summary>
internal enum LinkState
{
    /// <summary>The peer is not alive here yet.</summary>
    Waiting,

    /// <summary>Ready for a session, and says so until the peer is.</summary>
    Opening,

    /// <summary>In session.</summary>
    Open,

    /// <summary>In session, with nothing new to send: it ends when all is acked.</summary>
    Draining,

    /// <summary>Says goodbye until it is answered.</summary>
    Closing,

    /// <summary>Has said goodbye.</summary>
    Closed,

    /// <summary>The peer has said goodbye.</summary>
    PeerClosed,

    /// <summary>The peer is dead. Final.</summary>
    PeerDead,

    /// <summary>
    /// The peer will never talk to this life of this node: it calls it dead, or knows no common version. Final.
    /// </summary>
    Shunned,
}
