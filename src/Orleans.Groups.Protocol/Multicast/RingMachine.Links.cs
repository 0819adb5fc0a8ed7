using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <content>Links: opening the one to the right with state, accepting state from the left.</content>
/// <remarks>
/// Rule R5 and L3: content counts only on the incarnation of the link whose catch-up was accepted; both ends take its
/// stamp from the record. Rule R8: on each link the record goes ahead of what depends on it.
/// </remarks>
internal sealed partial class RingMachine
{
    private readonly ProgressParts _catchupParts = new();
    private bool _leftIsOpen;
    private bool _rightIsOpen;
    private long _toldRight;

    private LinkStamp RightLink => new(_view!.Record.Epoch, _view.RightStamp, _view.Version);

    /// <summary>
    /// The right neighbour, or the link to it, is new: it gets this member's state, which contains whatever was
    /// gathered.
    /// </summary>
    private void OpenRight(EffectList<RingEffect> effects)
    {
        var right = _view!.Right;
        _output.Clear();
        _rightIsOpen = !right.Equals(_self);
        if (!_rightIsOpen)
        {
            return;
        }

        _toldRight = _view.Version;
        if (right.Equals(_insertJoiner))
        {
            // Rule R2: the newcomer counts from this step.
            _insertJoiner = null;
            var reply = ProgressParts.Split(CopyProgress(isForNewcomer: true), _settings.MaxFrameBytes);
            for (var part = 0; part < reply.Count; part++)
            {
                effects.Add(new RingEffect.Send(
                    right,
                    new RingMessage.JoinReply(_view.Record, part, reply.Count, reply[part])));
            }

            return;
        }

        effects.Add(new RingEffect.Send(right, new RingMessage.View(_view.Record)));
        var parts = ProgressParts.Split(CopyProgress(isForNewcomer: false), _settings.MaxFrameBytes);
        for (var part = 0; part < parts.Count; part++)
        {
            effects.Add(new RingEffect.Send(
                right,
                new RingMessage.Catchup(RightLink, part, parts.Count, parts[part])));
        }
    }

    /// <summary>
    /// Rule R9: tells the right neighbour about a newer version, ahead of what has been gathered (R8): that leaves
    /// with the newer stamp, and without the payloads for which the newer view says that the neighbour answers.
    /// </summary>
    private void PassViewOn(EffectList<RingEffect> effects)
    {
        if (_view!.Right.Equals(_self) || _toldRight >= _view.Version)
        {
            return;
        }

        _toldRight = _view.Version;
        effects.Add(new RingEffect.Send(_view.Right, new RingMessage.View(_view.Record)));
    }

    private List<ProgressEntry> CopyProgress(bool isForNewcomer)
    {
        var entries = new List<ProgressEntry>(_view!.Record.Entries.Length);
        foreach (var entry in _view.Record.Entries)
        {
            var progress = _progress[entry.Member];
            var leavesOut = !isForNewcomer && IsHeldByRight(entry.Member);
            entries.Add(new ProgressEntry(
                entry.Member,
                progress.LastPublished,
                progress.LastAcked,
                leavesOut ? [] : progress.CopyPending()));
        }

        return entries;
    }

    private bool IsHeldByRight(MemberId member) =>
        member.Equals(_view!.Right) || _view.HeldByRight.Contains(member);

    private void OnFlush(EffectList<RingEffect> effects)
    {
        _flushWanted = false;
        if (!_hasState)
        {
            return;
        }

        if (!_output.IsEmpty && _rightIsOpen)
        {
            TakeAckAlong();
            TakeReportsAlong(_view!.Right.Node);
        }

        SendGathered(effects);
        SendReports(effects);
    }

    private void SendGathered(EffectList<RingEffect> effects)
    {
        if (_output.IsEmpty)
        {
            return;
        }

        if (!_rightIsOpen)
        {
            // The neighbour is down: whoever comes after it gets the state.
            _output.Clear();
            return;
        }

        foreach (var frame in _output.Take(_settings.MaxFrameBytes, IsHeldByRight))
        {
            effects.Add(new RingEffect.Send(_view!.Right, new RingMessage.Activity(RightLink, frame)));
        }
    }

    private bool IsFromOpenLink(MemberId from, LinkStamp link, bool opens, EffectList<RingEffect> effects)
    {
        var view = _view!;
        RingTrace? refusal = !from.Equals(view.Left) ? RingTrace.NotFromLeft
            : link.Epoch != view.Record.Epoch || link.Stamp != view.Stamp ? RingTrace.OldLink
            : _suspects.Contains(from) ? RingTrace.OldLink
            : link.Version > view.Version ? RingTrace.AheadOfRecord
            : !opens && !_leftIsOpen ? RingTrace.OldLink
            : null;
        if (refusal is { } kind)
        {
            effects.Add(new RingEffect.Trace(kind, from));
            if (opens && !view.IsAlive(from) && link.Epoch == view.Record.Epoch && link.Version < view.Version)
            {
                // Rule R4: it was buried, and the notice got lost with a session, or came before it had state.
                effects.Add(new RingEffect.Send(from, new RingMessage.View(view.Record)));
            }
        }

        return refusal is null;
    }

    private void OnCatchup(MemberId from, RingMessage.Catchup catchup, EffectList<RingEffect> effects)
    {
        if (!IsFromOpenLink(from, catchup.Link, opens: true, effects))
        {
            return;
        }

        if (!_catchupParts.TryAdd(catchup.Part, catchup.Parts, catchup.Progress, out var whole))
        {
            effects.Add(new RingEffect.Trace(RingTrace.BrokenParts, from));
            return;
        }

        if (whole is null)
        {
            return;
        }

        _leftIsOpen = true;
        foreach (var entry in _view!.Record.Entries)
        {
            if (whole.TryGetValue(entry.Member, out var theirs))
            {
                CatchUp(_progress[entry.Member], theirs, effects);
            }
        }

        SettleConfirms(effects);
    }

    /// <summary>T6: what my left neighbour knows of a publisher and I do not. All marks are cumulative.</summary>
    private void CatchUp(MemberProgress mine, ProgressEntry theirs, EffectList<RingEffect> effects)
    {
        if (mine.IsHeld)
        {
            // Whatever the last member of the circle has seen has been all the way round.
            TakeReturned(theirs.Publisher, mine, theirs.LastPublished, theirs.LastAcked, effects);
        }
        else
        {
            TakeNew(
                mine,
                new ActivityEntry(theirs.Publisher, theirs.Pending, theirs.LastPublished, theirs.LastAcked),
                effects);
        }
    }
}
