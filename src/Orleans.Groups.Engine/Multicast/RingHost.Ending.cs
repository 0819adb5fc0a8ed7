using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <content>Ends: by the machine, by giving up joining, by the death of the node.</content>
internal sealed partial class RingHost
{
    private bool _stopsWithNode;
    private bool _hasJoined;
    private bool _isSilenced;

    /// <summary>Nobody waits for the joining any more; what was begun is undone.</summary>
    /// <returns><see langword="false"/> when the member is in the ring already.</returns>
    internal bool TryAbandon()
    {
        lock (_gate)
        {
            if (_stage != Stage.Joining)
            {
                return !_hasJoined;
            }

            _isAbandoned = true;
        }

        Tell(RingInput.Leave.Instance);
        return true;
    }

    /// <summary>The node stops: the member leaves, or ends at once.</summary>
    internal void StopWithNode(RingInput input)
    {
        lock (_gate)
        {
            _stopsWithNode = true;
        }

        BeginEnding(input);
    }

    /// <summary>The node was killed: nothing is sent or called any more, and nobody waits for ever.</summary>
    internal void Abandon()
    {
        lock (_turn)
        {
            _deliveries.Abandon();
            _isAbandoned = true;
            _isSilenced = true;
            FinishUnsettled(TerminationReason.NodeStopped, "the node was killed");
        }
    }

    /// <summary>Takes no more broadcasts, and asks the machine to end.</summary>
    private void BeginEnding(RingInput input)
    {
        lock (_gate)
        {
            if (_stage == Stage.Member)
            {
                _stage = Stage.Leaving;
                RefuseWaiting(BroadcastReason.Leaving);
            }
        }

        Tell(input);
    }

    /// <summary>The last step without a word of the machine.</summary>
    private void FinishUnsettled(TerminationReason reason, string detail) =>
        Finish(new MulticastTermination(reason, detail, 0), JoinFailure.Stopped, isMachineSilent: true);

    /// <summary>The last step: called in a turn, when all effects before have been executed.</summary>
    /// <param name="termination">How the member ended, if it did not only fail to join.</param>
    /// <param name="failure">Why it has not joined, if it has not.</param>
    /// <param name="isMachineSilent">
    /// Whether the machine does not say what is unsettled; then it is what the window has not got back.
    /// </param>
    private void Finish(MulticastTermination? termination, JoinFailure failure, bool isMachineSilent = false)
    {
        (RingHost Watcher, long Token)[] localWatchers;
        KeyValuePair<NodeId, long>[] remoteWatchers;
        int unsettled;
        lock (_gate)
        {
            if (_stage == Stage.Ended)
            {
                return;
            }

            _stage = Stage.Ended;
            unsettled = isMachineSilent ? _unreleased.Count : _payloads.Count;
            FailPending(termination?.Reason);
            foreach (var mail in _mail)
            {
                mail.Barrier?.Signal();
            }

            _mail.Clear();
            localWatchers = [.. _localWatchers];
            remoteWatchers = [.. _remoteWatchers];
            _localWatchers.Clear();
            _remoteWatchers.Clear();
        }

        _node.Rings.Remove(this);
        ReleaseResources();
        TellOwner(termination, failure, unsettled);
        if (_isSilenced)
        {
            return; // Its node is dead, and that is what others learn.
        }

        foreach (var (watcher, token) in localWatchers)
        {
            watcher.TellMemberDown(Self, token, DownCause.Ended);
        }

        foreach (var (node, session) in remoteWatchers)
        {
            if (_node.Peers.TryGetValue(node, out var peer))
            {
                peer.Frames.Send(new NodeFrame.MemberEnded(Self), session);
            }
        }
    }

    private void ReleaseResources()
    {
        Volatile.Write(ref _heldRecord, null);
        foreach (var timer in _timers)
        {
            timer?.Dispose();
        }

        EndPutOff();
        foreach (var member in _watches.Keys.ToList())
        {
            Unwatch(member);
        }

        _node.Surveys.Cancel(this);
    }

    private void TellOwner(MulticastTermination? termination, JoinFailure failure, int unsettled)
    {
        if (!_hasJoined || termination is null)
        {
            _joined.TrySetResult(failure);
            SetCompleted(termination ?? new MulticastTermination(TerminationReason.Left, "never joined", 0));
            return;
        }

        var reason = _stopsWithNode && termination.Reason is (TerminationReason.Left or TerminationReason.LeftUndrained)
            ? TerminationReason.NodeStopped
            : termination.Reason;
        termination = termination with { Reason = reason, Unsettled = termination.Unsettled + unsettled };
        ReportEnd(termination);
        if (_isAbandoned)
        {
            SetCompleted(termination);
        }
        else
        {
            _deliveries.Add(new RingEffect.Terminated(termination.Reason, termination.Detail, termination.Unsettled));
        }
    }
}
