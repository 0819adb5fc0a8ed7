namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>
/// The host of one machine in a <see cref="LinkWorld"/>: does what the effects say, and tells the checker.
/// </summary>
internal sealed class LinkEnd
{
    private readonly LinkWorld _world;
    private readonly EffectList<LinkEffect> _effects = new();
    private readonly LinkSettings _settings;
    private readonly Queue<(long Session, LinkFrame Frame)> _unconsumed = new();
    private bool _isRunning;

    public LinkEnd(LinkWorld world, NodeId self, NodeId peer, LinkSettings settings, ulong seed)
    {
        (_world, Self, Peer, _settings) = (world, self, peer, settings);
        Machine = new LinkMachine(self, peer, settings, seed);
        Checker = new LinkChecker(self, peer);
    }

    public NodeId Self { get; }

    public NodeId Peer { get; }

    public LinkMachine Machine { get; }

    public LinkChecker Checker { get; }

    public bool IsClosed { get; private set; }

    /// <summary>Whether this life of the node is over: nothing happens here any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether membership has said so.</summary>
    public bool IsPeerDead { get; set; }

    public bool IsDeclaredDead { get; private set; }

    public LinkStatus Status => Machine.GetStatus();

    /// <summary>Channels whose frames are not consumed; the others are at once, or when the world says so.</summary>
    public Func<LinkChannel, bool> IsStuck { get; set; } = _ => false;

    /// <summary>Whether frames wait to be consumed by <see cref="ConsumeSome"/>.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Everything that was done, by the name of the effect; and each trace.</summary>
    public Dictionary<string, int> Seen { get; } = [];

    public void Step(LinkInput input)
    {
        Machine.Step(input, _effects);
        Run();
    }

    /// <summary>Hands a frame to the machine.</summary>
    public LinkSendOutcome Send(LinkChannel channel, int length)
    {
        var session = Checker.Session;
        var frame = Checker.NextFrame(LinkLane.Data, channel, length);
        var outcome = Machine.Send(session, channel, frame, _effects);
        return Sent(outcome, session, LinkLane.Data, channel, frame.Length);
    }

    public LinkSendOutcome SendControl(int length)
    {
        var session = Checker.Session;
        var frame = Checker.NextFrame(LinkLane.Control, default, length);
        var outcome = Machine.SendControl(session, frame, _effects);
        return Sent(outcome, session, LinkLane.Control, default, frame.Length);
    }

    /// <summary>Consumes up to so many frames that have waited, and are of no stuck channel.</summary>
    public void ConsumeSome(int most)
    {
        for (var count = _unconsumed.Count; count > 0; count--)
        {
            var (session, frame) = _unconsumed.Dequeue();
            if (IsStuck(frame.Channel) || most <= 0)
            {
                _unconsumed.Enqueue((session, frame));
                continue;
            }

            most--;
            Consume(session, frame);
        }

        Run();
    }

    private void Consume(long session, LinkFrame frame)
    {
        Machine.Consume(session, frame.Channel, 1, frame.Bytes.Length, _effects);
        if (session == Checker.Session)
        {
            Checker.Consumed(frame.Channel, frame.Bytes.Length);
        }
    }

    private LinkSendOutcome Sent(
        LinkSendOutcome outcome,
        long session,
        LinkLane lane,
        LinkChannel channel,
        int length)
    {
        Note(outcome.ToString());
        if (outcome == LinkSendOutcome.Accepted)
        {
            Assert.NotEqual(0, session);
            Assert.True(length <= _settings.MaxFrameBytes, "too large a frame was accepted");
            Checker.Sent(lane, channel);
        }

        Run();
        return outcome;
    }

    private void Run()
    {
        if (_isRunning)
        {
            return; // A call made while effects are executed is queued, never nested.
        }

        _isRunning = true;
        for (var index = 0; index < _effects.Count; index++)
        {
            Execute(_effects[index]);
        }

        _effects.Clear();
        _isRunning = false;
    }

    private void Execute(LinkEffect effect)
    {
        Note(effect.GetType().Name);
        switch (effect)
        {
            case LinkEffect.Send send:
                _world.Transmit(this, send.Message);
                break;
            case LinkEffect.Deliver deliver:
                Deliver(deliver);
                break;
            case LinkEffect.PeerUp up:
                Checker.PeerUp(up.Session);
                break;
            case LinkEffect.PeerDown down:
                Note(down.Reason.ToString());
                Checker.PeerDown(down.Session);
                break;
            case LinkEffect.FlushWanted:
                _world.After(0, this, () => Step(LinkInput.Flush.Instance));
                break;
            case LinkEffect.SetTimer set:
                _world.After(
                    Math.Max(1, (long)set.After.TotalMilliseconds),
                    this,
                    () => Step(new LinkInput.TimerFired(set.Timer, set.Generation)));
                break;
            case LinkEffect.KeepAliveDue due:
                Assert.Equal(Checker.Session, due.Session);
                if (_world.Random.Next(2) == 0)
                {
                    SendControl(0); // A digest rides on it.
                }

                break;
            case LinkEffect.DeclaredDead:
                IsDeclaredDead = true;
                break;
            case LinkEffect.Closed:
                IsClosed = true;
                break;
            case LinkEffect.Trace trace:
                Note($"Trace.{trace.Kind}");
                break;
            default:
                break;
        }
    }

    private void Deliver(LinkEffect.Deliver deliver)
    {
        foreach (var frame in deliver.Frames)
        {
            Checker.Deliver(deliver.Session, deliver.Lane, frame, _settings.ChannelCreditBytes);
            if (!frame.Channel.IsCredited)
            {
                continue;
            }

            if (IsSlow || IsStuck(frame.Channel))
            {
                _unconsumed.Enqueue((deliver.Session, frame));
            }
            else
            {
                Consume(deliver.Session, frame);
            }
        }
    }

    private void Note(string what) => Seen[what] = Seen.GetValueOrDefault(what) + 1;
}
