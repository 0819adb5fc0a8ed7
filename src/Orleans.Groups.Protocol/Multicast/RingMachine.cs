using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>One member of one ring: a deterministic state machine without I/O.</summary>
/// <remarks>
/// <para>Source: gm.erl, with the repairs of spec/gm.md section 6 and the rules R1 to R13.</para>
/// <para>
/// A machine is one member id, from <see cref="RingInput.Start"/> to its last effect
/// (<see cref="RingEffect.JoinFailed"/> or <see cref="RingEffect.Terminated"/>); afterwards it ignores everything. Its
/// life: it looks for a place (Joining), has the state of its left neighbour (Member), drains (Leaving), has ended
/// (Ended).
/// </para>
/// <para>
/// <i>Dissemination</i> (who hands a publication to whom) is in the Activity and Broadcast parts, <i>repair</i> (views,
/// heirs, catch-up) in the Views and Links parts, so that another topology can replace the first.
/// </para>
/// </remarks>
internal sealed partial class RingMachine
{
    private readonly GroupName _group;
    private readonly MemberId _self;
    private readonly RingSettings _settings;
    private readonly DeterministicRandom _random;
    private readonly Dictionary<MemberId, MemberProgress> _progress = [];
    private readonly RingOutput _output = new();

    private Phase _phase = Phase.Created;
    private RingView? _view;
    private bool _hasState;
    private bool _flushWanted;

    /// <summary>Makes the machine of one member id, which must never have been used before.</summary>
    /// <param name="group">The ring.</param>
    /// <param name="self">This member.</param>
    /// <param name="settings">Validated settings.</param>
    /// <param name="seed">For choices, jitter and epochs; different for every machine.</param>
    internal RingMachine(GroupName group, MemberId self, RingSettings settings, ulong seed)
    {
        _group = group;
        _self = self;
        _settings = settings;
        _random = new DeterministicRandom(seed);
        _ledger = new WindowLedger(self);
        _backlog = settings.EjectSlowMembers ? new BacklogWatch(self, settings.WindowBytes) : null;
    }

    private enum Phase
    {
        Created,
        Reading,
        Surveying,
        Editing,
        Asking,
        Member,
        Leaving,
        Ended,
    }

    /// <summary>Whether the last effect has been given.</summary>
    internal bool IsTerminated => _phase == Phase.Ended;

    /// <summary>The record this member goes by; what its node answers to a survey (rule R3).</summary>
    internal GroupRecord? HeldRecord => IsTerminated ? null : _view?.Record;

    private bool IsInRing => _phase is Phase.Member or Phase.Leaving;

    private bool IsAlone => _view!.Right.Equals(_self);

    /// <summary>Handles one input and says what is to be done about it. Never throws for what a peer sends.</summary>
    /// <exception cref="InvariantViolationException">A bug of ours: discard the machine.</exception>
    internal void Step(RingInput input, EffectList<RingEffect> effects)
    {
        if (_phase == Phase.Ended)
        {
            return;
        }

        Dispatch(input, effects);
        if (IsInRing)
        {
            EraseOrEdit(effects);
        }

        if (_phase != Phase.Ended)
        {
            WantFlush(effects);
            AssertInvariants();
        }
    }

    /// <summary>What the machine knows: an immutable copy for diagnostics and tests.</summary>
    internal RingStatus GetStatus()
    {
        var members = ImmutableArray.CreateBuilder<RingMemberStatus>();
        var pendingBytes = 0L;
        for (var index = 0; index < (_view?.Record.Entries.Length ?? 0); index++)
        {
            var entry = _view!.Record.Entries[index];
            var progress = _progress.GetValueOrDefault(entry.Member);
            pendingBytes += progress?.PendingBytes ?? 0;
            members.Add(new RingMemberStatus(
                entry.Member,
                entry.IsAlive,
                entry.IsAlive ? null : GroupRecordEditor.HeirOf(_view.Record, index),
                progress?.LastPublished ?? 0,
                progress?.LastAcked ?? 0,
                progress?.LastReturned ?? 0,
                _ledger.ProcessedBy(entry.Member)));
        }

        return new RingStatus(
            _group,
            _self,
            _phase switch
            {
                Phase.Member => MulticastPhase.Member,
                Phase.Leaving => MulticastPhase.Leaving,
                Phase.Ended => MulticastPhase.Terminated,
                _ => MulticastPhase.Joining,
            },
            _hasState,
            _view?.Record,
            _view?.Left,
            _view?.Right,
            _view?.Inherited ?? [],
            members.ToImmutable(),
            pendingBytes,
            _ledger.UnprocessedBytes,
            _ledger.Published,
            _ledger.Slowest,
            [.. _suspects],
            HasWork: !_output.IsEmpty || _edit is not null || _suspects.Count > 0 || !_confirms.IsEmpty
                || _waitingJoiners.Count > 0 || _held.Count > 0 || _isMomentSet,
            _isAckPutOff);
    }

    private void Dispatch(RingInput input, EffectList<RingEffect> effects)
    {
        switch (input)
        {
            case RingInput.Start:
                OnStart(effects);
                break;
            case RingInput.Received received:
                OnReceived(received.From, received.Message, effects);
                break;
            case RingInput.Broadcast broadcast:
                OnBroadcast(broadcast, effects);
                break;
            case RingInput.Processed processed:
                OnProcessed(processed.Publisher, processed.Through, effects);
                break;
            case RingInput.Flush:
                OnFlush(effects);
                break;
            case RingInput.RecordRead read:
                OnRecordRead(read, effects);
                break;
            case RingInput.EditAnswered answered:
                OnEditAnswered(answered, effects);
                break;
            case RingInput.SurveyAnswered answered:
                OnSurveyAnswered(answered, effects);
                break;
            case RingInput.MemberDown down:
                OnMemberDown(down.Member, down.Cause, effects);
                break;
            case RingInput.PeerUp up:
                OnPeerUp(up.Node, up.IsFirst);
                break;
            case RingInput.Leave:
                OnLeave(effects);
                break;
            case RingInput.ShutDownGroup:
                OnShutDownGroup(effects);
                break;
            case RingInput.Stop stop:
                OnStop(stop.Reason, stop.Detail, effects);
                break;
            case RingInput.ValidateMembers validate:
                OnValidateMembers(validate.Members, effects);
                break;
            case RingInput.TimerFired fired:
                OnTimerFired(fired.Timer, fired.Generation, effects);
                break;
            default:
                throw Invariant.Unreachable(input);
        }
    }

    private void OnReceived(MemberId from, RingMessage message, EffectList<RingEffect> effects)
    {
        switch (message)
        {
            case RingMessage.Activity activity when _hasState:
                OnActivity(from, activity, effects);
                break;
            case RingMessage.Catchup catchup when _hasState:
                OnCatchup(from, catchup, effects);
                break;
            case RingMessage.Activity or RingMessage.Catchup:
                Hold(from, message, effects);
                break;
            case RingMessage.View view:
                OnView(view.Record, effects);
                break;
            case RingMessage.Processed processed:
                OnProcessedReport(from, processed.Through, effects);
                break;
            case RingMessage.AddOnRight:
                OnAddOnRight(from, effects);
                break;
            case RingMessage.JoinRefused refused:
                OnJoinRefused(from, refused.Reason, effects);
                break;
            case RingMessage.JoinReply reply:
                OnJoinReply(from, reply, effects);
                break;
            default:
                throw Invariant.Unreachable(message);
        }
    }

    private void WantFlush(EffectList<RingEffect> effects)
    {
        if (!_flushWanted && (!_output.IsEmpty || _reportsDue.Count > 0))
        {
            _flushWanted = true;
            effects.Add(RingEffect.FlushWanted.Instance);
        }
    }

    private void AssertInvariants()
    {
        Invariant.Require(!_hasState || _view is not null, "a member with state has a view");
        Invariant.Require(IsInRing == _hasState, "exactly the members of the ring have state");
        if (_hasState)
        {
            Invariant.Require(
                _progress[_self].LastPublished == _ledger.Published,
                "my own last published is what I counted");
        }
    }
}

/// <summary>What a ring machine knows. An immutable copy.</summary>
internal sealed record RingStatus(
    GroupName Group,
    MemberId Self,
    MulticastPhase Phase,
    bool HasState,
    GroupRecord? Record,
    MemberId? Left,
    MemberId? Right,
    ImmutableArray<MemberId> Inherited,
    ImmutableArray<RingMemberStatus> Members,
    long PendingBytes,
    long UnprocessedBytes,
    long Published,
    MemberId? HeldUpBy,
    ImmutableArray<MemberId> Suspects,
    bool HasWork,
    bool IsAckPutOff);

/// <summary>What a ring machine knows of one member.</summary>
/// <param name="Member">Who.</param>
/// <param name="IsAlive">Whether the record lists it as alive.</param>
/// <param name="Heir">Who answers for it when it is dead.</param>
/// <param name="LastPublished">Highest number of it that was seen.</param>
/// <param name="LastAcked">Highest number of it that may be forgotten.</param>
/// <param name="LastReturned">Highest ack of it that came back; where this machine answers for it.</param>
/// <param name="Processed">How far it has processed this machine's own messages.</param>
internal readonly record struct RingMemberStatus(
    MemberId Member,
    bool IsAlive,
    MemberId? Heir,
    long LastPublished,
    long LastAcked,
    long LastReturned,
    long Processed);
