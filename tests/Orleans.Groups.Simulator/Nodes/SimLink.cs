using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>What became of a frame at its sender.</summary>
internal enum SendResult
{
    Sent,
    Last, // Sent, and its channel takes no more.
    NotConnected,
    Full,
}

/// <summary>Runs the link machine of one node towards one life of another.</summary>
internal sealed class SimLink
{
    /// <summary>What rings say, and everything else that belongs to no scope.</summary>
    internal static readonly LinkChannel RingChannel = LinkChannel.Free(0);

    private readonly SimNode _node;
    private readonly LinkMachine _machine;
    private readonly EffectList<LinkEffect> _effects = new();
    private readonly Queue<LinkEffect> _todo = new();
    private readonly long[] _timers = new long[3];
    private readonly WireIdCache _ids = new(64);
    private readonly Queue<(long Session, NodeFrame.ToRing Frame)> _underWay = new();
    private bool _isPumping;
    private bool _isFlushScheduled;
    private bool _isSilenced;

    internal SimLink(SimNode node, NodeId peer, LinkSettings settings)
    {
        _node = node;
        Peer = peer;
        _machine = new LinkMachine(node.Id, peer, settings, node.World.NextSeed());
    }

    internal NodeId Peer { get; }

    internal SimNode Owner => _node;

    /// <summary>The running session; 0 when there is none.</summary>
    internal long Session { get; private set; }

    /// <summary>Whether it has said goodbye, or never can.</summary>
    internal bool IsClosed { get; private set; }

    internal bool IsSilenced => _isSilenced;

    /// <summary>Frames of rings that were sent in the session and have not arrived.</summary>
    internal IEnumerable<NodeFrame.ToRing> UnderWay =>
        _underWay.Where(sent => sent.Session == Session).Select(static sent => sent.Frame);

    internal LinkStatus GetStatus() => _machine.GetStatus();

    internal SendResult Send(NodeFrame frame, long session)
    {
        if (_isSilenced || session == 0)
        {
            return SendResult.NotConnected;
        }

        var channel = frame is NodeFrame.ToScope toScope ? _node.ChannelOf(toScope.Scope) : RingChannel;
        _effects.Clear();
        var outcome = _machine.Send(session, channel, frame, _effects);
        if (outcome == LinkSendOutcome.Accepted && frame is NodeFrame.ToRing ring)
        {
            _underWay.Enqueue((session, ring));
        }

        var hasRoom = !channel.IsCredited || _machine.HasRoom(channel);
        TakeEffects();
        switch (outcome)
        {
            case LinkSendOutcome.Accepted:
                return hasRoom ? SendResult.Sent : SendResult.Last;
            case LinkSendOutcome.NotConnected:
                return SendResult.NotConnected;
            case LinkSendOutcome.Full:
                _node.NoteOverflow(Peer);
                EndSession(session);
                return SendResult.Full;
            default:
                throw new InvariantViolationException("a frame fits the link's limits");
        }
    }

    /// <summary>Sends a frame of a kind that a later version may have (fault F17).</summary>
    internal void SendNewer(long session)
    {
        ReadOnlySpan<byte> frame = [2, 1, 99, 0, 0]; // Version, what a reader must know, kind, no ids, no body.
        _effects.Clear();
        _machine.Send(session, RingChannel, frame, _effects);
        TakeEffects();
    }

    internal void Consume(long session, LinkChannel channel, long bytes)
    {
        if (!_isSilenced)
        {
            _effects.Clear();
            _machine.Consume(session, channel, 1, bytes, _effects);
            TakeEffects();
        }
    }

    internal void EndSession(long session) => Tell(new LinkInput.EndSession(session));

    internal void Tell(LinkInput input)
    {
        if (!_isSilenced)
        {
            _effects.Clear();
            _machine.Step(input, _effects);
            TakeEffects();
        }
    }

    internal void Flush()
    {
        _isFlushScheduled = false;
        Tell(LinkInput.Flush.Instance);
    }

    internal void FireTimer(LinkTimer timer, long generation)
    {
        if (_timers[(int)timer] == generation || _node.World.Settings.FiresStaleTimers)
        {
            Tell(new LinkInput.TimerFired(timer, generation));
        }
    }

    /// <summary>Nothing is sent or done any more.</summary>
    internal void Silence()
    {
        _isSilenced = true;
        IsClosed = true;
        _todo.Clear();
    }

    private void TakeEffects()
    {
        foreach (var effect in _effects.Effects)
        {
            _todo.Enqueue(effect);
        }

        if (_isPumping)
        {
            return; // Whoever pumps goes on with it, in order.
        }

        _isPumping = true;
        while (_todo.TryDequeue(out var effect))
        {
            Execute(effect);
        }

        _isPumping = false;
    }

    private void Execute(LinkEffect effect)
    {
        var world = _node.World;
        switch (effect)
        {
            case LinkEffect.Send send:
                world.Transmit(_node, Peer, this, send.Message);
                break;
            case LinkEffect.Deliver deliver:
                Deliver(deliver);
                break;
            case LinkEffect.PeerUp up:
                Session = up.Session;
                _node.SessionBegan(Peer, up.Session);
                break;
            case LinkEffect.PeerDown down:
                if (UnderWay.Any(static frame => frame.Message is RingMessage.Catchup))
                {
                    world.Note(Mark.CutDuringCatchup);
                }

                Session = 0;
                _node.SessionEnded(Peer, down.Session, down.Reason);
                break;
            case LinkEffect.Writable writable:
                _node.TellWritable(writable.Channel, Peer, writable.Session, writable.HasRoom);
                break;
            case LinkEffect.FlushWanted:
                if (!_isFlushScheduled)
                {
                    _isFlushScheduled = true;
                    world.Schedule(World.Draw(_node.Random, 0, 50), new LinkFlush(_node, this));
                }

                break;
            case LinkEffect.SetTimer timer:
                _timers[(int)timer.Timer] = timer.Generation;
                var due = new LinkTimerDue(_node, this, timer.Timer, timer.Generation);
                world.Schedule(_node.Lasts(timer.After), due);
                break;
            case LinkEffect.CancelTimer timer:
                _timers[(int)timer.Timer] = 0;
                break;
            case LinkEffect.DeclaredDead:
                world.Note(Mark.LinkSaysDead);
                _node.LoseMembership();
                break;
            case LinkEffect.Incompatible:
                world.Watcher?.Violated("WIRE", $"{_node.Text} and {Peer} speak no common version");
                break;
            case LinkEffect.Closed:
                IsClosed = true;
                break;
            case LinkEffect.Trace trace:
                Note(trace.Kind);
                break;
            case LinkEffect.Unanswered or LinkEffect.KeepAliveDue or LinkEffect.KeepAliveHeard:
                break; // Advice decides nothing.
            default:
                throw Invariant.Unreachable(effect);
        }
    }

    private void Note(LinkTrace kind)
    {
        Mark? mark = kind switch
        {
            LinkTrace.WrongNode => Mark.PacketForAnotherLife,
            LinkTrace.Dead => Mark.PacketOfTheDead,
            LinkTrace.WrongSession => Mark.PacketOfAnotherSession,
            LinkTrace.Duplicate => Mark.PacketTwice,
            _ => null,
        };
        if (mark is { } seen)
        {
            _node.World.Note(seen);
        }
    }

    private void Deliver(LinkEffect.Deliver deliver)
    {
        foreach (var frame in deliver.Frames)
        {
            if (deliver.Lane == LinkLane.Control)
            {
                continue; // Nothing is sent there yet.
            }

            if (!WireCodec.TryDecode(frame.Bytes, _ids, out var decoded, out var error))
            {
                Undecodable(deliver.Session, frame, error);
                continue;
            }

            if (decoded is NodeFrame.ToRing ring)
            {
                _node.World.Find(Peer)?.FindPeer(_node.Id)?.Link?.Arrived(deliver.Session, ring);
            }

            var credit = frame.Channel.IsCredited
                ? new FrameCredit(this, deliver.Session, frame.Channel, frame.Bytes.Length)
                : null;
            _node.Accept(Peer, deliver.Session, decoded, credit);
        }
    }

    private void Undecodable(long session, LinkFrame frame, WireError error)
    {
        if (error != WireError.UnknownKind)
        {
            _node.World.Watcher?.Violated("WIRE", $"{_node.Text} cannot read a frame of {Peer}: {error}");
            EndSession(session);
        }
        else if (frame.Channel.IsCredited)
        {
            Consume(session, frame.Channel, frame.Bytes.Length);
        }
        else
        {
            _node.World.Note(Mark.FrameOfANewerVersion);
        }
    }

    /// <summary>Rule H4: what arrives at the other end is what was sent, in order, each once.</summary>
    private void Arrived(long session, NodeFrame.ToRing frame)
    {
        while (_underWay.TryPeek(out var old) && old.Session < session)
        {
            _underWay.Dequeue();
        }

        var isNext = _underWay.TryDequeue(out var sent) && sent.Session == session
            && sent.Frame.To.Equals(frame.To) && sent.Frame.From.Equals(frame.From)
            && sent.Frame.Message.GetType() == frame.Message.GetType();
        if (!isNext)
        {
            _node.World.Watcher?.Violated(
                "H4", $"{Peer} gets {frame.Message.GetType().Name} of {frame.From} out of order in session {session}");
        }
    }
}

/// <summary>What is owed for a frame of a scope until it has been handled (rule H5).</summary>
internal sealed class FrameCredit(SimLink link, long session, LinkChannel channel, long bytes)
{
    internal void Return() => link.Consume(session, channel, bytes);
}

/// <summary>The end of a turn at a link.</summary>
internal sealed class LinkFlush(SimNode node, SimLink link) : SimEvent(node)
{
    internal override void Fire(World world) => link.Flush();
}

/// <summary>A timer of a link machine is due.</summary>
internal sealed class LinkTimerDue(SimNode node, SimLink link, LinkTimer timer, long generation) : SimEvent(node)
{
    internal SimLink Link { get; } = link;

    internal LinkTimer Timer { get; } = timer;

    internal override void Fire(World world) => Link.FireTimer(Timer, generation);
}
