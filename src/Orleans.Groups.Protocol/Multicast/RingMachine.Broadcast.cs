using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <content>Broadcasting: numbers, confirms, and the window (rules R1 and R12).</content>
internal sealed partial class RingMachine
{
    private readonly WindowLedger _ledger;
    private readonly ConfirmTable _confirms = new();
    private readonly Dictionary<MemberId, long> _handled = [];
    private readonly List<MemberId> _reportsDue = [];

    private void OnBroadcast(RingInput.Broadcast broadcast, EffectList<RingEffect> effects)
    {
        if (_phase != Phase.Member)
        {
            // The host learned of the leaving or the end only afterwards. Nothing of it was sent.
            RefuseConfirms(broadcast.Confirms, effects);
            return;
        }

        var own = _progress[_self];
        var first = own.LastPublished + 1;
        var payloads = broadcast.Payloads;
        while (!payloads.IsEmpty)
        {
            var count = CountForFrame(payloads.Span);
            var batch = new PublicationBatch(own.LastPublished + 1, payloads[..count]);
            payloads = payloads[count..];
            own.Append(batch);
            _ledger.Add(batch);
            _backlog?.Add(batch);
            effects.Add(new RingEffect.Deliver(_self, batch));
            if (!IsAlone)
            {
                _output.Publish(_self, batch);
            }
        }

        foreach (var confirm in broadcast.Confirms)
        {
            _confirms.Add(first + confirm.Index, confirm, needsRead: IsAlone);
            if (confirm.Level == ConfirmLevel.ProcessedByAll && !IsAlone)
            {
                _output.Ask(_self);
            }
        }

        if (IsAlone)
        {
            own.SettleAlone();
        }

        ReleaseWindow(effects);
    }

    /// <summary>
    /// How many payloads go into one batch, so that a frame stays within its limit; at least one. No more than a
    /// quarter of the window, which gets whole batches back.
    /// </summary>
    private int CountForFrame(ReadOnlySpan<ReadOnlyMemory<byte>> payloads)
    {
        var most = Math.Min(_settings.MaxFrameBytes, _settings.WindowBytes / 4);
        var bytes = 0L;
        for (var count = 0; count < payloads.Length; count++)
        {
            bytes += payloads[count].Length + PublicationBatch.OverheadBytes;
            if (bytes > most && count > 0)
            {
                return count;
            }
        }

        return payloads.Length;
    }

    private void RefuseConfirms(ImmutableArray<ConfirmRequest> confirms, EffectList<RingEffect> effects)
    {
        var reason = _phase == Phase.Leaving ? BroadcastReason.Leaving : BroadcastReason.Terminated;
        foreach (var confirm in confirms)
        {
            effects.Add(new RingEffect.ConfirmSettled(
                confirm.Confirm,
                new BroadcastOutcome(BroadcastStatus.Failed, reason)));
        }
    }

    /// <summary>This member's own messages are acked or processed further than before, perhaps.</summary>
    private void SettleConfirms(EffectList<RingEffect> effects)
    {
        _backlog?.Ack(_progress[_self].LastAcked);
        var released = _ledger.Release(_progress[_self].LastAcked);
        if (released > 0)
        {
            effects.Add(new RingEffect.WindowReleased(released));
        }

        if (!_confirms.IsEmpty)
        {
            _confirms.Settle(_progress[_self].LastAcked, _ledger.ProcessedThrough, effects);
        }
    }

    /// <summary>
    /// This member's handler has come further: the publisher is told at the end of the turn, straight.
    /// </summary>
    private void OnProcessed(MemberId publisher, long through, EffectList<RingEffect> effects)
    {
        if (!_hasState || !_progress.ContainsKey(publisher))
        {
            return;
        }

        _handled[publisher] = Math.Max(through, _handled.GetValueOrDefault(publisher));
        if (!publisher.Equals(_self))
        {
            ReportSoon(publisher, through, effects);
        }
        else if (_ledger.Report(_self, through, _view!))
        {
            _backlog?.Report(_self, through);
            ReleaseWindow(effects);
        }
    }

    private void OnProcessedReport(MemberId from, long through, EffectList<RingEffect> effects)
    {
        if (_hasState && _ledger.Report(from, through, _view!))
        {
            _backlog?.Report(from, through);
            ReleaseWindow(effects);
        }
    }

    private void ReleaseWindow(EffectList<RingEffect> effects)
    {
        _ledger.Recompute(_view!.Record.Entries);
        SettleConfirms(effects);
        WatchSlowMember(effects);
    }

    /// <summary>
    /// After a view change, or in a new session with a node, publishers there may not know how far this member has
    /// come.
    /// </summary>
    private void ReportAgain(NodeId? node)
    {
        if (!_hasState)
        {
            return;
        }

        foreach (var entry in _view!.Record.Entries)
        {
            if (entry.IsAlive && !entry.Member.Equals(_self) && (node is null || node.Equals(entry.Member.Node))
                && _handled.ContainsKey(entry.Member))
            {
                MarkReportDue(entry.Member);
            }
        }
    }

    private void MarkReportDue(MemberId publisher)
    {
        if (!_reportsDue.Contains(publisher))
        {
            _reportsDue.Add(publisher);
        }
    }

    private void SendReports(EffectList<RingEffect> effects)
    {
        foreach (var publisher in _reportsDue)
        {
            _ = _unreportedBytes.Remove(publisher);
            if (_view!.IsAlive(publisher) && _handled.TryGetValue(publisher, out var through))
            {
                effects.Add(new RingEffect.Send(
                    publisher,
                    new RingMessage.Processed(_view.Record.Epoch, through)));
            }
        }

        _reportsDue.Clear();
    }
}
