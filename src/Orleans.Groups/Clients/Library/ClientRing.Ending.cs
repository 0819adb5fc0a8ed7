namespace Orleans.Groups;

/// <content>Ends: asked for here, told by the silo, or with the silo.</content>
internal sealed partial class ClientRing
{
    /// <summary>Takes no more broadcasts, and asks the silo to end the member behind those that were taken.</summary>
    private void BeginEnding(RingEndRequest ending)
    {
        lock (_gate)
        {
            if (_stage == Stage.Ended || (_stage == Stage.Leaving && ending.How == RingEnding.Leave))
            {
                return;
            }

            _stage = Stage.Leaving;
            RefuseWaiting(BroadcastReason.Leaving);
            _queue.AddLast(new OutgoingItem { Ending = ending });
            Pump();
        }
    }

    /// <summary>The handler has stopped the member: nothing drains, and nothing but the end is told any more.</summary>
    private void Stop(string reason, bool hasFailed)
    {
        lock (_gate)
        {
            if (_isStopped || _stage == Stage.Ended)
            {
                return;
            }

            _isStopped = true;
            _stage = Stage.Leaving;
            RefuseWaiting(BroadcastReason.Terminated);
            RefuseQueued();
            _queue.AddLast(new OutgoingItem
            {
                Ending = new RingEndRequest { How = RingEnding.Stop, Reason = reason, HasFailed = hasFailed },
            });
            Pump();
        }
    }

    /// <summary>
    /// The silo has told the end: what it has not accepted will never be published. Locked by the caller.
    /// </summary>
    private void HearEnd()
    {
        _hasHeardEnd = true;
        _stage = Stage.Ended;
        RefuseWaiting(BroadcastReason.Terminated);
        RefuseQueued();
    }

    /// <summary>The end as the silo has told it, with what has never reached the silo.</summary>
    private async Task<MulticastTermination> CompleteEndAsync(MulticastTermination told)
    {
        await WaitForAnswersAsync().ConfigureAwait(false);
        lock (_gate)
        {
            return told with { Unsettled = told.Unsettled + _refused + _unanswered };
        }
    }

    /// <summary>
    /// Waits for the answers of all calls under way. One that was lost is missed after the time of a call, and may be
    /// lost again, so there is time for several: a message whose answer never came counts as one that nobody has.
    /// </summary>
    private Task WaitForAnswersAsync() =>
        Task.WhenAny(_callsAnswered.Task, Lost, Task.Delay(Lease / 2, Core.Time));

    /// <summary>The member is lost with its silo, or its silo has ended it without being heard.</summary>
    private void EndAsLost(LossReason reason)
    {
        lock (_gate)
        {
            if (_hasHeardEnd)
            {
                return;
            }

            HearEnd();
            _isLost = true;
            var (why, detail) = reason switch
            {
                LossReason.SiloDead => (TerminationReason.NodeStopped, $"silo {Key.Silo} is dead"),
                LossReason.Gone => (
                    TerminationReason.LostMembership,
                    $"silo {Key.Silo} has ended the member, because it heard nothing of this client for {Lease}"),
                LossReason.Silent => (
                    TerminationReason.LostMembership,
                    $"silo {Key.Silo} has not answered for longer than {Lease}"),
                _ => (TerminationReason.NodeStopped, "the client has stopped"),
            };

            // Never fewer than there are: only a proof says that a message has reached everybody.
            var ended = new MulticastTermination(why, detail, _accepted - _proved);
            _events.Enqueue((new RingMemberTerminated { Termination = ended }, 0));
            if (_isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        CallbackPump.Start(_scope, PumpEventsAsync);
    }

    /// <summary>Whoever waits for room does not get it. Locked by the caller.</summary>
    private void RefuseWaiting(BroadcastReason reason)
    {
        foreach (var item in _room)
        {
            _confirms.Remove(item);
            item.Finish(new BroadcastOutcome(BroadcastStatus.Failed, reason));
        }

        _room.Clear();
    }

    /// <summary>What was taken and not sent will not be. Locked by the caller.</summary>
    private void RefuseQueued()
    {
        foreach (var item in _queue.Where(static item => item.IsMessage))
        {
            _unsentBytes -= item.Bytes;
            _confirms.Remove(item);
            if (item.IsPlain)
            {
                _refused++;
            }
            else
            {
                item.Finish(new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.Terminated));
            }
        }

        _queue.Clear();
    }
}
