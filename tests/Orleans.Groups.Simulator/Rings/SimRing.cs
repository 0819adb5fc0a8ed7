using System.Collections.Immutable;
using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>Runs the machine of one member of one ring, as the engines' host of that name does.</summary>
internal sealed partial class SimRing
{
    private readonly SimNode _node;
    private readonly SimJoin _join;
    private readonly RingMachine _machine;
    private readonly EffectList<RingEffect> _effects = new();
    private List<RingMail> _mail = [];
    private List<RingMail> _turnMail = [];
    private Dictionary<NodeId, long> _sessions;
    private RingStage _stage = RingStage.Joining;
    private bool _isScheduled;
    private bool _isAbandoned;
    private bool _isFlushWanted;

    internal SimRing(SimNode node, GroupName group, MemberId self, SimJoin join)
    {
        _node = node;
        _join = join;
        Group = group;
        Self = self;
        Text = LogIds.Of(self);
        _sessions = node.Sessions;
        WindowLeft = node.World.Settings.WindowBytes;
        _machine = new RingMachine(group, self, node.World.Settings.Ring, node.World.NextSeed());
    }

    internal GroupName Group { get; }

    internal MemberId Self { get; }

    /// <summary>As logs name it.</summary>
    internal string Text { get; }

    internal SimNode Node => _node;

    /// <summary>The record it goes by, as of its last turn.</summary>
    internal GroupRecord? HeldRecord { get; private set; }

    internal RingStage Stage => _stage;

    /// <summary>Whether anything waits for its turn.</summary>
    internal bool HasMail => _mail.Count > 0 || _payloads.Count > 0;

    /// <summary>Inputs that wait for its turn, in order.</summary>
    internal IEnumerable<RingInput> WaitingInputs =>
        _mail.Select(static mail => mail.Input).OfType<RingInput>();

    /// <summary>The sessions that it knows.</summary>
    internal IReadOnlyDictionary<NodeId, long> KnownSessions => _sessions;

    internal RingStatus GetStatus() => _machine.GetStatus();

    internal void Receive(MemberId from, RingMessage message) => Tell(new RingInput.Received(from, message));

    internal void Tell(RingInput input) => Post(new RingMail(input));

    internal void TellMemberDown(MemberId member, long token, DownCause cause) =>
        Post(new RingMail(new RingInput.MemberDown(member, cause), token));

    internal void TellSessions(Dictionary<NodeId, long> sessions, RingInput.PeerUp? renewed) =>
        Post(new RingMail(renewed, 0, sessions));

    /// <summary>Counts down when everything that waits now has been handled.</summary>
    internal void Pass(SeenBarrier barrier)
    {
        barrier.Add();
        if (!Post(new RingMail(null, Barrier: barrier)))
        {
            barrier.Signal();
        }
    }

    internal void TakeTurn()
    {
        _isScheduled = false;
        if (_stage == RingStage.Ended)
        {
            return;
        }

        (_mail, _turnMail) = (_turnMail, _mail);
        try
        {
            RunTurn();
        }
        catch (InvariantViolationException exception)
        {
            _node.World.Watcher?.Violated("G-S21", $"{Text} broke an invariant: {exception}");
            FinishUnsettled(TerminationReason.Faulted, exception.Message);
        }

        foreach (var mail in _turnMail)
        {
            mail.Barrier?.Signal();
        }

        _turnMail.Clear();
    }

    internal void FireTimer(RingTimer timer, long generation)
    {
        var isSet = _timers[(int)timer] == generation;
        if (isSet)
        {
            _timers[(int)timer] = 0;
        }

        if (isSet || _node.World.Settings.FiresStaleTimers)
        {
            Tell(new RingInput.TimerFired(timer, generation));
        }
    }

    private bool Post(RingMail mail)
    {
        if (_stage == RingStage.Ended)
        {
            return false;
        }

        _mail.Add(mail);
        Wake();
        return true;
    }

    private void Wake()
    {
        if (!_isScheduled)
        {
            _isScheduled = true;
            _node.World.Schedule(_node.DrawTurn(), new RingTurn(_node, this));
        }
    }

    private void RunTurn()
    {
        // Before the inputs: a leave was asked for after everything that had been taken for publishing.
        Publish();
        foreach (var mail in _turnMail)
        {
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

        if (_isFlushWanted)
        {
            _isFlushWanted = false;
            Step(RingInput.Flush.Instance);
        }
    }

    private void Publish()
    {
        if (_payloads.Count > 0)
        {
            var payloads = _payloads.ToArray();
            var requests = _requests.ToImmutableArray();
            _payloads.Clear();
            _requests.Clear();
            Step(new RingInput.Broadcast(payloads, requests));
        }
    }

    private void Step(RingInput input)
    {
        if (_stage == RingStage.Ended)
        {
            return;
        }

        _effects.Clear();
        var before = _machine.HeldRecord;
        if (input is RingInput.TimerFired { Timer: RingTimer.SlowMember })
        {
            StepAndNoteEjected(input);
        }
        else
        {
            _machine.Step(input, _effects);
        }

        var held = _machine.HeldRecord;
        _node.Observer?.RingStepped(Group, Self, input, _effects.Effects, before, held);
        HeldRecord = held; // Before anybody can hear of it.
        for (var index = 0; index < _effects.Count; index++)
        {
            Execute(_effects[index]);
        }
    }

    /// <summary>Whom this timer makes suspect is put out for being slow, and for nothing else (rule R1).</summary>
    private void StepAndNoteEjected(RingInput input)
    {
        var known = _machine.GetStatus().Suspects;
        _machine.Step(input, _effects);
        foreach (var member in _machine.GetStatus().Suspects)
        {
            if (!known.Contains(member))
            {
                _node.World.Ejected.Add(member);
            }
        }
    }
}

/// <summary>Where a member stands, for its application.</summary>
internal enum RingStage
{
    Joining,
    Member,
    Leaving,
    Ended,
}

/// <summary>Something that waits for a ring member's next turn.</summary>
/// <param name="Input">What happened, if it concerns the machine.</param>
/// <param name="Token">For the end of a watched member: which watch is answered.</param>
/// <param name="Sessions">The sessions that run from here on, when they have changed.</param>
/// <param name="Barrier">Counted down when everything before this has been handled.</param>
internal readonly record struct RingMail(
    RingInput? Input,
    long Token = 0,
    Dictionary<NodeId, long>? Sessions = null,
    SeenBarrier? Barrier = null);

/// <summary>A ring member takes what waits for it.</summary>
internal sealed class RingTurn(SimNode node, SimRing ring) : SimEvent(node)
{
    internal SimRing Ring { get; } = ring;

    internal override void Fire(World world) => Ring.TakeTurn();
}

/// <summary>A timer of a ring machine is due.</summary>
internal sealed class RingTimerDue(SimNode node, SimRing ring, RingTimer timer, long generation) : SimEvent(node)
{
    internal SimRing Ring { get; } = ring;

    internal override void Fire(World world) => Ring.FireTimer(timer, generation);
}
