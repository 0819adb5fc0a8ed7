namespace Orleans.Groups;

/// <content>The queue of operations: sent in order, repeated in another session when the first is lost.</content>
internal sealed partial class SessionKeeper
{
    /// <summary>Most operations that are under way at the silo.</summary>
    private const int MaxSent = 2_048;

    private readonly LinkedList<PendingOperation> _waiting = new();
    private readonly LinkedList<PendingOperation> _sent = new();

    /// <summary>How many operations wait for their results.</summary>
    internal int PendingCount
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count + _sent.Count;
            }
        }
    }

    /// <summary>Does something in this session or, if need be, in a later one.</summary>
    /// <returns>The result; <see langword="null"/> when nobody knows it.</returns>
    /// <exception cref="GroupException">The client has stopped, or too many operations wait.</exception>
    internal Task<SessionResult?> DoAsync(PendingOperation operation)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                throw ClientCore.ShuttingDown($"{operation.Operation.GetType().Name} was not done");
            }

            if (_waiting.Count + _sent.Count >= core.Options.MaxPendingCalls && !operation.IsEnding)
            {
                throw new GroupLimitException(
                    nameof(GroupsClientOptions.MaxPendingCalls),
                    core.Options.MaxPendingCalls,
                    operation.Operation.GetType().Name);
            }

            _waiting.AddLast(operation);
            Pump();
        }

        return operation.Completion;
    }

    /// <summary>Whether a result says that the silo, or the session, does nothing any more.</summary>
    private static bool IsOver(SessionResult result) => result
        is Refused { Error: { Code: GroupErrorCode.ShuttingDown, IsTransient: false } }
        or Refused { Error.Code: GroupErrorCode.Terminated }
        or MembershipsChanged { Joined: JoinStatus.ShuttingDown }
        or MembershipsChanged { Left: LeaveStatus.ShuttingDown };

    /// <summary>Sends what may be sent. Locked by the caller.</summary>
    private void Pump()
    {
        while (_current is { IsLost: false } life && _sent.Count < MaxSent && _waiting.First is { } node)
        {
            _waiting.RemoveFirst();
            _sent.AddLast(node);
            node.Value.IsSent = true;
            var number = life.NextNumber();
            _ = Task.Run(() => SendAsync(life, node, number)); // Never throws.
        }
    }

    private async Task SendAsync(SessionLife life, LinkedListNode<PendingOperation> node, long number)
    {
        var result = await life.CallAsync(number, node.Value.Operation).ConfigureAwait(false);
        lock (_gate)
        {
            if (result is null || node.List != _sent || !ReferenceEquals(_current, life))
            {
                return; // The session was lost: the operation is queued again, or its outcome is unknown.
            }

            if (IsOver(result))
            {
                life.TellStopping(); // Another silo will do it.
                return;
            }

            if (!node.Value.ChangesState)
            {
                _sent.Remove(node);
                node.Value.Complete(result);
            }
            else
            {
                node.Value.Result = result;
                CompleteInOrder();
            }

            Pump();
        }
    }

    /// <summary>
    /// Results of what changes the client's state count in the order of the operations, so that what a lost session has
    /// done last is never mistaken for done. Locked by the caller.
    /// </summary>
    private void CompleteInOrder()
    {
        for (var node = _sent.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.ChangesState)
            {
                if (node.Value.Result is not { } result)
                {
                    return;
                }

                _sent.Remove(node);
                node.Value.Complete(result);
            }

            node = next;
        }
    }

    /// <summary>
    /// A session is over: what may be done again is, in order, before all else. Locked by the caller.
    /// </summary>
    private void Requeue()
    {
        while (_sent.Last is { } node)
        {
            _sent.RemoveLast();
            if (node.Value.ChangesState)
            {
                node.Value.Result = null;
                _waiting.AddFirst(node);
            }
            else
            {
                node.Value.Complete(null);
            }
        }
    }

    /// <summary>Takes all operations out. Locked by the caller.</summary>
    private List<PendingOperation> TakeAll()
    {
        List<PendingOperation> all = [.. _sent, .. _waiting];
        _sent.Clear();
        _waiting.Clear();
        return all;
    }
}
