using System;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <content>The record store: one edit outstanding, retries, reads and surveys.</content>
/// <remarks>What has to be changed is worked out anew from the state whenever no edit is outstanding; nothing is
/// queued.</remarks>
internal sealed partial class RingMachine
{
    private readonly long[] _timerGenerations = new long[Enum.GetValues<RingTimer>().Length];
    private RecordEdit? _edit;
    private GroupRecord? _heldAtEdit;
    private GroupRecord? _heldAtRead;
    private bool _editAwaitsRetry;
    private bool _editWasUnknown;
    private bool _readAwaitsRetry;
    private bool _surveyAwaitsRetry;
    private bool _recordIsMissing;
    private long _operations;
    private long _requests;
    private long _readRequest;
    private long _surveyRequest;
    private long _readCovers;
    private long _readWantedFrom;
    private int _retries;

    private OperationId NextOperation() => new(_self, ++_operations);

    private void Submit(RecordEdit edit, EffectList<RingEffect> effects)
    {
        Invariant.Require(_edit is null, "one edit is outstanding at a time");
        _edit = edit;
        _editWasUnknown = false;
        _heldAtEdit = _view?.Record;
        effects.Add(new RingEffect.SubmitEdit(edit));
    }

    private void Read(EffectList<RingEffect> effects)
    {
        _readRequest = ++_requests;
        _heldAtRead = _view?.Record;
        _readCovers = _ledger.Published;
        _confirms.ReadStarted();
        effects.Add(new RingEffect.ReadRecord(_readRequest));
    }

    /// <summary>
    /// The record has to be read from now on, however long that takes; a read that is under way may be too old.
    /// </summary>
    private void WantRead() => _readWantedFrom = _requests + 1;

    private void Survey(EffectList<RingEffect> effects)
    {
        _surveyRequest = ++_requests;
        effects.Add(new RingEffect.SurveyViews(_surveyRequest));
    }

    /// <summary>Hands in whatever the record should say and does not, unless an edit is outstanding.</summary>
    private void EraseOrEdit(EffectList<RingEffect> effects)
    {
        var wantsRead = _confirms.WantsRead || (_readWantedFrom > 0 && !_readAwaitsRetry);
        if (wantsRead && _readRequest == 0)
        {
            Read(effects);
        }

        if (_edit is not null || _surveyRequest != 0 || _surveyAwaitsRetry)
        {
            return;
        }

        if (_recordIsMissing)
        {
            Survey(effects);
            return;
        }

        if (NextEdit() is { } edit)
        {
            Submit(edit, effects);
        }
    }

    private RecordEdit? NextEdit()
    {
        var record = _view!.Record;
        if (_suspects.Count > 0)
        {
            return new RecordEdit.MarkDead(
                NextOperation(), record.Epoch, record.Version, [.. _suspects], Certain: false);
        }

        if (FindErasable() is { IsEmpty: false } erasable)
        {
            return new RecordEdit.Erase(NextOperation(), record.Epoch, record.Version, erasable);
        }

        if (_shutsDownGroup)
        {
            return new RecordEdit.Close(NextOperation(), record.Epoch, record.Version, RecordStatus.ShutDown);
        }

        if (_phase == Phase.Leaving)
        {
            return HasDrained ? new RecordEdit.Remove(NextOperation(), record.Epoch, record.Version) : null;
        }

        if (_waitingJoiners.TryDequeue(out var joiner))
        {
            _insertJoiner = joiner;
            return new RecordEdit.InsertRight(
                NextOperation(), record.Epoch, record.Version, _self, joiner, _settings.MaxMembers);
        }

        return null;
    }

    /// <summary>T8b: dead members for which this one answers, and of which nothing is on its way any more.</summary>
    private ImmutableArray<MemberId> FindErasable()
    {
        if (_view!.Inherited.IsEmpty || !(_leftIsOpen || IsAlone))
        {
            return [];
        }

        var erasable = ImmutableArray.CreateBuilder<MemberId>();
        foreach (var member in _view.Inherited)
        {
            if (_progress[member].IsSettled)
            {
                erasable.Add(member);
            }
        }

        return erasable.ToImmutable();
    }

    private void OnEditAnswered(RingInput.EditAnswered answered, EffectList<RingEffect> effects)
    {
        if (_edit is not { } edit || edit.Operation != answered.Operation)
        {
            return;
        }

        if (answered.Result is not { } result)
        {
            OnUnknownOutcome(edit);
            Retry(effects);
            return;
        }

        _edit = null;
        _editAwaitsRetry = false;
        _retries = 0;
        if (!IsInRing)
        {
            ConsiderRecord(result.Current, effects);
            return;
        }

        OnMemberEditAnswered(edit, result, effects);
    }

    /// <summary>
    /// Rule R6: nobody knows. The same edit is handed in again; the record remembers it or refuses it as too old.
    /// </summary>
    private void OnUnknownOutcome(RecordEdit edit)
    {
        _editWasUnknown = true;
        if (edit is not (RecordEdit.Create or RecordEdit.Recreate))
        {
            _editAwaitsRetry = true;
            return;
        }

        // A record that was made may be gone again, and its memory with it: an epoch is made only once, so this begins
        // anew, with a look at the record and at what the living hold.
        _edit = null;
        if (IsInRing)
        {
            _surveyAwaitsRetry = true;
        }
        else
        {
            _phase = Phase.Reading;
            _readAwaitsRetry = true;
        }
    }

    private void OnMemberEditAnswered(RecordEdit edit, EditResult result, EffectList<RingEffect> effects)
    {
        if (result.Current is null)
        {
            _recordIsMissing = true;
        }
        else if (edit is RecordEdit.Recreate)
        {
            _recordIsMissing = false;
            if (result.Verdict == EditVerdict.Applied)
            {
                effects.Add(new RingEffect.Trace(RingTrace.Recreated, null));
            }
        }

        _removalHandedIn |= edit is RecordEdit.Remove && result.Verdict is EditVerdict.Applied or EditVerdict.Expired;
        if (result.Current is not null && !Install(result.Current, _heldAtEdit, effects))
        {
            return;
        }

        switch (edit)
        {
            case RecordEdit.InsertRight:
                OnInsertAnswered(result, effects);
                break;
            case RecordEdit.MarkDead markDead when result.Verdict == EditVerdict.Applied:
                // Rule R4: whoever is buried is told, and stops if it lives.
                foreach (var member in markDead.Members)
                {
                    effects.Add(new RingEffect.Send(member, new RingMessage.View(result.Current!)));
                }

                break;
        }
    }

    private void OnRecordRead(RingInput.RecordRead read, EffectList<RingEffect> effects)
    {
        if (read.Request != _readRequest)
        {
            return;
        }

        _readRequest = 0;
        if (IsInRing)
        {
            OnMemberRead(read, effects);
        }
        else if (_phase == Phase.Reading && !read.Succeeded)
        {
            _readAwaitsRetry = true;
            Retry(effects);
        }
        else if (_phase == Phase.Reading)
        {
            _retries = 0;
            ConsiderRecord(read.Record, effects);
        }
    }

    private void OnMemberRead(RingInput.RecordRead read, EffectList<RingEffect> effects)
    {
        if (read.Succeeded && read.Record is { } record && !Install(record, _heldAtRead, effects))
        {
            return;
        }

        _recordIsMissing |= read.Succeeded && read.Record is null;
        if (read.Succeeded && read.Request >= _readWantedFrom)
        {
            _readWantedFrom = 0;
        }
        else if (!read.Succeeded && _readWantedFrom > 0)
        {
            _readAwaitsRetry = true;
            Retry(effects);
        }

        if (read.Succeeded && read.Record is not null)
        {
            _confirms.ReadProved(_readCovers);
            SettleConfirms(effects);
        }
        else
        {
            _confirms.ReadFailed(_readCovers, effects);
        }
    }

    private void OnSurveyAnswered(RingInput.SurveyAnswered answered, EffectList<RingEffect> effects)
    {
        if (answered.Request != _surveyRequest || _edit is not null)
        {
            return;
        }

        _surveyRequest = 0;
        if (!answered.IsComplete)
        {
            _surveyAwaitsRetry = true;
            Retry(effects);
            return;
        }

        _retries = 0;
        var held = ViewSurvey.Higher(answered.Highest, HeldRecord);
        if (_phase == Phase.Surveying)
        {
            _phase = Phase.Editing;
        }

        // Rule R3: where anybody holds a view, the ring goes on as a new epoch that names its parent.
        if (held is { HasAlive: true, Status: RecordStatus.Open })
        {
            Submit(new RecordEdit.Recreate(NextOperation(), held, _random.NextGuid()), effects);
        }
        else
        {
            SubmitCreate(effects);
        }
    }

    /// <summary>
    /// Waits a little, longer each time, and with jitter so that many do not come back at once (S13).
    /// </summary>
    private void Retry(EffectList<RingEffect> effects)
    {
        var doubled = _settings.RetryMinimum.Ticks << Math.Min(_retries, 16);
        var longest = Math.Min(doubled, _settings.RetryMaximum.Ticks);
        _retries++;
        SetTimer(RingTimer.Retry, TimeSpan.FromTicks((long)(longest * (0.5 + (0.5 * _random.NextDouble())))), effects);
    }

    private void OnTimerFired(RingTimer timer, long generation, EffectList<RingEffect> effects)
    {
        if (_timerGenerations[(int)timer] != generation)
        {
            return;
        }

        switch (timer)
        {
            case RingTimer.Retry:
                OnRetryDue(effects);
                break;
            case RingTimer.JoinAttempt when !IsInRing:
                FailJoin(
                    _phase == Phase.Asking ? JoinFailure.InserterLost : JoinFailure.RecordUnavailable,
                    effects);
                break;
            case RingTimer.LeaveDeadline when _phase == Phase.Leaving:
                Terminate(TerminationReason.LeftUndrained, "draining took too long", effects);
                break;
            case RingTimer.SlowMember when IsInRing:
                OnSlowMemberDue(effects);
                break;
            case RingTimer.PutOff when IsInRing:
                OnMomentOver();
                break;
            case RingTimer.Backlog when IsInRing:
                OnBacklogDue(effects);
                break;
        }
    }

    private void OnRetryDue(EffectList<RingEffect> effects)
    {
        if (_editAwaitsRetry)
        {
            _editAwaitsRetry = false;
            effects.Add(new RingEffect.SubmitEdit(_edit!));
        }

        if (_readAwaitsRetry)
        {
            _readAwaitsRetry = false;
            if (_readRequest == 0)
            {
                Read(effects);
            }
        }

        if (_surveyAwaitsRetry)
        {
            _surveyAwaitsRetry = false;
            if (IsInRing)
            {
                Survey(effects);
            }
            else
            {
                // Somebody may have made the record meanwhile.
                ReadForJoining(effects);
            }
        }
    }

    private void SetTimer(RingTimer timer, TimeSpan after, EffectList<RingEffect> effects) =>
        effects.Add(new RingEffect.SetTimer(timer, ++_timerGenerations[(int)timer], after));

    private void CancelTimer(RingTimer timer, EffectList<RingEffect> effects)
    {
        _timerGenerations[(int)timer]++;
        effects.Add(new RingEffect.CancelTimer(timer));
    }
}
