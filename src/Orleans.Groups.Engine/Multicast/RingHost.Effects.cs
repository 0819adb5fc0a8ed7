using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <content>What the machine wants done.</content>
internal sealed partial class RingHost
{
    private readonly ITimer?[] _timers = new ITimer?[Enum.GetValues<RingTimer>().Length];
    private readonly Dictionary<MemberId, long> _watches = [];
    private readonly List<(RingHost Watcher, long Token)> _localWatchers = new(0);
    private readonly Dictionary<NodeId, long> _remoteWatchers = new(0);
    private long _lastToken;
    private bool _isPutOffCounted;

    /// <summary>Another node wants to know when this member ends; <see langword="false"/> when it has.</summary>
    internal bool TryAddWatcher(NodeId node, long session)
    {
        lock (_gate)
        {
            if (_stage == Stage.Ended)
            {
                return false;
            }

            _remoteWatchers[node] = session;
            return true;
        }
    }

    private bool TryAddWatcher(RingHost watcher, long token)
    {
        lock (_gate)
        {
            if (_stage == Stage.Ended)
            {
                return false;
            }

            _localWatchers.RemoveAll(watch => ReferenceEquals(watch.Watcher, watcher));
            _localWatchers.Add((watcher, token));
            return true;
        }
    }

    private void RemoveWatcher(RingHost watcher)
    {
        lock (_gate)
        {
            _localWatchers.RemoveAll(watch => ReferenceEquals(watch.Watcher, watcher));
        }
    }

    private void Execute(RingEffect effect)
    {
        switch (effect)
        {
            case RingEffect.Send send:
                Send(send.To, send.Message);
                break;
            case RingEffect.Deliver:
                _isFlushUrgent = true; // It is handed on, and somebody may wait for the proof.
                Deliver(effect);
                break;
            case RingEffect.NotifyChanged:
                Deliver(effect);
                break;
            case RingEffect.FlushWanted:
                _isFlushWanted = true;
                break;
            case RingEffect.ConfirmSettled settled:
                SettleConfirm(settled.Confirm, settled.Outcome);
                break;
            case RingEffect.WindowReleased released:
                ReleaseWindow(released.Bytes);
                break;
            case RingEffect.NotifyJoined joined:
                OnJoined(joined);
                break;
            case RingEffect.ReadRecord read:
                Read(read.Request);
                break;
            case RingEffect.SubmitEdit submit:
                Submit(submit.Edit);
                break;
            case RingEffect.SurveyViews survey:
                _node.Surveys.Start(this, survey.Request);
                break;
            case RingEffect.Watch watch:
                Watch(watch.Member);
                break;
            case RingEffect.Unwatch unwatch:
                Unwatch(unwatch.Member);
                break;
            case RingEffect.SetTimer timer:
                SetTimer(timer);
                break;
            case RingEffect.CancelTimer timer:
                _timers[(int)timer.Timer]?.Dispose();
                _timers[(int)timer.Timer] = null;
                break;
            case RingEffect.Trace trace:
                Report(trace);
                break;
            case RingEffect.JoinFailed failed:
                Finish(null, failed.Reason);
                break;
            case RingEffect.Terminated terminated:
                Finish(
                    new MulticastTermination(terminated.Reason, terminated.Detail, terminated.Unsettled),
                    JoinFailure.Stopped);
                break;
            default:
                throw Invariant.Unreachable(effect);
        }
    }

    /// <summary>
    /// Sends in the session that this member knows: what belongs to an earlier one must not arrive in a later.
    /// </summary>
    private void Send(MemberId to, RingMessage message)
    {
        if (to.Node.Equals(_node.Id))
        {
            _node.Rings.Find(to)?.Receive(Self, message);
        }
        else if (!TrySend(to, message) && message is RingMessage.View)
        {
            // A record says the same in any session, and whoever does not hear of it may go on alone.
            _node.Multicast.TellFar(to.Node, new NodeFrame.ToRing(Group, Self, to, message));
        }
    }

    private bool TrySend(MemberId to, RingMessage message) =>
        _sessions.TryGetValue(to.Node, out var session)
        && _node.Peers.TryGetValue(to.Node, out var peer)
        && peer.Frames.Send(new NodeFrame.ToRing(Group, Self, to, message), session) != LaneOutcome.NotConnected;

    private void Deliver(RingEffect effect)
    {
        if (!_isAbandoned)
        {
            _deliveries.Add(effect);
        }
    }

    private void OnJoined(RingEffect.NotifyJoined joined)
    {
        lock (_gate)
        {
            if (_isAbandoned)
            {
                return; // Nobody waits for it any more: it is about to leave again.
            }

            _stage = Stage.Member;
            _hasJoined = true;
        }

        _deliveries.Add(joined);
        Core.Logger.RingJoined(Self, Group);
        Core.Events.RingJoined();
        _joined.TrySetResult(null);
    }

    private void Read(long request) => Core.Records.Read(Group, (succeeded, record) =>
    {
        IsStoreFailing = !succeeded;
        Tell(new RingInput.RecordRead(request, succeeded, record));
    });

    private void Submit(RecordEdit edit) => Core.Records.Edit(Group, edit, result =>
    {
        IsStoreFailing = result is null;
        if (_machine.IsTerminated || !Post(new RingMail(new RingInput.EditAnswered(edit.Operation, result))))
        {
            TellRest(result);
        }
    });

    /// <summary>
    /// The machine has ended with this edit as its last word: it takes itself out of the record. Nobody else may know
    /// (rule R9), and a watch of this member may be held on a cut link, so the others are told.
    /// </summary>
    private void TellRest(EditResult? result)
    {
        if (_isSilenced || result is not { Verdict: EditVerdict.Applied, Current: { } record })
        {
            return;
        }

        RecordEdit? withdrawal;
        lock (_turn)
        {
            withdrawal = _machine.Withdraw(result);
        }

        if (withdrawal is not null)
        {
            Submit(withdrawal);
        }
        else
        {
            _node.Multicast.TellMembers(Self, record);
        }
    }

    private void SetTimer(RingEffect.SetTimer timer)
    {
        _timers[(int)timer.Timer]?.Dispose();
        var fired = new RingInput.TimerFired(timer.Timer, timer.Generation);
        if (timer.Timer != RingTimer.PutOff)
        {
            _timers[(int)timer.Timer] = Timers.Create(Core.Time, () => Tell(fired), timer.After);
            return;
        }

        // What was put off is work that is under way: whoever waits until nothing is, waits for it.
        Core.Work.Begin();
        Volatile.Write(ref _isPutOffCounted, true);
        _timers[(int)timer.Timer] = Timers.Create(Core.Time, () => SendPutOff(fired), timer.After);
    }

    private void SendPutOff(RingInput.TimerFired fired)
    {
        var isCounted = Interlocked.Exchange(ref _isPutOffCounted, false); // Before the machine can set it again.
        Tell(fired);
        if (isCounted)
        {
            Core.Work.End();
        }
    }

    private void EndPutOff()
    {
        if (Interlocked.Exchange(ref _isPutOffCounted, false))
        {
            Core.Work.End();
        }
    }

    private void Watch(MemberId member)
    {
        Unwatch(member);
        var token = ++_lastToken;
        _watches[member] = token;
        if (!member.Node.Equals(_node.Id))
        {
            _node.Watches.Add(
                member,
                this,
                token,
                _sessions.TryGetValue(member.Node, out var session) ? session : null);
        }
        else if (_node.Rings.Find(member) is not { } local || !local.TryAddWatcher(this, token))
        {
            TellMemberDown(member, token, DownCause.Ended);
        }
    }

    private void Unwatch(MemberId member)
    {
        if (!_watches.Remove(member))
        {
            return;
        }

        if (member.Node.Equals(_node.Id))
        {
            _node.Rings.Find(member)?.RemoveWatcher(this);
        }
        else
        {
            _node.Watches.Remove(member, this);
        }
    }

    /// <summary>Whether the answer is that of the watch that runs; it is over then.</summary>
    private bool TakeWatch(MemberId member, long token)
    {
        if (!_watches.TryGetValue(member, out var running) || running != token)
        {
            return false;
        }

        _watches.Remove(member);
        return true;
    }
}
