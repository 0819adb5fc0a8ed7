using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>Ends: by the machine, by the application, by the death of the node.</content>
internal sealed partial class SimRing
{
    private bool _stopsWithNode;
    private bool _hasJoined;
    private bool _isSilenced;
    private bool _isLeaveAsked;

    /// <summary>How it ended, once it has.</summary>
    internal TerminationReason? EndedBy { get; private set; }

    /// <summary>The application leaves.</summary>
    internal void Leave()
    {
        if (_stage == RingStage.Member)
        {
            AskToEnd(RingInput.Leave.Instance);
        }
    }

    /// <summary>The application ends the ring.</summary>
    internal void ShutDown()
    {
        if (_stage == RingStage.Member)
        {
            _node.World.Note(Mark.RingShutDown);
            AskToEnd(RingInput.ShutDownGroup.Instance);
        }
    }

    /// <summary>The member's grain is deactivated: it does not drain (fault F19).</summary>
    internal void Deactivate()
    {
        if (_stage == RingStage.Member)
        {
            AskToEnd(new RingInput.Stop(TerminationReason.HandlerStopped, "moved"));
        }
    }

    /// <summary>The application asks how the ring differs from a list.</summary>
    internal void Validate(IReadOnlyList<MemberId> members)
    {
        if (_stage == RingStage.Member)
        {
            _node.Log(new LogEvent.Validate(Group.Value, Text, [.. members.Select(_node.World.TextOf)]));
            Tell(new RingInput.ValidateMembers([.. members]));
        }
    }

    /// <summary>Nobody waits for the joining any more; what was begun is undone.</summary>
    internal void AbandonJoin()
    {
        if (_stage == RingStage.Joining)
        {
            _isAbandoned = true;
            _node.World.Note(Mark.JoinAbandoned);
            Tell(RingInput.Leave.Instance);
        }
    }

    /// <summary>The node stops: the member leaves, or ends at once.</summary>
    internal void StopWithNode(RingInput input)
    {
        _stopsWithNode = true;
        BeginEnding(input);
    }

    /// <summary>The node was killed: nothing is sent or called any more.</summary>
    internal void Abandon()
    {
        _isAbandoned = true;
        _isSilenced = true;
        _deliveries.Clear();
        _isRunningMessage = false;
        FinishUnsettled(TerminationReason.NodeStopped, "the node was killed");
    }

    private void AskToEnd(RingInput input)
    {
        _isLeaveAsked = true;
        _node.Log(new LogEvent.LeaveInv(Group.Value, Text));
        BeginEnding(input);
    }

    /// <summary>Takes no more broadcasts, and asks the machine to end.</summary>
    private void BeginEnding(RingInput input)
    {
        if (_stage == RingStage.Member)
        {
            _stage = RingStage.Leaving;
            RefuseWaiting(BroadcastReason.Leaving);
        }

        Tell(input);
    }

    private void FinishUnsettled(TerminationReason reason, string detail) =>
        Finish(new MulticastTermination(reason, detail, 0), JoinFailure.Stopped, isMachineSilent: true);

    /// <summary>The last step, when all effects before have been executed.</summary>
    private void Finish(MulticastTermination? termination, JoinFailure failure, bool isMachineSilent)
    {
        if (_stage == RingStage.Ended)
        {
            return;
        }

        _stage = RingStage.Ended;
        var unsettled = isMachineSilent ? _unreleased.Count : _payloads.Count;
        FailPending(termination?.Reason);
        foreach (var mail in _mail)
        {
            mail.Barrier?.Signal();
        }

        _mail.Clear();
        _node.Rings.Remove(this);
        HeldRecord = null;
        Array.Clear(_timers);
        foreach (var member in _watches.Keys.ToList())
        {
            Unwatch(member);
        }

        _node.Surveys.Cancel(this);
        TellOwner(termination, failure, unsettled);
        if (_isSilenced)
        {
            return; // Its node is dead, and that is what others learn.
        }

        foreach (var (watcher, token) in _localWatchers.ToList())
        {
            watcher.TellMemberDown(Self, token, DownCause.Ended);
        }

        foreach (var (node, session) in _remoteWatchers)
        {
            _node.Send(node, new NodeFrame.MemberEnded(Self), session);
        }
    }

    private void TellOwner(MulticastTermination? termination, JoinFailure failure, int unsettled)
    {
        if (!_hasJoined || termination is null)
        {
            if (!_isSilenced)
            {
                _join.Failed(failure);
            }

            return;
        }

        var reason = _stopsWithNode && termination.Reason is TerminationReason.Left or TerminationReason.LeftUndrained
            ? TerminationReason.NodeStopped
            : termination.Reason;
        var whole = termination.Unsettled + unsettled;
        if (!_isSilenced)
        {
            EndedBy = reason;
            _isAbandoned = false; // The end is told in any case.
            _node.HandlersEnding++;
            AddDelivery(new RingEffect.Terminated(reason, termination.Detail, whole));
            RejoinPerhaps(reason);
        }
    }

    /// <summary>Whoever has lost its membership may come back as a new member.</summary>
    private void RejoinPerhaps(TerminationReason reason)
    {
        if (reason == TerminationReason.LostMembership)
        {
            _node.World.Note(Mark.MembershipLost);
            if (_node.Random.Next(2) == 0)
            {
                var wait = World.Draw(_node.Random, 200_000, 1_000_000);
                _node.RejoinsOpen++;
                _node.World.Schedule(wait, new Rejoin(_node, Group));
            }
        }
    }
}

/// <summary>The application joins again.</summary>
internal sealed class Rejoin(SimNode node, GroupName group) : SimEvent(node)
{
    internal override void Fire(World world)
    {
        Node!.RejoinsOpen--;
        Node.JoinRing(group);
    }
}
