using System;

namespace Orleans.Groups.Protocol;

/// <content>Frames that go out: gathered, numbered, kept until they are acked (rule H4).</content>
internal sealed partial class LinkMachine
{
    private readonly LinkSendLane _dataOut = new(LinkLane.Data);
    private readonly LinkSendLane _controlOut = new(LinkLane.Control);
    private bool _isFlushWanted;
    private int _window;
    private int _eager;

    private bool IsDrained => _dataOut.IsEmpty && _controlOut.IsEmpty && _waitingBytes == 0;

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

    /// <summary>
    /// Sends an encoded frame on the control lane: only what may overtake data (rule H4). Copied; may be empty.
    /// </summary>
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
        var isConnected = _state == LinkState.Open && session == _session;
        var isFull = _controlOut.Bytes >= _settings.MaxControlBytes;
        outcome = isFull ? LinkSendOutcome.Full : LinkSendOutcome.Accepted;
        outcome = isConnected ? outcome : LinkSendOutcome.NotConnected;
        return outcome == LinkSendOutcome.Accepted;
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
        var chunkOfPeer = Math.Max(_peerLimits.MaxBatchBytes, LinkSettings.FewestBatchBytes); // There may be none yet.
        var chunk = Math.Min(_settings.MaxBatchBytes, chunkOfPeer);
        var frame = Math.Min(_settings.MaxFrameBytes, _peerLimits.MaxFrameBytes);
        _dataOut.Reset(chunk, frame);
        _controlOut.Reset(chunk, frame);
    }

    private void ResetSession()
    {
        ResetLanesOut();
        _dataIn.Reset();
        _controlIn.Reset();
        ResetChannels();
        _isFlushWanted = false;
        _isKeepAliveDue = false;
        _isAckOwed = false;
        _unconsumed.Clear();
        _owed.Clear();
        _owedOrder.Clear();
        _isCreditDue = false;
    }
}
