namespace Orleans.Groups.Protocol;

/// <content>The policy about slow members (rule R1): who stands still, and who is always far behind.</content>
internal sealed partial class RingMachine
{
    private readonly BacklogWatch? _backlog;
    private MemberId? _slowMember;
    private long _slowMemberMark;
    private bool _isBacklogWatched;

    /// <summary>Rule R1: the oldest watermark names who holds the ring up; the policy acts on that alone.</summary>
    private void WatchSlowMember(EffectList<RingEffect> effects)
    {
        if (_backlog is null || _ledger.Slowest is not { } slowest)
        {
            return;
        }

        if (_slowMember is null)
        {
            _slowMember = slowest;
            _slowMemberMark = _ledger.ProcessedBy(slowest);
            SetTimer(RingTimer.SlowMember, _settings.EjectAfter, effects);
        }

        if (!_isBacklogWatched && _backlog.HasFallenBehind(_ledger.ProcessedBy(slowest)))
        {
            WatchBacklog(effects);
        }
    }

    private void OnSlowMemberDue(EffectList<RingEffect> effects)
    {
        if (_slowMember is { } member && _view!.IsAlive(member)
            && _ledger.ProcessedBy(member) == _slowMemberMark
            && _slowMemberMark < _ledger.Published)
        {
            Suspect(member);
        }

        _slowMember = null;
        WatchSlowMember(effects);
    }

    private void WatchBacklog(EffectList<RingEffect> effects)
    {
        _isBacklogWatched = true;
        SetTimer(RingTimer.Backlog, _settings.EjectAfter / BacklogWatch.TicksToEject, effects);
    }

    private void OnBacklogDue(EffectList<RingEffect> effects)
    {
        if (!_isBacklogWatched)
        {
            return; // Only what was asked for comes.
        }

        _isBacklogWatched = false;
        if (_backlog!.Tick(_view!.Record.Entries, _ledger, out var isAnyBehind) is { } member)
        {
            Suspect(member);
        }

        if (isAnyBehind)
        {
            WatchBacklog(effects);
        }
    }
}
