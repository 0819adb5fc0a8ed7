using System;
using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <content>Credited channels at their sender: what waits, and when it goes on (rule H5).</content>
internal sealed partial class LinkMachine
{
    private const int ListedAtLeast = 32;

    private readonly Dictionary<ulong, LinkSendChannel> _channels = [];
    private readonly List<LinkSendChannel> _blocked = []; // All that are blocked, and some that were.
    private int _blockedCount;
    private LinkSendChannel? _lastChannel;
    private long _waitingBytes;
    private bool _isLaneShort; // A channel waits because the lane is full.

    // The other half is for free channels, whose frames cannot be refused.
    private long CreditedLaneBytes => Math.Max(1, _settings.MaxBufferBytes / 2);

    /// <summary>
    /// Whether a credited channel takes frames: what <see cref="LinkEffect.Writable"/> says, for a host whose effects
    /// take their time.
    /// </summary>
    internal bool HasRoom(LinkChannel channel) =>
        _lastChannel?.Channel == channel
            ? !_lastChannel.IsBlocked
            : !_channels.TryGetValue(channel.Tag, out var known) || !known.IsBlocked;

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
        var isFull = owner.WaitingBytes >= _settings.MaxChannelWaitingBytes
            || _waitingBytes >= _settings.MaxWaitingBytes;

        // Who was not told that there is no room sends in good faith, whatever other channels have waiting.
        if (isFull && owner.IsBlocked)
        {
            Block(owner, effects);
            return LinkSendOutcome.Full;
        }

        queue = owner.MakeWaiting(_dataOut.Gathered.MaxChunkBytes, _dataOut.Gathered.MaxFrameBytes);
        return LinkSendOutcome.Accepted;
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

    /// <summary>
    /// The lane has drained: channels that waited for that go on, in the order in which they were stopped.
    /// </summary>
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

    private void ResetChannels()
    {
        _channels.Clear();
        _blocked.Clear();
        _blockedCount = 0;
        _lastChannel = null;
        _waitingBytes = 0;
        _isLaneShort = false;
    }
}
