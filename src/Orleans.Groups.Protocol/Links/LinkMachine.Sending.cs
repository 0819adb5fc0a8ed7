using System;
using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <content>Frames that go out: gathered, numbered, kept until they are acked; credit (rules H4, H5).</content>
internal sealed partial class LinkMachine
{
    private const int ListedAtLeast = 32;

    private readonly LinkSendLane _dataOut = new(LinkLane.Data);
    private readonly LinkSendLane _controlOut = new(LinkLane.Control);
    private readonly Dictionary<ulong, LinkSendChannel> _channels = [];
    private readonly List<LinkSendChannel> _blocked = []; // All that are blocked, and some that were.
    private int _blockedCount;
    private LinkSendChannel? _lastChannel;
    private long _waitingBytes;
    private bool _isLaneShort; // A channel waits because the lane is full.
    private bool _isFlushWanted;
    private int _window;
    private int _eager;

    private bool IsDrained => _dataOut.IsEmpty && _controlOut.IsEmpty && _waitingBytes == 0;

    // The other half is for free channels, whose frames cannot be refused.
    private long CreditedLaneBytes => Math.Max(1, _settings.MaxBufferBytes / 2);

    /// <summary>Sends a frame on the data lane, encoded straight into a batch.</summary>
    /// <param name="session">The session in which it is meant.</param>
    /// <param name="channel">Its channel.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="effects">Where to.</param>
    internal LinkSendOutcome Send(
        long session,
        LinkChannel channel,
        NodeFrame frame,
        EffectList<LinkEffect> effects)
    {
        var outcome = Choose(session, channel, effects, out var queue, out var owner);
        if (queue is null)
        {
            return outcome;
        }

        var before = queue.Bytes;
        queue.Begin(channel);
        WireCodec.Encode(frame, queue);
        return Finish(queue, owner, queue.Bytes - before, effects);
    }

    /// <summary>Sends an encoded frame on the data lane. Copied; may be empty.</summary>
    /// <param name="session">The session in which it is meant.</param>
    /// <param name="channel">Its channel.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="effects">Where to.</param>
    internal LinkSendOutcome Send(
        long session,
        LinkChannel channel,
        ReadOnlySpan<byte> frame,
        EffectList<LinkEffect> effects)
    {
        var outcome = Choose(session, channel, effects, out var queue, out var owner);
        if (queue is null)
        {
            return outcome;
        }

        var before = queue.Bytes;
        queue.Begin(channel);
        queue.Write(frame);
        return Finish(queue, owner, queue.Bytes - before, effects);
    }

    /// <summary>Sends a frame on the control lane: only what may overtake data (rule H4).</summary>
    internal LinkSendOutcome SendControl(long session, NodeFrame frame, EffectList<LinkEffect> effects)
    {
        if (ChooseControl(session, out var outcome))
        {
            _controlOut.Gathered.Begin(default);
            WireCodec.Encode(frame, _controlOut.Gathered);
            outcome = FinishControl(effects);
        }

        return outcome;
    }

    /// <summary>Sends an encoded frame on the control lane. Copied; may be empty.</summary>
    internal LinkSendOutcome SendControl(long session, ReadOnlySpan<byte> frame, EffectList<LinkEffect> effects)
    {
        if (ChooseControl(session, out var outcome))
        {
            _controlOut.Gathered.Begin(default);
            _controlOut.Gathered.Write(frame);
            outcome = FinishControl(effects);
        }

        return outcome;
    }

    private bool ChooseControl(long session, out LinkSendOutcome outcome)
    {
        outcome = _state != LinkState.Open || session != _session ? LinkSendOutcome.NotConnected : LinkSendOutcome.Full;
        return outcome == LinkSendOutcome.Full && _controlOut.Bytes < _settings.MaxControlBytes;
    }

    private LinkSendOutcome FinishControl(EffectList<LinkEffect> effects)
    {
        WantFlush(_controlOut, effects);
        AssertInvariants();
        return _controlOut.Gathered.LastLength < 0 ? LinkSendOutcome.TooLarge : LinkSendOutcome.Accepted;
    }

    /// <summary>Where a frame is to be written: the lane, or what waits in its channel; or why nowhere.</summary>
    private LinkSendOutcome Choose(
        long session,
        LinkChannel channel,
        EffectList<LinkEffect> effects,
        out LinkFrameQueue? queue,
        out LinkSendChannel? owner)
    {
        queue = null;
        owner = null;
        if (_state != LinkState.Open || session != _session)
        {
            return LinkSendOutcome.NotConnected;
        }

        if (channel.IsCredited)
        {
            return ChooseCredited(channel, effects, out queue, out owner);
        }

        if (_dataOut.Bytes >= _settings.MaxBufferBytes)
        {
            GiveUp(LinkEndReason.BufferFull, effects);
            AssertInvariants();
            return LinkSendOutcome.NotConnected;
        }

        queue = _dataOut.Gathered;
        return LinkSendOutcome.Accepted;
    }

    private LinkSendOutcome ChooseCredited(
        LinkChannel channel,
        EffectList<LinkEffect> effects,
        out LinkFrameQueue? queue,
        out LinkSendChannel? owner)
    {
        queue = null;
        owner = FindChannel(channel);
        if (owner is null)
        {
            return LinkSendOutcome.Full;
        }

        var isLaneShort = _dataOut.Bytes >= CreditedLaneBytes;
        if (!isLaneShort && !owner.HasWaiting && owner.Outstanding < _peerLimits.ChannelCreditBytes)
        {
            queue = _dataOut.Gathered;
            return LinkSendOutcome.Accepted;
        }

        _isLaneShort |= isLaneShort;
        if (owner.WaitingBytes >= _settings.MaxChannelWaitingBytes || _waitingBytes >= _settings.MaxWaitingBytes)
        {
            Block(owner, effects);
            return LinkSendOutcome.Full;
        }

        queue = owner.MakeWaiting(_dataOut.Gathered.MaxChunkBytes, _dataOut.Gathered.MaxFrameBytes);
        return LinkSendOutcome.Accepted;
    }

    private LinkSendOutcome Finish(
        LinkFrameQueue queue,
        LinkSendChannel? owner,
        long added,
        EffectList<LinkEffect> effects)
    {
        var length = queue.LastLength;
        if (owner is not null)
        {
            if (queue != _dataOut.Gathered)
            {
                _waitingBytes += added;
            }
            else if (length >= 0)
            {
                owner.Take(length);
            }

            if (owner.HasWaiting || owner.Outstanding >= _peerLimits.ChannelCreditBytes)
            {
                Block(owner, effects);
            }

            Forget(owner);
        }

        WantFlush(_dataOut, effects);
        AssertInvariants();
        return length < 0 ? LinkSendOutcome.TooLarge : LinkSendOutcome.Accepted;
    }

    private LinkSendChannel? FindChannel(LinkChannel channel)
    {
        if (_lastChannel?.Channel == channel)
        {
            return _lastChannel;
        }

        if (!_channels.TryGetValue(channel.Tag, out var found))
        {
            if (_channels.Count >= _settings.MaxChannels)
            {
                return null;
            }

            _channels.Add(channel.Tag, found = new LinkSendChannel(channel));
        }

        return _lastChannel = found;
    }

    private void Forget(LinkSendChannel channel)
    {
        if (channel.IsIdle)
        {
            _channels.Remove(channel.Channel.Tag);
            _lastChannel = null;
        }
    }

    private void Block(LinkSendChannel channel, EffectList<LinkEffect> effects)
    {
        if (!channel.IsBlocked)
        {
            channel.IsBlocked = true;
            _blockedCount++;
            if (!channel.IsListed)
            {
                channel.IsListed = true;
                TrimBlocked();
                _blocked.Add(channel);
            }

            effects.Add(new LinkEffect.Writable(_session, channel.Channel, HasRoom: false));
        }
    }

    /// <summary>The peer has consumed frames of a channel.</summary>
    private void OnCredit(in LinkCredit credit, EffectList<LinkEffect> effects)
    {
        if (!_channels.TryGetValue(credit.Channel.Tag, out var channel) || !channel.Return(credit.Bytes))
        {
            Trace(LinkTrace.Malformed, effects);
        }

        if (channel is not null)
        {
            Release(channel, effects);
        }
    }

    private void Release(LinkSendChannel channel, EffectList<LinkEffect> effects)
    {
        var before = channel.WaitingBytes;
        var credit = _peerLimits.ChannelCreditBytes;
        channel.Release(credit, _dataOut, CreditedLaneBytes);
        _waitingBytes += channel.WaitingBytes - before;
        _isLaneShort |= channel.HasWaiting && _dataOut.Bytes >= CreditedLaneBytes;
        if (channel.IsBlocked && !channel.HasWaiting && channel.Outstanding <= credit / 2)
        {
            channel.IsBlocked = false;
            _blockedCount--;
            effects.Add(new LinkEffect.Writable(_session, channel.Channel, HasRoom: true));
        }

        Forget(channel);
    }

    /// <summary>The lane has drained: channels that waited for that go on, in the order in which they were stopped.</summary>
    private void ReleaseAll(EffectList<LinkEffect> effects)
    {
        if (!_isLaneShort || _dataOut.Bytes > CreditedLaneBytes / 2)
        {
            return;
        }

        _isLaneShort = false;
        var kept = 0;
        for (var index = 0; index < _blocked.Count; index++)
        {
            var channel = _blocked[index];
            if (channel.IsBlocked)
            {
                Release(channel, effects);
            }

            channel.IsListed = channel.IsBlocked;
            if (channel.IsBlocked)
            {
                _blocked[kept++] = channel;
            }
        }

        _blocked.RemoveRange(kept, _blocked.Count - kept);
    }

    /// <summary>Those that are not blocked any more leave the list in one go, when they have become many.</summary>
    private void TrimBlocked()
    {
        if (_blocked.Count < 2 * (_blockedCount + ListedAtLeast))
        {
            return;
        }

        foreach (var channel in _blocked)
        {
            channel.IsListed = channel.IsBlocked;
        }

        _blocked.RemoveAll(static channel => !channel.IsListed);
    }

    private void WantFlush(LinkSendLane lane, EffectList<LinkEffect> effects)
    {
        if (!_isFlushWanted && lane.WantsToSend(_eager, _window))
        {
            _isFlushWanted = true;
            effects.Add(LinkEffect.FlushWanted.Instance);
        }
    }

    /// <summary>Sends what is gathered, as far as the windows go; control first (rule H4).</summary>
    private void Flush(EffectList<LinkEffect> effects)
    {
        _isFlushWanted = false;
        if (!IsInSession)
        {
            return;
        }

        FlushLane(_controlOut, effects);
        FlushLane(_dataOut, effects);
        if (_isCreditDue && _controlOut.InFlight < _window)
        {
            SendNext(_controlOut, effects);
        }

        if (_isKeepAliveDue)
        {
            _isKeepAliveDue = false;
            if (_controlOut.InFlight + _dataOut.InFlight == 0)
            {
                SendNext(_controlOut, effects);
            }
        }
    }

    private void FlushLane(LinkSendLane lane, EffectList<LinkEffect> effects)
    {
        while (lane.WantsToSend(_eager, _window))
        {
            SendNext(lane, effects);
        }
    }

    private void SendNext(LinkSendLane lane, EffectList<LinkEffect> effects)
    {
        var batch = lane.Next(TakeCredits());
        Transmit(lane, batch, effects);
        EnsureRetry(effects);
    }

    private void Transmit(LinkSendLane lane, LinkSentBatch batch, EffectList<LinkEffect> effects)
    {
        batch.Attempts++;
        batch.Period = _period;
        batch.HasFailed = false;
        _isAckOwed = false; // It says what has arrived.
        effects.Add(new LinkEffect.Send(new LinkMessage.Batch(
            HeaderOf(_session),
            Acks(),
            lane.Lane,
            batch.Number,
            batch.Credits,
            batch.Chunk.Part,
            batch.Chunk.Channel,
            batch.Chunk.Body)));
    }

    /// <summary>What the peer has accepted of ours.</summary>
    private void OnAcks(in LinkAcks acks, EffectList<LinkEffect> effects)
    {
        var data = _dataOut.Acked(acks.DataThrough, acks.DataHeld);
        var control = _controlOut.Acked(acks.ControlThrough, acks.ControlHeld);
        if (data is null || control is null)
        {
            Trace(LinkTrace.Malformed, effects);
        }

        if (data is true || control is true)
        {
            Progress(effects);
            ReleaseAll(effects);
        }
    }

    private void ResetLanesOut()
    {
        var chunk = Math.Min(_settings.MaxBatchBytes, Math.Max(_peerLimits.MaxBatchBytes, LinkSettings.FewestBatchBytes));
        var frame = Math.Min(_settings.MaxFrameBytes, _peerLimits.MaxFrameBytes);
        _dataOut.Reset(chunk, frame);
        _controlOut.Reset(chunk, frame);
    }

    private void ResetSession()
    {
        ResetLanesOut();
        _dataIn.Reset();
        _controlIn.Reset();
        _channels.Clear();
        _blocked.Clear();
        _blockedCount = 0;
        _lastChannel = null;
        _waitingBytes = 0;
        _isLaneShort = false;
        _isFlushWanted = false;
        _isKeepAliveDue = false;
        _isAckOwed = false;
        _unconsumed.Clear();
        _owed.Clear();
        _owedOrder.Clear();
        _isCreditDue = false;
    }
}
