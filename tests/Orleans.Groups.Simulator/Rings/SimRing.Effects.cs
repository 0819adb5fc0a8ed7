using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>What the machine wants done.</content>
internal sealed partial class SimRing
{
    private readonly long[] _timers = new long[Enum.GetValues<RingTimer>().Length];
    private readonly Dictionary<MemberId, long> _watches = [];
    private readonly List<(SimRing Watcher, long Token)> _localWatchers = [];
    private readonly Dictionary<NodeId, long> _remoteWatchers = [];
    private long _lastToken;

    /// <summary>Timers that are set and have not fired.</summary>
    internal int TimersSet => _timers.Count(static generation => generation > 0);

    /// <summary>Whether it would hear of a member's end.</summary>
    internal bool Watches(MemberId member) => _watches.ContainsKey(member);

    /// <summary>Another node wants to know when this member ends; <see langword="false"/> when it has.</summary>
    internal bool TryAddWatcher(NodeId node, long session)
    {
        if (_stage == RingStage.Ended)
        {
            return false;
        }

        _remoteWatchers[node] = session;
        return true;
    }

    private bool TryAddWatcher(SimRing watcher, long token)
    {
        if (_stage == RingStage.Ended)
        {
            return false;
        }

        _localWatchers.RemoveAll(watch => watch.Watcher == watcher);
        _localWatchers.Add((watcher, token));
        return true;
    }

    private void Execute(RingEffect effect)
    {
        switch (effect)
        {
            case RingEffect.Send send:
                Send(send.To, send.Message);
                break;
            case RingEffect.Deliver or RingEffect.NotifyChanged:
                AddDelivery(effect);
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
                _node.World.Store.Read(_node, this, read.Request);
                break;
            case RingEffect.SubmitEdit submit:
                _node.World.Store.Edit(_node, this, Group, submit.Edit);
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
                _timers[(int)timer.Timer] = timer.Generation;
                var due = new RingTimerDue(_node, this, timer.Timer, timer.Generation);
                _node.World.Schedule(_node.Lasts(timer.After), due);
                break;
            case RingEffect.CancelTimer timer:
                _timers[(int)timer.Timer] = 0;
                break;
            case RingEffect.Trace:
                break;
            case RingEffect.JoinFailed failed:
                Finish(null, failed.Reason, isMachineSilent: false);
                break;
            case RingEffect.Terminated terminated:
                var end = new MulticastTermination(terminated.Reason, terminated.Detail, terminated.Unsettled);
                Finish(end, JoinFailure.Stopped, isMachineSilent: false);
                break;
            default:
                throw Invariant.Unreachable(effect);
        }
    }

    /// <summary>
    /// Sends in the session that this member knows: what belongs to an earlier one must not arrive later.
    /// </summary>
    private void Send(MemberId to, RingMessage message)
    {
        if (to.Node.Equals(_node.Id))
        {
            _node.FindRing(to)?.Receive(Self, message);
        }
        else
        {
            var frame = new NodeFrame.ToRing(Group, Self, to, message);
            var isSent = _sessions.TryGetValue(to.Node, out var session)
                && _node.Send(to.Node, frame, session) != SendResult.NotConnected;
            if (!isSent && message is RingMessage.View)
            {
                _node.TellFar(to.Node, frame); // A record says the same in any session.
            }
        }
    }

    private void OnJoined(RingEffect.NotifyJoined joined)
    {
        if (_isAbandoned)
        {
            return; // Nobody waits for it any more: it is about to leave again.
        }

        _stage = RingStage.Member;
        _hasJoined = true;
        AddDelivery(joined);
        _join.Succeeded(this);
    }

    /// <summary>The record store has answered.</summary>
    internal void EditAnswered(RecordEdit edit, EditResult? result)
    {
        if (_machine.IsTerminated || !Post(new RingMail(new RingInput.EditAnswered(edit.Operation, result))))
        {
            // The machine has ended with this edit as its last word, and nobody else may know (rule R9).
            if (_isSilenced || result is not { Verdict: EditVerdict.Applied, Current: { } record })
            {
                return;
            }

            if (_machine.Withdraw(result) is { } withdrawal)
            {
                _node.World.Store.Edit(_node, this, Group, withdrawal);
            }
            else
            {
                _node.TellMembers(Self, record);
            }
        }
    }

    private void Watch(MemberId member)
    {
        Unwatch(member);
        var token = ++_lastToken;
        _watches[member] = token;
        if (!member.Node.Equals(_node.Id))
        {
            long? session = _sessions.TryGetValue(member.Node, out var known) ? known : null;
            _node.Watches.Add(member, this, token, session);
        }
        else if (_node.FindRing(member) is not { } local || !local.TryAddWatcher(this, token))
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
            _node.FindRing(member)?._localWatchers.RemoveAll(watch => watch.Watcher == this);
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
