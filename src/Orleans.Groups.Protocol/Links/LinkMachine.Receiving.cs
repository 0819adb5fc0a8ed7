using System.Collections.Generic;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Orleans.Groups.Protocol;

/// <content>Batches that come in: put in order, delivered, acked; what was consumed is told (rule H5).</content>
internal sealed partial class LinkMachine
{
    private const int MaxCreditsInBatch = 1024;

    private readonly LinkReceiveLane _dataIn = new();
    private readonly LinkReceiveLane _controlIn = new();
    private readonly Dictionary<ulong, long> _unconsumed = [];
    private readonly Dictionary<ulong, long> _owed = [];
    private readonly Queue<ulong> _owedOrder = new();
    private bool _isAckOwed;
    private bool _isCreditDue;

    /// <summary>
    /// The host has handled frames of a credited channel: their sender may send more (rule H5). Of free channels and
    /// of other sessions than the one that runs it is ignored.
    /// </summary>
    /// <param name="session">The session in which they came.</param>
    /// <param name="channel">Their channel.</param>
    /// <param name="frames">How many.</param>
    /// <param name="bytes">The sum of their lengths.</param>
    /// <param name="effects">Where to.</param>
    internal void Consume(
        long session,
        LinkChannel channel,
        int frames,
        long bytes,
        EffectList<LinkEffect> effects)
    {
        if (!IsInSession || session != _session || !channel.IsCredited)
        {
            return;
        }

        var cost = LinkChannel.CostOf(frames, bytes);
        _unconsumed.TryGetValue(channel.Tag, out var unconsumed);
        Invariant.Require(cost >= 0, "what is consumed is counted up");
        Invariant.Require(cost <= unconsumed, "only what has arrived is consumed");
        if (cost == unconsumed)
        {
            _unconsumed.Remove(channel.Tag);
        }
        else
        {
            _unconsumed[channel.Tag] = unconsumed - cost;
        }

        Owe(channel, cost, effects);
        AssertInvariants();
    }

    private void Owe(LinkChannel channel, long cost, EffectList<LinkEffect> effects)
    {
        if (cost == 0)
        {
            return;
        }

        ref var owed = ref CollectionsMarshal.GetValueRefOrAddDefault(_owed, channel.Tag, out var isKnown);
        owed += cost;
        if (!isKnown)
        {
            _owedOrder.Enqueue(channel.Tag);
        }

        if (owed * 4 < _settings.ChannelCreditBytes)
        {
            EnsureCreditTimer(effects);
        }
        else
        {
            WantCredit(effects);
        }
    }

    private void WantCredit(EffectList<LinkEffect> effects)
    {
        _isCreditDue = true;
        if (!_isFlushWanted && _controlOut.InFlight < _window)
        {
            _isFlushWanted = true;
            effects.Add(LinkEffect.FlushWanted.Instance);
        }
    }

    /// <summary>Everything that was consumed and not told, for the next batch.</summary>
    private ImmutableArray<LinkCredit> TakeCredits()
    {
        if (_owedOrder.Count == 0)
        {
            return [];
        }

        var credits = new LinkCredit[int.Min(_owedOrder.Count, MaxCreditsInBatch)];
        for (var index = 0; index < credits.Length; index++)
        {
            var tag = _owedOrder.Dequeue();
            _owed.Remove(tag, out var bytes);
            credits[index] = new LinkCredit(new LinkChannel(tag), bytes);
        }

        _isCreditDue &= _owedOrder.Count > 0;
        return ImmutableCollectionsMarshal.AsImmutableArray(credits);
    }

    private void OnBatch(LinkMessage.Batch batch, EffectList<LinkEffect> effects)
    {
        OnAcks(batch.Acks, effects);
        _isAckOwed = true;
        if (Hold(batch, effects))
        {
            Drain(batch.Lane == LinkLane.Control ? _controlIn : _dataIn, effects);
        }
    }

    /// <summary>Keeps a batch that is possible and new.</summary>
    private bool Hold(LinkMessage.Batch batch, EffectList<LinkEffect> effects)
    {
        if (!IsPossible(batch))
        {
            Trace(LinkTrace.Malformed, effects);
            return false;
        }

        var lane = batch.Lane == LinkLane.Control ? _controlIn : _dataIn;
        if (lane.TryHold(batch, _settings.MaxBatchesInFlight) is not { } trace)
        {
            return true;
        }

        Trace(trace, effects);
        return false;
    }

    private bool IsPossible(LinkMessage.Batch batch)
    {
        var isControl = batch.Lane == LinkLane.Control;
        if (batch.Number < 1
            || batch.Body.Length > _settings.MaxBatchBytes
            || !(isControl || batch.Lane == LinkLane.Data)
            || (isControl && batch.Channel != default))
        {
            return false;
        }

        foreach (var credit in batch.Credits.IsDefault ? [] : batch.Credits)
        {
            if (credit.Bytes < 1 || !credit.Channel.IsCredited)
            {
                return false;
            }
        }

        return batch.Part switch
        {
            LinkPart.None => LinkFrames.AreWellFormed(
                batch.Body.Span,
                isControl ? 0 : LinkChannel.MaxTag,
                _settings.MaxFrameBytes),
            // A frame of very many tiny parts would hold very many messages.
            LinkPart.More =>
                batch.Body.Length >= LinkSettings.FewestBatchBytes && batch.Channel.Tag <= LinkChannel.MaxTag,
            LinkPart.Last => !batch.Body.IsEmpty && batch.Channel.Tag <= LinkChannel.MaxTag,
            _ => false,
        };
    }

    /// <summary>Accepts what is next in order.</summary>
    private void Drain(LinkReceiveLane lane, EffectList<LinkEffect> effects)
    {
        while (lane.PeekNext() is { } batch)
        {
            var fits = lane.Fits(batch, _settings.MaxFrameBytes) && _unconsumed.Count <= LinkSettings.MostChannels;
            lane.RemoveNext(isAccepted: fits);
            if (!fits)
            {
                Trace(LinkTrace.Malformed, effects);
                return;
            }

            _isAckOwed = true;
            Accept(lane, batch, effects);
        }
    }

    private void Accept(LinkReceiveLane lane, LinkMessage.Batch batch, EffectList<LinkEffect> effects)
    {
        var hasCredits = !batch.Credits.IsDefaultOrEmpty;
        if (hasCredits)
        {
            foreach (ref readonly var credit in batch.Credits.AsSpan())
            {
                OnCredit(in credit, effects);
            }
        }

        if (lane.FramesOf(batch) is { } frames)
        {
            if (batch.Lane == LinkLane.Data)
            {
                CountUnconsumed(frames, effects);
            }

            effects.Add(new LinkEffect.Deliver(_session, batch.Lane, frames));
        }
        else if (batch.Body.IsEmpty && !hasCredits)
        {
            effects.Add(new LinkEffect.KeepAliveHeard(_session));
        }
    }

    private void CountUnconsumed(in LinkFrames frames, EffectList<LinkEffect> effects)
    {
        foreach (var frame in frames)
        {
            if (!frame.Channel.IsCredited)
            {
                continue;
            }

            ref var unconsumed =
                ref CollectionsMarshal.GetValueRefOrAddDefault(_unconsumed, frame.Channel.Tag, out _);
            if (unconsumed >= _settings.ChannelCreditBytes)
            {
                Trace(LinkTrace.CreditOverrun, effects);
            }

            unconsumed += LinkChannel.CostOf(1, frame.Bytes.Length);
        }
    }

    private LinkAcks Acks() => new(_dataIn.Through, _dataIn.Held, _controlIn.Through, _controlIn.Held);

    private void AckWhatIsOwed(EffectList<LinkEffect> effects)
    {
        if (_isAckOwed && IsInSession)
        {
            _isAckOwed = false;
            effects.Add(new LinkEffect.Send(new LinkMessage.Ack(HeaderOf(_session), Acks())));
        }
    }
}
