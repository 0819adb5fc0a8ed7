using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>Runs the machine of one member of one ring; from the first try to join with its id to its end.</summary>
/// <remarks>
/// <para>
/// A turn of the pump, on the thread pool: take everything that waits, step the machine for each, do what it wants in
/// list order, and flush once at the end. What comes during a turn goes out together in the next (natural batching).
/// Messages to publish wait in an array of their own and become one input.
/// </para>
/// <para>
/// Acks and reports alone, which nobody waits for, are not sent at the end of their turn but of the next one, which
/// comes when the threads have done what was queued before. Whoever has just got its proof and publishes the next
/// message so sends its ack along, and nobody on the lap has a frame of its own for it.
/// </para>
/// <para>
/// No code of the application runs in a turn: deliveries go to a <see cref="DeliveryQueue"/> with a pump of its own
/// (rule R10), and whoever waits for a broadcast goes on elsewhere.
/// </para>
/// </remarks>
internal sealed partial class RingHost : IThreadPoolWorkItem
{
    /// <summary>After so many turns the pump lets others have the thread.</summary>
    private const int MaxTurnsPerRun = 16;

    /// <summary>
    /// Arrays of payloads live until all have acked them, so they are kept small enough for the young heap.
    /// </summary>
    private const int MaxPayloadsPerInput = 4_096;

    private readonly Lock _gate = new();
    private readonly Lock _turn = new();
    private readonly NodeHost _node;
    private readonly RingMachine _machine;
    private readonly EffectList<RingEffect> _effects = new();
    private readonly DeliveryQueue _deliveries;
    private readonly TaskCompletionSource<JoinFailure?> _joined =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<RingMail> _mail = [];
    private List<RingMail> _turnMail = [];
    private ImmutableDictionary<NodeId, long> _sessions;
    private GroupRecord? _heldRecord;
    private Stage _stage = Stage.Joining;
    private bool _isScheduled;
    private bool _isAbandoned;
    private bool _isFlushWanted;
    private bool _isFlushUrgent;
    private bool _wasFlushPutOff;
    private bool _hasDead;

    /// <summary>
    /// Makes the member of an id that was never used. Called under the network's lock, and added to the node's table
    /// there.
    /// </summary>
    internal RingHost(NodeHost node, GroupName group, MemberId self, IMulticastHandler handler)
    {
        _node = node;
        Group = group;
        Self = self;
        _sessions = node.Sessions;
        _windowLeft = node.Core.Multicast.WindowBytes;
        _machine = new RingMachine(group, self, node.Core.RingSettings, node.Core.NextSeed());
        _deliveries = new DeliveryQueue(this, handler);
        _deadlines = new DeadlineList(node.Core.Time, OnBroadcastsDue);
    }

    private enum Turn
    {
        /// <summary>Nothing waits.</summary>
        None,

        /// <summary>A turn was taken.</summary>
        Taken,

        /// <summary>Nothing waits but a flush that was put off to the next turn.</summary>
        PutOff,
    }

    private enum Stage
    {
        Joining,
        Member,
        Leaving,
        Ended,
    }

    /// <inheritdoc/>
    public GroupName Group { get; }

    /// <inheritdoc/>
    public MemberId Self { get; }

    internal EngineCore Core => _node.Core;

    /// <summary>How joining went: <see langword="null"/> when the member is in the ring.</summary>
    internal Task<JoinFailure?> Joined => _joined.Task;

    /// <summary>Whether the record store has answered this member's last request with a failure.</summary>
    internal bool IsStoreFailing { get; private set; }

    /// <summary>The record the member goes by, as of its last turn.</summary>
    internal GroupRecord? HeldRecord => Volatile.Read(ref _heldRecord);

    /// <summary>Calls that wait for the handler.</summary>
    internal long QueuedCalls => _deliveries.QueuedCalls;

    /// <summary>What these calls keep in memory.</summary>
    internal long QueuedBytes => _deliveries.QueuedBytes;

    /// <summary>A frame of another member; called under its lane's lock, or by a member of this node.</summary>
    internal void Receive(MemberId from, RingMessage message) =>
        Post(new RingMail(new RingInput.Received(from, message)));

    /// <summary>Something that happens.</summary>
    internal void Tell(RingInput input) => Post(new RingMail(input));

    /// <summary>A watch is answered.</summary>
    internal void TellMemberDown(MemberId member, long token, DownCause cause) =>
        Post(new RingMail(new RingInput.MemberDown(member, cause), token));

    /// <summary>From here on these sessions run.</summary>
    internal void TellSessions(ImmutableDictionary<NodeId, long> sessions, RingInput.PeerUp? renewed) =>
        Post(new RingMail(renewed, 0, sessions));

    void IThreadPoolWorkItem.Execute()
    {
        for (var turn = 0; turn < MaxTurnsPerRun; turn++)
        {
            var taken = TakeTurn();
            if (taken == Turn.None)
            {
                Core.Work.End();
                return;
            }

            if (taken == Turn.PutOff)
            {
                break;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Signals a barrier when everything that waits now has been handled.</summary>
    internal void Pass(Barrier barrier)
    {
        if (!Post(new RingMail(null, Barrier: barrier.Add())))
        {
            barrier.Signal();
        }
    }

    private bool Post(RingMail mail)
    {
        lock (_gate)
        {
            if (_stage == Stage.Ended)
            {
                return false;
            }

            _mail.Add(mail);
            if (_isScheduled)
            {
                return true;
            }

            _isScheduled = true;
        }

        Schedule();
        return true;
    }

    /// <summary>Lets the pump run. Whoever calls has set that it is scheduled.</summary>
    private void Schedule()
    {
        Core.Work.Begin();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    private Turn TakeTurn()
    {
        lock (_gate)
        {
            if (_mail.Count == 0 && _payloads.Count == 0)
            {
                if (!_isFlushWanted)
                {
                    _isScheduled = false;
                    return Turn.None;
                }

                if (!_wasFlushPutOff)
                {
                    _wasFlushPutOff = true;
                    return Turn.PutOff;
                }
            }

            (_mail, _turnMail) = (_turnMail, _mail);
            (_payloads, _turnPayloads) = (_turnPayloads, _payloads);
            (_requests, _turnRequests) = (_turnRequests, _requests);
        }

        lock (_turn)
        {
            try
            {
                RunTurn();
            }
            catch (Exception exception)
            {
                Fault(exception);
            }
        }

        foreach (var mail in _turnMail)
        {
            mail.Barrier?.Signal();
        }

        _turnMail.Clear();
        _turnPayloads.Clear();
        _turnRequests.Clear();
        return Turn.Taken;
    }

    private void RunTurn()
    {
        // Before the inputs: a leave was asked for after everything that had been taken for publishing.
        Publish();
        foreach (var mail in _turnMail)
        {
            _isFlushUrgent |= mail.Barrier is not null;
            if (mail.Sessions is { } sessions)
            {
                _sessions = sessions;
            }

            if (mail.Input is { } input
                && (input is not RingInput.MemberDown down || TakeWatch(down.Member, mail.Token)))
            {
                Step(input);
            }
        }

        if (_isFlushWanted && (_isFlushUrgent || _wasFlushPutOff || _hasDead || _stage != Stage.Member))
        {
            _isFlushWanted = false;
            Step(RingInput.Flush.Instance);
        }

        // In this turn, or there was nothing to flush. What the flush itself wants comes in the next one.
        _isFlushUrgent = false;
        _wasFlushPutOff = false;
    }

    private void Publish()
    {
        var request = 0;
        for (var start = 0; start < _turnPayloads.Count; start += MaxPayloadsPerInput)
        {
            var payloads = new ReadOnlyMemory<byte>[Math.Min(MaxPayloadsPerInput, _turnPayloads.Count - start)];
            _turnPayloads.CopyTo(start, payloads, 0, payloads.Length);
            var requests = ImmutableArray.CreateBuilder<ConfirmRequest>();
            for (; request < _turnRequests.Count && _turnRequests[request].Index < start + payloads.Length; request++)
            {
                requests.Add(_turnRequests[request] with { Index = _turnRequests[request].Index - start });
            }

            Step(new RingInput.Broadcast(payloads, requests.ToImmutable()));
        }
    }

    private void Step(RingInput input)
    {
        if (_stage == Stage.Ended)
        {
            return;
        }

        _effects.Clear();
        var before = _machine.HeldRecord;
        _machine.Step(input, _effects);
        var held = _machine.HeldRecord;
        _node.Observer?.RingStepped(Group, Self, input, _effects.Effects, before, held);
        Volatile.Write(ref _heldRecord, held); // Before anybody can hear of it.
        if (held is not null && !ReferenceEquals(held, before))
        {
            OnViewChanged(held);
        }

        for (var index = 0; index < _effects.Count; index++)
        {
            Execute(_effects[index]);
        }
    }

    /// <summary>Our bug: the machine's state cannot be trusted, so the member is taken out at once.</summary>
    private void Fault(Exception exception)
    {
        Core.Logger.RingFaulted(exception, Self, Group);
        if (!_hasJoined)
        {
            // Final: another try could break the same invariant, and go on until the time for joining runs out.
            // Whoever hears of it finds the member gone.
            _node.Rings.Remove(this);
            var failure = new GroupException(
                GroupErrorCode.Faulted,
                isTransient: false,
                $"{Self} has not joined group {Group}: an invariant of the protocol was broken, which is a bug of "
                + "Orleans.Groups. Please report it with what the log says.",
                exception);
            _ = _joined.TrySetException(failure) ? _joined.Task.Exception : null; // Perhaps nobody waits any more.
        }

        FinishUnsettled(TerminationReason.Faulted, exception.Message);
    }
}

/// <summary>Something that waits for a ring member's next turn.</summary>
/// <param name="Input">What happened, if it concerns the machine.</param>
/// <param name="Token">For the end of a watched member: which watch is answered.</param>
/// <param name="Sessions">The sessions that run from here on, when they have changed.</param>
/// <param name="Barrier">Somebody waits until everything before this has been handled.</param>
internal readonly record struct RingMail(
    RingInput? Input,
    long Token = 0,
    ImmutableDictionary<NodeId, long>? Sessions = null,
    Barrier? Barrier = null);
