using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>
/// Payloads that a node sends to members: straight to those that live here, over a link to the others.
/// </summary>
internal sealed class Postman : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, PendingSend> _pending = [];
    private readonly DeadlineList _deadlines;
    private readonly NodeHost _node;
    private long _lastRequest;

    internal Postman(NodeHost node)
    {
        _node = node;
        _deadlines = new DeadlineList(node.Core.Time, OnDue);
    }

    /// <summary>Sends to one member.</summary>
    internal ValueTask<SendOutcome> SendAsync(
        ScopeName scope,
        MemberId to,
        ReadOnlyMemory<byte> payload,
        MemberId? from,
        CancellationToken cancellationToken)
    {
        if (to.Node.Equals(_node.Id))
        {
            var local = _node.Members.Find(to)?.Deliver(from, null, payload) ?? SendOutcome.Gone;
            return Settled(scope, local);
        }

        if (!_node.Peers.TryGetValue(to.Node, out var peer))
        {
            return Settled(scope, OutcomeWithout(to.Node));
        }

        PendingSend pending;
        lock (_gate)
        {
            if (_pending.Count >= _node.Core.ProcessGroups.MaxPendingSends)
            {
                return Settled(scope, SendOutcome.Overloaded);
            }

            pending = new PendingSend(++_lastRequest, scope, to.Node);
            _pending.Add(pending.Request, pending);
            _deadlines.Add(pending, _node.Core.ProcessGroups.SendTimeout);
        }

        var sent = peer.Payloads.Send(new NodeFrame.Payload(scope, pending.Request, to, from, payload));
        if (sent != LaneOutcome.Sent)
        {
            Settle(pending.Request, sent == LaneOutcome.Full ? SendOutcome.Overloaded : OutcomeWithout(to.Node));
        }

        return new ValueTask<SendOutcome>(
            cancellationToken.CanBeCanceled ? WaitAsync(pending, cancellationToken) : pending.Completion.Task);
    }

    /// <summary>The other node answers. Answers that nobody waits for are ignored.</summary>
    internal void Settle(long request, SendOutcome outcome)
    {
        lock (_gate)
        {
            if (!_pending.Remove(request, out var pending))
            {
                return;
            }

            _deadlines.Remove(pending);
            Complete(pending, outcome);
        }
    }

    /// <summary>The session with a node is over: what it has not answered will not be answered.</summary>
    internal void PeerDown(NodeId node)
    {
        List<long> lost;
        lock (_gate)
        {
            lost =
            [
                .. _pending.Values
                    .Where(pending => pending.Node.Equals(node))
                    .Select(static pending => pending.Request),
            ];
        }

        foreach (var request in lost)
        {
            Settle(request, SendOutcome.Unknown);
        }
    }

    /// <summary>Nobody will be answered any more.</summary>
    public void Dispose()
    {
        List<long> lost;
        lock (_gate)
        {
            lost = [.. _pending.Keys];
            _deadlines.Dispose();
        }

        foreach (var request in lost)
        {
            Settle(request, SendOutcome.Unknown);
        }
    }

    private SendOutcome OutcomeWithout(NodeId node) =>
        _node.Core.Nodes.IsDead(node) ? SendOutcome.Gone : SendOutcome.NotConnected;

    private async Task<SendOutcome> WaitAsync(PendingSend pending, CancellationToken cancellationToken)
    {
        try
        {
            return await pending.Completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Settle(pending.Request, SendOutcome.Unknown); // Makes room for another; the payload is on its way.
            throw;
        }
    }

    private void OnDue()
    {
        lock (_gate)
        {
            foreach (var expired in _deadlines.TakeExpired())
            {
                var pending = (PendingSend)expired;
                _pending.Remove(pending.Request);
                Complete(pending, SendOutcome.Unknown);
            }
        }
    }

    private ValueTask<SendOutcome> Settled(ScopeName scope, SendOutcome outcome)
    {
        _node.Core.Events.SendSettled(scope, outcome);
        return new ValueTask<SendOutcome>(outcome);
    }

    private void Complete(PendingSend pending, SendOutcome outcome)
    {
        _node.Core.Events.SendSettled(pending.Scope, outcome);
        pending.Completion.TrySetResult(outcome);
    }

    private sealed class PendingSend(long request, ScopeName scope, NodeId node) : Expiring
    {
        internal long Request { get; } = request;

        internal ScopeName Scope { get; } = scope;

        internal NodeId Node { get; } = node;

        internal TaskCompletionSource<SendOutcome> Completion { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
