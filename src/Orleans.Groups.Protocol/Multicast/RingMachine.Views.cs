using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <content>Views: the one path on which a record becomes this member's ring (S7).</content>
internal sealed partial class RingMachine
{
    private readonly List<MemberId> _suspects = [];
    private readonly List<MemberId> _watched = [];

    /// <summary>Whether a record is as new as another one, made again once or more often in between or not.</summary>
    private static bool IsAtLeast(GroupRecord held, GroupRecord other) =>
        held.Epoch == other.Epoch
            ? held.Version >= other.Version
            : held.Parent == other.Epoch || Descends(held, other);

    private void OnView(GroupRecord record, EffectList<RingEffect> effects)
    {
        if (!record.Group.Equals(_group))
        {
            effects.Add(new RingEffect.Trace(RingTrace.OldRecord, null));
        }
        else if (IsInRing)
        {
            _ = Install(record, heldWhenAsked: null, effects);
        }
        else
        {
            OnViewWhileJoining(record, effects);
        }
    }

    /// <summary>Goes by a record from now on, unless it is not newer than the one held.</summary>
    /// <param name="record">The record.</param>
    /// <param name="heldWhenAsked">
    /// The record held when the store was asked, if this is its answer; <see langword="null"/> when a peer says so,
    /// which may be behind.
    /// </param>
    /// <param name="effects">What is to be done.</param>
    /// <returns>Whether this member is still in the ring.</returns>
    private bool Install(GroupRecord record, GroupRecord? heldWhenAsked, EffectList<RingEffect> effects)
    {
        var before = _view!;
        if (!IsNewer(record, before.Record, heldWhenAsked, effects))
        {
            return IsInRing;
        }

        if (record.Status != RecordStatus.Open)
        {
            TellNeighbours(record, effects);
            Terminate(
                record.Status == RecordStatus.Forgotten ? TerminationReason.Forgotten : TerminationReason.GroupShutDown,
                "the group's record was closed",
                effects);
            return false;
        }

        if (!record.ListsAlive(_self))
        {
            TellNeighbours(record, effects);
            // In a ring founded anew beside this one, nobody has got what this member published.
            var hasLeft = _phase == Phase.Leaving && record.IndexOf(_self) < 0
                && (_removalHandedIn || _edit is RecordEdit.Remove) && GoesOnFrom(record, before.Record);
            Terminate(
                hasLeft ? TerminationReason.Left : TerminationReason.LostMembership,
                hasLeft ? string.Empty : $"version {record.Version} of the record does not list it as alive",
                effects);
            return false;
        }

        if (!GoesOnFrom(record, before.Record))
        {
            effects.Add(new RingEffect.Trace(RingTrace.RolledBack, null));
            Terminate(
                TerminationReason.LostMembership,
                $"the record was made again without version {before.Version}, which this member went by",
                effects);
            return false;
        }

        _view = new RingView(record, _self);
        AfterViewChange(before, effects);
        return true;
    }

    /// <summary>
    /// Rule R3: a record that was made again contains what this member has adopted if it remembers the last edit of it.
    /// Race: a survey asks this member's node; the answer to an edit, or a neighbour's view, arrives from before the
    /// loss; the record is made again without it. Taking back what the handler has been told would be worse than to
    /// stop.
    /// </summary>
    private static bool GoesOnFrom(GroupRecord record, GroupRecord held) =>
        record.Epoch == held.Epoch || (!held.Operations.IsEmpty && record.Operations.Contains(held.Operations[^1]));

    private bool IsNewer(
        GroupRecord record,
        GroupRecord held,
        GroupRecord? heldWhenAsked,
        EffectList<RingEffect> effects)
    {
        if (heldWhenAsked is not null && WentBack(record, heldWhenAsked))
        {
            // Rule R3: a store that was rolled back is detected, not repaired.
            effects.Add(new RingEffect.Trace(RingTrace.RolledBack, null));
            Terminate(
                TerminationReason.LostMembership,
                $"the record store went back from version {heldWhenAsked.Version} to {record.Version}",
                effects);
            return false;
        }

        if (record.Epoch == held.Epoch)
        {
            return record.Version > held.Version && IsOneHistory(record, held, effects);
        }

        if (held.Parent == record.Epoch || Descends(held, record))
        {
            effects.Add(new RingEffect.Trace(RingTrace.OldRecord, null));
            return false;
        }

        if (heldWhenAsked is not null || record.Parent == held.Epoch || Descends(record, held))
        {
            return true;
        }

        effects.Add(new RingEffect.Trace(RingTrace.OldRecord, null));
        // Neither has come out of the other, as far as they tell: the store knows.
        WantRead();
        return false;
    }

    /// <summary>
    /// Whether a record was made again, perhaps more than once, out of another: it remembers the other's last edit.
    /// Race: (1) the record is lost and made again twice, and a member hears of the second time only; (2) it gets a new
    /// left neighbour, whose view it would have to confirm by a read; (3) the catch-up behind that view would be
    /// refused, and never come again (rule R8).
    /// </summary>
    private static bool Descends(GroupRecord later, GroupRecord earlier) =>
        later.Version > earlier.Version
        && !earlier.Operations.IsEmpty
        && later.Operations.Contains(earlier.Operations[^1]);

    /// <summary>
    /// Whether a newer version has come out of the one held. Where it has not, the store went back in between and has
    /// another history now, which a peer goes by: the store knows (rule R3).
    /// </summary>
    private bool IsOneHistory(GroupRecord record, GroupRecord held, EffectList<RingEffect> effects)
    {
        if (!WentBack(record, held))
        {
            return true;
        }

        effects.Add(new RingEffect.Trace(RingTrace.RolledBack, null));
        WantRead();
        return false;
    }

    /// <summary>
    /// Whether the store's answer is older than what it had said before it was asked, or has another history since.
    /// </summary>
    private static bool WentBack(GroupRecord record, GroupRecord held)
    {
        if (record.Epoch != held.Epoch)
        {
            return held.Parent == record.Epoch;
        }

        return record.Version < held.Version || !HasPastOf(record, held);
    }

    /// <summary>
    /// Whether a record remembers the same edits as one before it in the same epoch, as far back as both remember any.
    /// </summary>
    /// <remarks>
    /// The last edit alone does not tell. Race: (1) an edit is applied, and its author does not hear of it; (2) the
    /// store goes back to before that, and another edit takes the place of what came earlier; (3) the first edit is
    /// handed in again and makes the same version as the first time, with other members.
    /// </remarks>
    private static bool HasPastOf(GroupRecord record, GroupRecord held)
    {
        var remembered = record.Operations;
        var forgotten = remembered.Length < GroupRecord.MaxOperations ? 0 : remembered[0].Version - 1;
        var at = 0;
        foreach (var operation in held.Operations)
        {
            if (operation.Version > forgotten && (at == remembered.Length || remembered[at++] != operation))
            {
                return false;
            }
        }

        return true;
    }

    private void AfterViewChange(RingView before, EffectList<RingEffect> effects)
    {
        var view = _view!;
        var births = UpdateProgress(view, before, out var deaths);
        RefreshHeld();
        if (IsAlone)
        {
            // Rule R11 and S6: settle first, erase afterwards.
            SettleAlone(effects);
        }

        if (!births.IsEmpty || !deaths.IsEmpty)
        {
            effects.Add(new RingEffect.NotifyChanged(births, deaths, view.ByJoining));
        }

        if (!view.Left.Equals(before.Left) || view.Stamp != before.Stamp)
        {
            _leftIsOpen = false;
            _catchupParts.Reset();
        }

        if (!view.Left.Equals(before.Left) && !view.Left.Equals(_self) && !view.Left.Equals(view.Right))
        {
            effects.Add(new RingEffect.Send(view.Left, new RingMessage.View(view.Record)));
        }

        if (!view.Right.Equals(before.Right) || view.RightStamp != before.RightStamp)
        {
            _toldRight = 0;
            OpenRight(effects);
        }
        else
        {
            PassViewOn(effects);
        }

        TellIfBuried(before.Left, effects);
        if (!before.Right.Equals(before.Left))
        {
            TellIfBuried(before.Right, effects);
        }

        UpdateWatches(effects);
        ReportAgain(null);
        ReleaseWindow(effects);
        SettleConfirms(effects);
    }

    /// <summary>
    /// Rule R4: a neighbour that somebody else buried may live, and whoever buried it may not be able to tell it. This
    /// member can; or else the session between the two is over and the buried one finds out by itself.
    /// </summary>
    private void TellIfBuried(MemberId neighbour, EffectList<RingEffect> effects)
    {
        if (!_view!.IsAlive(neighbour))
        {
            effects.Add(new RingEffect.Send(neighbour, new RingMessage.View(_view.Record)));
        }
    }

    /// <summary>
    /// Blank entries for whoever is new, none for whoever is gone. Births and deaths are what changed in what the ring
    /// knows.
    /// </summary>
    private ImmutableArray<MemberId> UpdateProgress(RingView view, RingView before, out ImmutableArray<MemberId> deaths)
    {
        var births = ImmutableArray.CreateBuilder<MemberId>();
        foreach (var member in view.ByJoining)
        {
            if (_progress.TryAdd(member, new MemberProgress()))
            {
                births.Add(member);
            }
        }

        var gone = ImmutableArray.CreateBuilder<MemberId>();
        foreach (var member in before.ByJoining)
        {
            if (!view.IsAlive(member))
            {
                _suspects.Remove(member);
                _ledger.Forget(member);
                _backlog?.Forget(member);
            }

            if (!view.Knows(member))
            {
                gone.Add(member);
                _progress.Remove(member);
                _handled.Remove(member);
                ForgetReports(member);
            }
        }

        deaths = gone.ToImmutable();
        return births.ToImmutable();
    }

    private void RefreshHeld()
    {
        foreach (var member in _view!.Inherited)
        {
            _progress[member].IsHeld = true;
        }

        _progress[_self].IsHeld = true;
    }

    /// <summary>Rule R11: nobody else is left to wait for, and the record says so.</summary>
    private void SettleAlone(EffectList<RingEffect> effects)
    {
        _output.Clear();
        foreach (var entry in _view!.Record.Entries)
        {
            _progress[entry.Member].SettleAlone();
        }

        SettleConfirms(effects);
    }

    /// <summary>This member stops: its neighbours learn from it why, whoever else is slow to say so.</summary>
    private void TellNeighbours(GroupRecord record, EffectList<RingEffect> effects)
    {
        var view = _view!;
        if (!view.Right.Equals(_self))
        {
            effects.Add(new RingEffect.Send(view.Right, new RingMessage.View(record)));
        }

        if (!view.Left.Equals(_self) && !view.Left.Equals(view.Right))
        {
            effects.Add(new RingEffect.Send(view.Left, new RingMessage.View(record)));
        }
    }

    private void UpdateWatches(EffectList<RingEffect> effects)
    {
        var view = _view!;
        for (var index = _watched.Count - 1; index >= 0; index--)
        {
            var member = _watched[index];
            if (!member.Equals(view.Left) && !member.Equals(view.Right))
            {
                _watched.RemoveAt(index);
                effects.Add(new RingEffect.Unwatch(member));
            }
        }

        Watch(view.Left, effects);
        Watch(view.Right, effects);
    }

    private void Watch(MemberId member, EffectList<RingEffect> effects)
    {
        if (!member.Equals(_self) && !_watched.Contains(member) && !_suspects.Contains(member))
        {
            _watched.Add(member);
            effects.Add(new RingEffect.Watch(member));
        }
    }

    private void OnMemberDown(MemberId member, DownCause cause, EffectList<RingEffect> effects)
    {
        if (_phase == Phase.Asking && member.Equals(_inserter))
        {
            OnInserterDown(cause, effects);
            return;
        }

        if (IsInRing && _watched.Remove(member))
        {
            Suspect(member);
        }
    }

    /// <summary>
    /// A session has begun. Reports and burial notices sent before may be lost: report again, and look whether this
    /// member is still listed (rule R4).
    /// </summary>
    /// <remarks>
    /// Race: (1) a member joins on a node that is not connected yet with the node of a publisher; (2) its handler
    /// processes the publisher's messages, and the report of that is lost; (3) the two nodes get their first session.
    /// The publisher would wait for ever for that report. The record need not be read, since nothing was ever heard.
    /// </remarks>
    private void OnPeerUp(NodeId node, bool isFirst)
    {
        ReportAgain(node);
        if (!isFirst)
        {
            WantRead();
        }
    }

    /// <summary>
    /// Whatever the cause, the order on the link is over: the member has to go, or this one (the record decides).
    /// </summary>
    private void Suspect(MemberId member)
    {
        if (!_view!.IsAlive(member) || _suspects.Contains(member))
        {
            return;
        }

        _suspects.Add(member);
        _leftIsOpen &= !member.Equals(_view.Left);
        _rightIsOpen &= !member.Equals(_view.Right);
    }

    private void OnValidateMembers(ImmutableArray<MemberId> members, EffectList<RingEffect> effects)
    {
        if (!IsInRing)
        {
            return;
        }

        var listed = new HashSet<MemberId>(members);
        var births = ImmutableArray.CreateBuilder<MemberId>();
        foreach (var member in _view!.ByJoining)
        {
            if (!listed.Contains(member))
            {
                births.Add(member);
            }
        }

        var deaths = ImmutableArray.CreateBuilder<MemberId>();
        foreach (var member in members)
        {
            if (!_view.Knows(member))
            {
                deaths.Add(member);
            }
        }

        if (births.Count > 0 || deaths.Count > 0)
        {
            effects.Add(new RingEffect.NotifyChanged(births.ToImmutable(), deaths.ToImmutable(), _view.ByJoining));
        }
    }
}
