using System;
using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <content>What nobody waits for: it goes along with something else, or after a moment.</content>
/// <remarks>
/// Reports of progress and this member's own acks change nothing but what is kept, so they are put off while that is
/// little, which saves a frame each per message. A report is made at once when the publisher asks for it, since
/// somebody waits for <i>processed by all</i>, when an eighth of a window has come since the last one, and when this
/// member leaves.
/// </remarks>
internal sealed partial class RingMachine
{
    private readonly List<MemberId> _reportsPutOff = [];
    private readonly Dictionary<MemberId, long> _asked = [];
    private readonly Dictionary<MemberId, long> _unreportedBytes = [];
    private bool _isAckPutOff;
    private bool _isMomentSet;

    private bool IsPatient => _settings.ReportDelay > TimeSpan.Zero && _phase == Phase.Member;

    /// <summary>
    /// A publisher, by its neighbours, wants to be told at once when its messages have been processed.
    /// </summary>
    private void OnAsked(MemberId publisher, MemberProgress progress)
    {
        _output.Ask(publisher);
        if (_handled.GetValueOrDefault(publisher) < progress.LastPublished)
        {
            _asked[publisher] = progress.LastPublished;
        }
        else if (_reportsPutOff.Remove(publisher))
        {
            MarkReportDue(publisher);
        }
    }

    /// <summary>This member's handler has come further with somebody's messages.</summary>
    private void ReportSoon(MemberId publisher, long through, EffectList<RingEffect> effects)
    {
        var isAsked = _asked.TryGetValue(publisher, out var asked) && through >= asked;
        if (isAsked)
        {
            _ = _asked.Remove(publisher);
        }

        if (isAsked || !IsPatient || _unreportedBytes.GetValueOrDefault(publisher) * 8 >= _settings.WindowBytes)
        {
            _ = _reportsPutOff.Remove(publisher);
            MarkReportDue(publisher);
        }
        else if (!_reportsPutOff.Contains(publisher) && !_reportsDue.Contains(publisher))
        {
            _reportsPutOff.Add(publisher);
            SetMoment(effects);
        }
    }

    /// <summary>This member's own messages have been all the way round: everybody may forget them.</summary>
    private void AckSoon(long through, EffectList<RingEffect> effects)
    {
        if (IsPatient)
        {
            _isAckPutOff = true;
            SetMoment(effects);
        }
        else
        {
            _output.Ack(_self, through);
        }
    }

    private void SetMoment(EffectList<RingEffect> effects)
    {
        if (!_isMomentSet)
        {
            _isMomentSet = true;
            SetTimer(RingTimer.PutOff, _settings.ReportDelay, effects);
        }
    }

    private void OnMomentOver()
    {
        _isMomentSet = false;
        SendPutOff();
    }

    /// <summary>Nothing is put off any longer.</summary>
    private void SendPutOff()
    {
        _reportsPutOff.ForEach(MarkReportDue);
        _reportsPutOff.Clear();
        TakeAckAlong();
    }

    private void TakeAckAlong()
    {
        if (_isAckPutOff && !IsAlone)
        {
            _output.Ack(_self, _progress[_self].LastAcked);
        }

        _isAckPutOff = false;
    }

    /// <summary>A frame goes to that node: reports for it go along.</summary>
    private void TakeReportsAlong(NodeId node)
    {
        for (var index = _reportsPutOff.Count - 1; index >= 0; index--)
        {
            if (_reportsPutOff[index].Node.Equals(node))
            {
                MarkReportDue(_reportsPutOff[index]);
                _reportsPutOff.RemoveAt(index);
            }
        }
    }

    private void NoteReceived(MemberId publisher, PublicationBatch batch)
    {
        if (IsPatient)
        {
            _unreportedBytes[publisher] = _unreportedBytes.GetValueOrDefault(publisher) + batch.Bytes;
        }
    }

    private void ForgetReports(MemberId publisher)
    {
        _ = _reportsPutOff.Remove(publisher);
        _ = _asked.Remove(publisher);
        _ = _unreportedBytes.Remove(publisher);
    }
}
