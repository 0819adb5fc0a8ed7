using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <content>Joining: finding a place in the ring, and taking joiners in.</content>
/// <remarks>
/// <para>Source: gm.erl, join_group/3 and add_on_right.</para>
/// <para>
/// Rule R7: between being listed in the record and having the inserter's state, a joiner holds ring traffic, passes
/// views on, and is nobody's heir: when its inserter goes down it takes itself out again, and the host tries with a new
/// id.
/// </para>
/// </remarks>
internal sealed partial class RingMachine
{
    private readonly List<(MemberId From, RingMessage Message)> _held = [];
    private readonly HashSet<MemberId> _refusedBy = [];
    private readonly Queue<MemberId> _waitingJoiners = new();
    private readonly ProgressParts _replyParts = new();
    private readonly List<Guid> _epochsMade = [];
    private MemberId? _inserter;
    private MemberId? _insertJoiner;
    private GroupRecord? _joinRecord;
    private GroupRecord? _viewWhileEditing;
    private long _heldBytes;
    private bool _wasFull;
    private (MemberId Member, GroupRecord AskedAt)? _lostInserter;

    private void OnStart(EffectList<RingEffect> effects)
    {
        Invariant.Require(_phase == Phase.Created, "a machine is started once");
        SetTimer(RingTimer.JoinAttempt, _settings.JoinAttemptTimeout, effects);
        ReadForJoining(effects);
    }

    private void ReadForJoining(EffectList<RingEffect> effects)
    {
        _phase = Phase.Reading;
        Read(effects);
    }

    /// <summary>Looks for a place in the record as it is now.</summary>
    private void ConsiderRecord(GroupRecord? record, EffectList<RingEffect> effects)
    {
        var before = _joinRecord;
        _joinRecord = record;
        if (record is null)
        {
            _phase = Phase.Surveying;
            Survey(effects);
            return;
        }

        if (_epochsMade.Contains(record.Epoch) && record.ListsAlive(_self))
        {
            Found(record, before, effects);
            return;
        }

        if (record.IndexOf(_self) >= 0)
        {
            // Somebody inserted this id and cannot give it state any more.
            FailJoin(JoinFailure.InserterLost, effects);
            return;
        }

        if (_lostInserter is { } lost && MayHaveInserted(lost.Member, record, lost.AskedAt))
        {
            FailJoin(JoinFailure.InserterLost, effects);
            return;
        }

        _lostInserter = null;
        if (record.Status != RecordStatus.Open || !record.HasAlive)
        {
            _phase = Phase.Editing;
            SubmitCreate(effects);
            return;
        }

        AskSomebody(record, effects);
    }

    /// <summary>
    /// Whether a member that is gone can have inserted this id after it was asked. Others may have buried and erased
    /// the id since, and no id comes back (G-S13). It has not if the record remembers every edit since then, and none
    /// is its.
    /// </summary>
    private static bool MayHaveInserted(MemberId inserter, GroupRecord record, GroupRecord askedAt)
    {
        var remembered = 0L;
        foreach (var operation in record.Operations)
        {
            if (operation.Version > askedAt.Version)
            {
                remembered++;
                if (operation.Id.Author.Equals(inserter))
                {
                    return true;
                }
            }
        }

        return record.Epoch != askedAt.Epoch || remembered != record.Version - askedAt.Version;
    }

    private void AskSomebody(GroupRecord record, EffectList<RingEffect> effects)
    {
        var candidates = new List<MemberId>();
        foreach (var entry in record.Entries)
        {
            if (entry.IsAlive && !_refusedBy.Contains(entry.Member))
            {
                candidates.Add(entry.Member);
            }
        }

        if (candidates.Count == 0)
        {
            FailJoin(_wasFull ? JoinFailure.Full : JoinFailure.NobodyReady, effects);
            return;
        }

        _phase = Phase.Asking;
        _inserter = candidates[_random.Next(candidates.Count)];
        effects.Add(new RingEffect.Watch(_inserter));
        effects.Add(new RingEffect.Send(_inserter, RingMessage.AddOnRight.Instance));
    }

    private void OnJoinRefused(MemberId from, JoinRefusal reason, EffectList<RingEffect> effects)
    {
        if (_phase != Phase.Asking || !from.Equals(_inserter))
        {
            effects.Add(new RingEffect.Trace(RingTrace.Unexpected, from));
            return;
        }

        effects.Add(new RingEffect.Unwatch(from));
        _inserter = null;
        if (reason == JoinRefusal.Gone || _view is not null)
        {
            FailJoin(JoinFailure.InserterLost, effects);
            return;
        }

        _wasFull |= reason == JoinRefusal.Full;
        _refusedBy.Add(from);
        ReadForJoining(effects);
    }

    /// <summary>The inserter is down. H4: its reply would have come before this notice.</summary>
    private void OnInserterDown(DownCause cause, EffectList<RingEffect> effects)
    {
        var inserter = _inserter!;
        _inserter = null;
        if (cause == DownCause.SessionOver || _view is not null)
        {
            // It may have inserted this id, and may live: only a new id is safe.
            FailJoin(JoinFailure.InserterLost, effects);
            return;
        }

        // Rule R4: a joiner buries only whom membership, or the member's own node, declared dead.
        _lostInserter = (inserter, _joinRecord!);
        _phase = Phase.Editing;
        var (epoch, version) = (_joinRecord!.Epoch, _joinRecord.Version);
        Submit(new RecordEdit.MarkDead(NextOperation(), epoch, version, [inserter], Certain: true), effects);
    }

    private void SubmitCreate(EffectList<RingEffect> effects)
    {
        var epoch = _random.NextGuid();
        _epochsMade.Add(epoch);
        Submit(new RecordEdit.Create(NextOperation(), _group, _self, epoch), effects);
    }

    private void Found(GroupRecord record, GroupRecord? replaced, EffectList<RingEffect> effects)
    {
        _view = new RingView(record, _self);
        _progress.Add(_self, new MemberProgress { IsHeld = true });
        EnterRing(effects);
        TellReplaced(replaced, record, effects);
        if (_viewWhileEditing is { } view)
        {
            // Of another epoch, too: this ring may have been closed, and the next one founded, before this answer came.
            OnView(view, effects);
        }
    }

    /// <summary>
    /// Rule R13: whoever closed the ring that was here before may not have been able to tell its members; they look at
    /// the record, then.
    /// </summary>
    private static void TellReplaced(GroupRecord? replaced, GroupRecord record, EffectList<RingEffect> effects)
    {
        foreach (var entry in replaced is { Status: not RecordStatus.Open } ? replaced.Entries : [])
        {
            if (entry.IsAlive && record.IndexOf(entry.Member) < 0)
            {
                effects.Add(new RingEffect.Send(entry.Member, new RingMessage.View(record)));
            }
        }
    }

    private void OnJoinReply(MemberId from, RingMessage.JoinReply reply, EffectList<RingEffect> effects)
    {
        if (_phase != Phase.Asking || !from.Equals(_inserter) || !reply.Record.Group.Equals(_group))
        {
            effects.Add(new RingEffect.Trace(RingTrace.Unexpected, from));
            return;
        }

        if (!_replyParts.TryAdd(reply.Part, reply.Parts, reply.Progress, out var whole)
            || !reply.Record.ListsAlive(_self))
        {
            effects.Add(new RingEffect.Trace(RingTrace.BrokenParts, from));
            FailJoin(JoinFailure.InserterLost, effects);
            return;
        }

        if (whole is not null)
        {
            Adopt(from, reply.Record, whole, effects);
        }
    }

    /// <summary>Takes over the inserter's state. Lemma 2: nothing from the ring has been processed before.</summary>
    private void Adopt(
        MemberId from,
        GroupRecord record,
        Dictionary<MemberId, ProgressEntry> state,
        EffectList<RingEffect> effects)
    {
        if (_view is null || !IsAtLeast(_view.Record, record))
        {
            _view = new RingView(record, _self);
        }

        foreach (var entry in _view.Record.Entries)
        {
            _progress.Add(
                entry.Member,
                state.TryGetValue(entry.Member, out var progress) && IsWhole(progress)
                    ? MemberProgress.From(progress)
                    : new MemberProgress());
        }

        _inserter = null;
        if (!from.Equals(_view.Left))
        {
            effects.Add(new RingEffect.Unwatch(from));
            TellIfBuried(from, effects); // Whoever buried it while it slept may have left.
        }
        else
        {
            _watched.Add(from);
            _leftIsOpen = _view.Stamp == record.Entries[record.IndexOf(_self)].LinkVersion;
        }

        EnterRing(effects);
    }

    private void EnterRing(EffectList<RingEffect> effects)
    {
        _hasState = true;
        _phase = Phase.Member;
        _joinRecord = null;
        _refusedBy.Clear();
        CancelTimer(RingTimer.JoinAttempt, effects);
        var bases = ImmutableArray.CreateBuilder<PublisherBase>(_view!.ByJoining.Length);
        foreach (var member in _view.ByJoining)
        {
            var number = _progress[member].LastPublished;
            bases.Add(new PublisherBase(member, number));
            if (number > 0)
            {
                _handled[member] = number;
            }
        }

        effects.Add(new RingEffect.NotifyJoined(_view.ByJoining, bases.MoveToImmutable()));
        RefreshHeld();
        if (IsAlone)
        {
            SettleAlone(effects);
        }

        _toldRight = 0;
        OpenRight(effects);
        UpdateWatches(effects);
        ReportAgain(null);
        var held = _held.ToArray();
        _held.Clear();
        _heldBytes = 0;
        foreach (var (from, message) in held)
        {
            if (_hasState)
            {
                OnReceived(from, message, effects);
            }
        }
    }

    /// <summary>
    /// Repair (a): ring input waits for the state; Down notices of neighbours cannot come, they are watched only
    /// afterwards.
    /// </summary>
    private void Hold(MemberId from, RingMessage message, EffectList<RingEffect> effects)
    {
        if (_phase != Phase.Asking)
        {
            effects.Add(new RingEffect.Trace(RingTrace.Unexpected, from));
            return;
        }

        _held.Add((from, message));
        _heldBytes += BytesOf(message);
        if (_heldBytes > _settings.MaxHeldBytes)
        {
            FailJoin(JoinFailure.HeldTooMuch, effects);
        }
    }

    private static long BytesOf(RingMessage message)
    {
        var bytes = (long)PublicationBatch.OverheadBytes;
        switch (message)
        {
            case RingMessage.Activity activity:
                foreach (var entry in activity.Entries)
                {
                    bytes += PublicationBatch.OverheadBytes + Sum(entry.Publications);
                }

                break;
            case RingMessage.Catchup catchup:
                foreach (var entry in catchup.Progress)
                {
                    bytes += PublicationBatch.OverheadBytes + Sum(entry.Pending);
                }

                break;
        }

        return bytes;

        static long Sum(ImmutableArray<PublicationBatch> batches)
        {
            var sum = 0L;
            foreach (var batch in batches)
            {
                sum += batch.Bytes;
            }

            return sum;
        }
    }

    /// <summary>A view that comes while stateless: it is adopted and passed on, and nothing else (rule R7).</summary>
    private void OnViewWhileJoining(GroupRecord record, EffectList<RingEffect> effects)
    {
        if (_phase != Phase.Asking)
        {
            // It may be about the record that this one is just founding: the answer to the edit may come after it.
            _viewWhileEditing = record;
            return;
        }

        if (!record.ListsAlive(_self))
        {
            if (record.IndexOf(_self) >= 0 || (_view is not null && !IsAtLeast(_view.Record, record)))
            {
                FailJoin(JoinFailure.InserterLost, effects);
            }

            return;
        }

        if (_view is null || !IsAtLeast(_view.Record, record))
        {
            _view = new RingView(record, _self);
            PassViewOn(effects);
        }
    }

    private void FailJoin(JoinFailure reason, EffectList<RingEffect> effects)
    {
        var known = _view?.Record ?? _joinRecord;
        if (_edit is null && known is not null && (_phase == Phase.Asking || known.IndexOf(_self) >= 0))
        {
            // The id may be listed, now or soon. If this comes too early, whoever inserts it finds it gone and
            // buries it.
            effects.Add(new RingEffect.SubmitEdit(new RecordEdit.Remove(NextOperation(), known.Epoch, known.Version)));
        }

        _phase = Phase.Ended;
        _held.Clear();
        effects.Add(new RingEffect.JoinFailed(reason));
    }

    /// <summary>
    /// The answer to an edit has come after this machine ended. A joiner that gave up while it was founding a ring may
    /// learn only now that the ring is there, with nobody but itself in it.
    /// </summary>
    /// <returns>What takes it out again; <see langword="null"/> if there is nothing to take back.</returns>
    internal RecordEdit? Withdraw(EditResult? result)
    {
        if (!IsTerminated || _edit is not RecordEdit.Create create
            || result?.Current is not { } record || record.Epoch != create.NewEpoch || !record.ListsAlive(_self))
        {
            return null;
        }

        _edit = null;
        return new RecordEdit.Remove(NextOperation(), record.Epoch, record.Version);
    }

    private void OnAddOnRight(MemberId joiner, EffectList<RingEffect> effects)
    {
        var refusal = _phase != Phase.Member ? JoinRefusal.NotMember
            : _waitingJoiners.Count >= _settings.MaxWaitingJoiners ? JoinRefusal.Busy
            : _view!.Record.Entries.Length >= _settings.MaxMembers ? JoinRefusal.Full
            : (JoinRefusal?)null;
        if (refusal is { } reason)
        {
            effects.Add(new RingEffect.Send(joiner, new RingMessage.JoinRefused(reason)));
            return;
        }

        _waitingJoiners.Enqueue(joiner);
    }

    /// <summary>The insert was answered, and installed when it was accepted.</summary>
    private void OnInsertAnswered(EditResult result, EffectList<RingEffect> effects)
    {
        if (_insertJoiner is { } joiner)
        {
            _insertJoiner = null;
            var reason = result.Verdict switch
            {
                // Race: the second copy finds the ring full, somebody goes, the first copy lands after all.
                EditVerdict.Full when !_editWasUnknown => JoinRefusal.Full,
                EditVerdict.AuthorNotAlive => JoinRefusal.NotMember,
                _ => JoinRefusal.Gone, // A first copy may have inserted it, in a record that is gone.
            };
            effects.Add(new RingEffect.Send(joiner, new RingMessage.JoinRefused(reason)));
        }
    }

    private void RefuseWaitingJoiners(EffectList<RingEffect> effects)
    {
        while (_waitingJoiners.TryDequeue(out var joiner))
        {
            effects.Add(new RingEffect.Send(joiner, new RingMessage.JoinRefused(JoinRefusal.NotMember)));
        }
    }

    private static bool IsWhole(ProgressEntry entry) =>
        entry.LastPublished == (entry.Pending.IsEmpty ? entry.LastAcked : entry.Pending[^1].Last);
}
