using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>Runs the link machine towards one life of one silo.</summary>
/// <remarks>
/// <para>
/// The machine is stepped under a lock by whoever has something for it, and the lock is a leaf: nothing is called
/// inside. Its effects go into a queue in their order, and one thread at a time, the pump, does them in that order:
/// so frames are accepted in the order of the link, a session begins before its first frame and ends behind its last.
/// </para>
/// <para>
/// A sender only encodes into the machine's batch. The pump flushes when it has done everything else, so what many
/// threads send meanwhile goes out together.
/// </para>
/// </remarks>
internal sealed partial class LinkHost : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly SiloNetwork _network;
    private readonly LinkMachine _machine;
    private readonly EffectList<LinkEffect> _effects = new();
    private readonly ITimer?[] _timers = new ITimer?[Enum.GetValues<LinkTimer>().Length];
    private readonly WireIdCache _ids = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<LinkEffect> _todo = [];
    private List<LinkEffect> _doing = [];
    private bool _isPumping;
    private bool _isSilenced;
    private long _session;
    private Guid _token;
    private volatile bool _hasPayloadRoom = true;

    internal LinkHost(SiloNetwork network, SiloAddress silo, NodeId peer, LinkSettings settings)
    {
        _network = network;
        Silo = silo;
        Peer = peer;
        _machine = new LinkMachine(network.Self, peer, settings, network.Core.NextSeed());
        Lanes = new Peer(peer, new FrameLane(this, network.Channels), new PayloadLane(this));
    }

    /// <summary>The silo at the other end.</summary>
    internal SiloAddress Silo { get; }

    /// <summary>Its node.</summary>
    internal NodeId Peer { get; }

    /// <summary>The lanes to it, as the node uses them.</summary>
    internal Peer Lanes { get; }

    /// <summary>The running session; 0 when there is none.</summary>
    internal long Session => Volatile.Read(ref _session);

    /// <summary>Whether payloads are taken.</summary>
    internal bool HasPayloadRoom => _hasPayloadRoom;

    /// <summary>What this silo has to show when it talks to the other.</summary>
    internal Guid Token
    {
        get
        {
            lock (_gate)
            {
                return _token;
            }
        }

        set
        {
            lock (_gate)
            {
                _token = value;
            }
        }
    }

    /// <summary>Completes when the link has said goodbye, or cannot any more.</summary>
    internal Task Closed => _closed.Task;

    /// <summary>Sends a frame in a session, or not at all.</summary>
    /// <param name="session">The session that the sender knows.</param>
    /// <param name="channel">The frame's channel.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="hasRoom">Whether the channel takes another one after it.</param>
    internal LaneOutcome Send(long session, LinkChannel channel, NodeFrame frame, out bool hasRoom)
    {
        hasRoom = true;
        LinkSendOutcome outcome;
        bool isScheduled;
        lock (_gate)
        {
            if (_isSilenced || session == 0)
            {
                return LaneOutcome.NotConnected;
            }

            _effects.Clear();
            outcome = _machine.Send(session, channel, frame, _effects);
            hasRoom = !channel.IsCredited || _machine.HasRoom(channel);
            isScheduled = TakeEffects();
        }

        if (isScheduled)
        {
            Schedule();
        }

        return outcome switch
        {
            LinkSendOutcome.Accepted => LaneOutcome.Sent,
            LinkSendOutcome.NotConnected => LaneOutcome.NotConnected,
            LinkSendOutcome.Full => LaneOutcome.Full,
            LinkSendOutcome.TooLarge => throw new InvariantViolationException("a frame fits the link's limits"),
            _ => throw Invariant.Unreachable(outcome),
        };
    }

    /// <summary>Frames of a credited channel have been handled, so the peer may send more.</summary>
    internal void Consume(long session, LinkChannel channel, long bytes)
    {
        bool isScheduled;
        lock (_gate)
        {
            if (_isSilenced)
            {
                return;
            }

            _effects.Clear();
            _machine.Consume(session, channel, 1, bytes, _effects);
            isScheduled = TakeEffects();
        }

        if (isScheduled)
        {
            Schedule();
        }
    }

    /// <summary>Gives a session up; the next begins when both ends know.</summary>
    internal void EndSession(long session) => Tell(new LinkInput.EndSession(session));

    /// <summary>Something happens.</summary>
    internal void Tell(LinkInput input)
    {
        bool isScheduled;
        lock (_gate)
        {
            if (_isSilenced)
            {
                return;
            }

            _effects.Clear();
            _machine.Step(input, _effects);
            isScheduled = TakeEffects();
        }

        if (isScheduled)
        {
            Schedule();
        }
    }

    /// <summary>A message of the peer. What there is to say at once is the answer.</summary>
    internal List<LinkMessage>? Receive(LinkMessage message)
    {
        List<LinkMessage>? answers = null;
        bool isScheduled;
        lock (_gate)
        {
            if (_isSilenced)
            {
                return null;
            }

            _effects.Clear();
            _machine.Step(new LinkInput.Received(message), _effects);
            for (var index = 0; index < _effects.Count; index++)
            {
                if (_effects[index] is LinkEffect.Send send)
                {
                    (answers ??= []).Add(send.Message);
                }
                else
                {
                    _todo.Add(_effects[index]);
                }
            }

            isScheduled = TryBeginPump();
        }

        if (isScheduled)
        {
            // Here and now: the thread has nothing else to do, and a hop to another would cost more than the work.
            _network.Core.Work.Begin();
            Pump();
        }

        return answers;
    }

    /// <summary>What the machine knows, for diagnostics.</summary>
    internal LinkStatus GetStatus()
    {
        lock (_gate)
        {
            return _machine.GetStatus();
        }
    }

    /// <summary>Nothing is sent or done any more: the silo's node was killed, or the peer is long dead.</summary>
    internal void Silence()
    {
        lock (_gate)
        {
            _isSilenced = true;
            _todo.Clear();
            foreach (var timer in _timers)
            {
                timer?.Dispose();
            }
        }

        _closed.TrySetResult();
    }

    void IThreadPoolWorkItem.Execute() => Pump();

    /// <summary>Queues what the machine wants done. Locked by the caller.</summary>
    /// <returns>Whether the pump must be scheduled by the caller, outside the lock.</returns>
    private bool TakeEffects()
    {
        for (var index = 0; index < _effects.Count; index++)
        {
            _todo.Add(_effects[index]);
        }

        return TryBeginPump();
    }

    private bool TryBeginPump()
    {
        if (_isPumping || _todo.Count == 0)
        {
            return false;
        }

        _isPumping = true;
        return true;
    }

    private void Schedule()
    {
        _network.Core.Work.Begin();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    /// <summary>Does what is to be done until nothing is left. One thread at a time.</summary>
    private void Pump()
    {
        var isFlushWanted = false;
        while (true)
        {
            lock (_gate)
            {
                if (_todo.Count == 0 && isFlushWanted && !_isSilenced)
                {
                    isFlushWanted = false;
                    _effects.Clear();
                    _machine.Step(LinkInput.Flush.Instance, _effects);
                    for (var index = 0; index < _effects.Count; index++)
                    {
                        _todo.Add(_effects[index]);
                    }
                }

                if (_todo.Count == 0)
                {
                    _isPumping = false;
                    break;
                }

                (_todo, _doing) = (_doing, _todo);
            }

            foreach (var effect in _doing)
            {
                isFlushWanted |= effect is LinkEffect.FlushWanted;
                ExecuteSafely(effect);
            }

            _doing.Clear();
        }

        _network.Core.Work.End();
    }

    /// <summary>
    /// A link must not stand still for a bug: its session ends, and the next one repairs what was lost.
    /// </summary>
    private void ExecuteSafely(LinkEffect effect)
    {
        try
        {
            Execute(effect);
        }
        catch (Exception exception)
        {
            _network.Core.Logger.LinkFaulted(exception, Silo);
            if (Session is not 0 and var session)
            {
                EndSession(session);
            }
        }
    }
}
