using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>Guaranteed multicast on one node as the application sees it.</summary>
internal sealed class MulticastFront : IMulticast, IDisposable
{
    /// <summary>So many records are kept for members on nodes that are not connected.</summary>
    private const int MaxUntold = 1_024;

    private readonly List<(NodeId Node, NodeFrame.ToRing Frame)> _untold = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly NodeHost _node;
    private readonly CancellationToken _stopping;
    private long _operations;
    private int _waiting;
    private int _isCancelled;

    internal MulticastFront(NodeHost node)
    {
        _node = node;
        _stopping = _stop.Token;
    }

    /// <inheritdoc/>
    public NodeId Node => _node.Id;

    /// <inheritdoc/>
    public Task<IMulticastGroup> JoinAsync(
        GroupName group,
        IMulticastHandler handler,
        MulticastJoinOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        Require(group);
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new MulticastJoinOptions();
        var name = options.MemberName ?? group.Value;
        if (NameRules.GetError(name) is { } error)
        {
            throw new ArgumentException(
                $"{nameof(MulticastJoinOptions.MemberName)} is not a valid name: {error}.",
                nameof(options));
        }

        var timeout = options.Timeout ?? _node.Core.Multicast.JoinTimeout;
        if (timeout <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"{nameof(MulticastJoinOptions.Timeout)} is {timeout} and must be positive.",
                nameof(options));
        }

        return EngineActivity.RunAsync<IMulticastGroup>(
            "ring.join",
            group,
            () => JoinAsync(group, handler, name, timeout, cancellationToken),
            static _ => ("Joined", IsError: false));
    }

    /// <inheritdoc/>
    public Task<bool> ForgetAsync(GroupName group, CancellationToken cancellationToken = default)
    {
        Require(group);
        return ForgetCoreAsync(group, cancellationToken);
    }

    /// <summary>Ends all members of this node, and all tries to join.</summary>
    /// <param name="drains">Whether members leave in order; otherwise they end at once.</param>
    internal Task StopAllAsync(bool drains) => EndAllAsync(drains
        ? RingInput.Leave.Instance
        : new RingInput.Stop(TerminationReason.NodeStopped, "the cluster was disposed"));

    /// <summary>Ends all members of this node, because the others take it for dead.</summary>
    internal Task LoseAllAsync() => EndAllAsync(new RingInput.Stop(
        TerminationReason.LostMembership,
        $"node {_node.Id} was declared dead, and lives on"));

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task EndAllAsync(RingInput input)
    {
        CancelJoins();
        var members = _node.Rings.CopyAll();
        foreach (var member in members)
        {
            member.StopWithNode(input);
        }

        if (CallbackScope.IsInsideAnyOf(_node.Core))
        {
            return; // They end behind the callback that asked for it.
        }

        var limit = _node.Core.Multicast.LeaveTimeout + _node.Core.Multicast.LeaveTimeout;
        try
        {
            await Task.WhenAll(members.Select(static member => member.Completion))
                .WaitAsync(limit, _node.Core.Time)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _node.Core.Logger.StopGaveUp(_node.Id, limit);
            AbandonAll();
        }
    }

    /// <summary>The node was killed.</summary>
    internal void AbandonAll()
    {
        CancelJoins();
        foreach (var member in _node.Rings.CopyAll())
        {
            member.Abandon();
        }
    }

    /// <summary>Tells everybody in the record, so that nobody has to find out by reading it.</summary>
    internal void TellMembers(MemberId author, GroupRecord record)
    {
        foreach (var entry in record.Entries)
        {
            if (entry.Member.Node.Equals(_node.Id))
            {
                _node.Rings.Find(entry.Member)?.Receive(author, new RingMessage.View(record));
            }
            else
            {
                var view = new RingMessage.View(record);
                TellFar(entry.Member.Node, new NodeFrame.ToRing(record.Group, author, entry.Member, view));
            }
        }
    }

    /// <summary>Takes what a node could not be told before it was connected.</summary>
    internal List<NodeFrame.ToRing> TakeUntold(NodeId node)
    {
        lock (_untold)
        {
            var frames = _untold.FindAll(untold => untold.Node.Equals(node)).ConvertAll(static untold => untold.Frame);
            _untold.RemoveAll(untold => untold.Node.Equals(node));
            return frames;
        }
    }

    /// <summary>Tells a member of another node of a record, as soon as the two nodes are connected.</summary>
    internal void TellFar(NodeId node, NodeFrame.ToRing frame)
    {
        if (_node.Core.Nodes.IsDead(node))
        {
            return;
        }

        lock (_untold)
        {
            if (_untold.Count < MaxUntold)
            {
                _untold.Add((node, frame)); // Before it is tried: a session may begin right after it failed.
            }
        }

        if (_node.Peers.TryGetValue(node, out var peer) && peer.Frames.Send(frame) != LaneOutcome.NotConnected)
        {
            lock (_untold)
            {
                _untold.Remove((node, frame));
            }
        }
    }

    /// <summary>Once: whoever ends the node disposes the source afterwards.</summary>
    private void CancelJoins()
    {
        if (Interlocked.Exchange(ref _isCancelled, 1) == 0)
        {
            _stop.Cancel();
        }
    }

    private static void Require(GroupName group)
    {
        if (group.IsDefault)
        {
            throw new ArgumentException("default(GroupName) names no group.", nameof(group));
        }
    }

    private async Task<IMulticastGroup> JoinAsync(
        GroupName group,
        IMulticastHandler handler,
        string name,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var deadline = new CancellationTokenSource(timeout, _node.Core.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, deadline.Token, _stopping);
        var lastFailure = JoinFailure.NobodyReady;
        RingHost? host = null;
        for (var tries = 0; ; tries++)
        {
            try
            {
                await MeetAllAsync(group, timeout / 2, linked.Token).ConfigureAwait(false);
                host = Begin(group, handler, name);
                if (await host.Joined.WaitAsync(linked.Token).ConfigureAwait(false) is not { } failure)
                {
                    return host;
                }

                lastFailure = failure;
                _node.Core.Events.RingJoinFailed(failure);
                ThrowIfFinal(group, failure);
                _node.Core.Logger.RingJoinRetried(host.Self, group, failure.ToString());
                await Task.Delay(_node.Core.Backoff(tries), _node.Core.Time, linked.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                if (host is not null && !host.TryAbandon())
                {
                    return host; // It got in at the last moment.
                }

                cancellationToken.ThrowIfCancellationRequested();
                var isStoreFailing = host is { IsStoreFailing: true } || lastFailure == JoinFailure.RecordUnavailable;
                throw _stopping.IsCancellationRequested
                    ? NodeHost.ShuttingDown(_node.Id, $"'{name}' has not joined group {group}")
                    : GaveUp(group, name, timeout, isStoreFailing);
            }
        }
    }

    /// <summary>Before every try: a node may have come meanwhile.</summary>
    private async Task MeetAllAsync(GroupName group, TimeSpan most, CancellationToken cancellationToken)
    {
        var waiting = Interlocked.Increment(ref _waiting);
        try
        {
            CheckLimit(group, waiting);
            await _node.Acquaintances
                .WaitForAllAsync(_node.Core.Multicast.JoinAttemptTimeout, most, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Tries to join count, those that have not begun included.</summary>
    private void CheckLimit(GroupName group, int more)
    {
        if (_node.Rings.Count + more > _node.Core.Multicast.MaxLocalMembers)
        {
            throw new GroupLimitException(
                nameof(MulticastOptions.MaxLocalMembers),
                _node.Core.Multicast.MaxLocalMembers,
                $"Joining group {group} on node {_node.Id}");
        }
    }

    /// <summary>Begins a try, under an id of its own.</summary>
    private RingHost Begin(GroupName group, IMulticastHandler handler, string name)
    {
        RingHost host;
        lock (_node.Core.Nodes.Gate)
        {
            if (_node.IsStopping)
            {
                throw NodeHost.ShuttingDown(_node.Id, $"'{name}' has not joined group {group}");
            }

            CheckLimit(group, more: 1);
            host = new RingHost(_node, group, _node.Members.NewId(name), handler);
            _node.Rings.Add(host);
            _node.RingCensus.Add(host);
        }

        host.Tell(RingInput.Start.Instance);
        return host;
    }

    private void ThrowIfFinal(GroupName group, JoinFailure failure)
    {
        if (failure == JoinFailure.Full)
        {
            throw new GroupLimitException(
                nameof(MulticastOptions.MaxMembers),
                _node.Core.Multicast.MaxMembers,
                $"Joining group {group} on node {_node.Id}");
        }

        if (failure == JoinFailure.Stopped)
        {
            throw NodeHost.ShuttingDown(_node.Id, $"Group {group} was not joined");
        }
    }

    private GroupException GaveUp(GroupName group, string name, TimeSpan timeout, bool isStoreFailing) =>
        isStoreFailing
            ? new GroupException(
                GroupErrorCode.RecordUnavailable,
                isTransient: true,
                $"'{name}' has not joined group {group} from node {_node.Id} within {timeout}: the group's record "
                + "could not be read or written. Try again when the record store answers.")
            : new GroupException(
                GroupErrorCode.Timeout,
                isTransient: true,
                $"'{name}' has not joined group {group} from node {_node.Id} within {timeout}: nobody took it in. "
                + "Try again, or allow more time.");

    private async Task<bool> ForgetCoreAsync(GroupName group, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_node.IsStopping)
        {
            throw NodeHost.ShuttingDown(_node.Id, $"Group {group} was not forgotten");
        }

        var author = _node.Members.NewId("forget");
        var edit = new RecordEdit.Close(
            new OperationId(author, Interlocked.Increment(ref _operations)),
            Guid.Empty,
            0,
            RecordStatus.Forgotten);
        var answered = new TaskCompletionSource<EditResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Core.Records.Edit(group, edit, result => answered.TrySetResult(result));
        EditResult? answer;
        try
        {
            answer = await answered.Task
                .WaitAsync(_node.Core.Multicast.JoinTimeout, _node.Core.Time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            answer = null;
        }

        if (answer is not { } done)
        {
            throw new GroupException(
                GroupErrorCode.RecordUnavailable,
                isTransient: true,
                $"Group {group} may or may not be forgotten: its record could not be read or written. Ask again.");
        }

        // Told again where it was closed before: whoever asks again may have been told that nobody knew.
        if (done.Current is { Status: not RecordStatus.Open } closed)
        {
            TellMembers(author, closed);
        }

        return done is { Verdict: EditVerdict.Applied, Current.HasAlive: true };
    }
}
