using System;
using System.Linq;
using System.Numerics;

namespace Orleans.Groups.Protocol;

/// <content>What can be seen from outside, and what must always hold.</content>
internal sealed partial class LinkMachine
{
    /// <summary>A copy of what the machine knows, for diagnostics and tests. Not while a step runs.</summary>
    internal LinkStatus GetStatus() => new(
        _self,
        _peer,
        _state,
        _session,
        StatusOf(_dataOut, _dataIn),
        StatusOf(_controlOut, _controlIn),
        _waitingBytes,
        [.. _channels.Values.OrderBy(channel => channel.Channel.Tag).Select(StatusOf)],
        _unconsumed.Values.Sum(),
        _owed.Values.Sum(),
        _failures,
        [.. Enum.GetValues<LinkTimer>().Where(timer => _timers[(int)timer].IsSet)]);

    private static LinkLaneStatus StatusOf(LinkSendLane outgoing, LinkReceiveLane incoming) => new(
        outgoing.Gathered.Bytes,
        outgoing.InFlight,
        outgoing.InFlightBytes,
        outgoing.Find(outgoing.Through + 1)?.Attempts ?? 0,
        outgoing.Last,
        incoming.Through,
        BitOperations.PopCount(incoming.Held),
        incoming.PartBytes);

    private LinkChannelStatus StatusOf(LinkSendChannel channel) => new(
        channel.Channel,
        channel.Outstanding,
        _peerLimits.ChannelCreditBytes - channel.Outstanding,
        channel.WaitingBytes,
        !channel.IsBlocked);

    private void AssertInvariants()
    {
        var hasInFlight = _dataOut.InFlight + _controlOut.InFlight > 0;
        var mustRetry = hasInFlight || _state is LinkState.Opening or LinkState.Closing;
        Invariant.Require(!mustRetry || _timers[(int)LinkTimer.Retry].IsSet, "what is unanswered has a timer");
        Invariant.Require(IsInSession || !hasInFlight, "nothing is in flight outside a session");
        Invariant.Require(_dataOut.InFlight <= _window, "data in flight stays in its window");
        Invariant.Require(_controlOut.InFlight <= _window, "control in flight stays in its window");
        Invariant.Require(_waitingBytes >= 0, "waiting bytes are counted up");
        Invariant.Require(_owed.Count == _owedOrder.Count, "what is owed is in order");
        if (_settings.Verify)
        {
            VerifyChannels();
            VerifyLane(_dataOut);
            VerifyLane(_controlOut);
        }
    }

    private void VerifyChannels()
    {
        Invariant.Require(
            _waitingBytes == _channels.Values.Sum(channel => channel.WaitingBytes),
            "waiting bytes are those of all channels");
        foreach (var channel in _channels.Values)
        {
            Invariant.Require(!channel.IsIdle, "idle channels are forgotten");
            Invariant.Require(!channel.HasWaiting || channel.IsBlocked, "a channel in which frames wait is blocked");
            Invariant.Require(!channel.IsBlocked || _blocked.Contains(channel), "blocked channels are listed");
            var isStuck = channel.HasWaiting
                && channel.Outstanding < _peerLimits.ChannelCreditBytes
                && !_isLaneShort;
            Invariant.Require(!isStuck, "a frame waits for credit or for the lane");
        }

        Invariant.Require(_unconsumed.Values.All(bytes => bytes > 0), "only what is unconsumed is counted");
        Invariant.Require(_owed.Values.All(bytes => bytes > 0), "only what is owed is counted");
    }

    private static void VerifyLane(LinkSendLane lane)
    {
        long bytes = 0;
        for (var number = lane.Through + 1; number <= lane.Last; number++)
        {
            var batch = lane.Find(number);
            Invariant.Require(batch?.Number == number, "a batch in flight is kept");
            Invariant.Require(batch.Attempts > 0, "a batch in flight was sent");
            bytes += batch.Chunk.Body.Length;
        }

        Invariant.Require(bytes == lane.InFlightBytes, "bytes in flight are those of the batches");
    }
}
