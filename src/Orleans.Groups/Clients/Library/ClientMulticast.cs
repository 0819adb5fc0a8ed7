namespace Orleans.Groups;

/// <summary>Multicast of a client: each member lives on the silo that serves the client when it joins.</summary>
internal sealed class ClientMulticast(ClientGroups groups) : IMulticast
{
    private readonly Lock _gate = new();
    private readonly HashSet<ClientRing> _rings = [];

    /// <inheritdoc/>
    public NodeId Node => groups.Node;

    private ClientCore Core => groups.Core;

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
        if (options.MemberName is { } name && NameRules.GetError(name) is { } error)
        {
            throw new ArgumentException(
                $"{nameof(MulticastJoinOptions.MemberName)} is not a valid name: {error}.",
                nameof(options));
        }

        var timeout = options.Timeout ?? Core.Options.JoinTimeout;
        if (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromHours(1))
        {
            throw new ArgumentException(
                $"{nameof(MulticastJoinOptions.Timeout)} is {timeout} and must be positive and at most an hour.",
                nameof(options));
        }

        return JoinAsync(group, handler, options.MemberName, timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> ForgetAsync(GroupName group, CancellationToken cancellationToken = default)
    {
        Require(group);
        var forget = new PendingOperation(new ForgetRing { Group = group.Value }, changesState: false);
        return await groups.Keeper.DoAsync(forget).WaitAsync(cancellationToken).ConfigureAwait(false) switch
        {
            RingForgotten forgotten => forgotten.HasExisted,
            Refused refused => throw refused.Error.ToException($"Forgetting group {group}"),
            _ => throw new GroupException(
                GroupErrorCode.RecordUnavailable,
                isTransient: true,
                $"Group {group} may or may not be forgotten: the client has lost its silo. Ask again."),
        };
    }

    /// <summary>All members leave; those that take too long are left to their leases.</summary>
    internal async Task StopAsync()
    {
        List<ClientRing> rings;
        lock (_gate)
        {
            rings = [.. _rings];
        }

        var leaving = rings.Select(static ring => (Task)ring.LeaveAsync());
        await Task.WhenAny(Task.WhenAll(leaving), Task.Delay(Core.Options.StopTimeout, Core.Time))
            .ConfigureAwait(false);
        foreach (var ring in rings)
        {
            ring.Lose(LossReason.GivenUp);
        }
    }

    /// <summary>A member has ended.</summary>
    internal void Remove(ClientRing ring)
    {
        lock (_gate)
        {
            _rings.Remove(ring);
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
        string? name,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Core.IsStopping)
        {
            throw ClientCore.ShuttingDown($"Group {group} was not joined");
        }

        using var deadline = new CancellationTokenSource(timeout, Core.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, deadline.Token, Core.Stopped);
        try
        {
            for (var tries = 0; ; tries++)
            {
                var life = await groups.Keeper.ReadyAsync(linked.Token).ConfigureAwait(false);
                var key = new PinnedKey(life.Key.Silo, Guid.NewGuid());
                var ring = new ClientRing(this, Core, key, group, handler);
                var request = new RingJoinRequest { Group = group.Value, MemberName = name, Timeout = timeout };
                if (await TryJoinAsync(ring, request, linked.Token).ConfigureAwait(false))
                {
                    return ring;
                }

                await Core.BackOffAsync(tries).WaitAsync(linked.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Core.Stopped.IsCancellationRequested
                ? ClientCore.ShuttingDown($"Group {group} was not joined")
                : new GroupException(
                    GroupErrorCode.Timeout,
                    isTransient: true,
                    $"Group {group} was not joined within {timeout}: no silo took the member in. Try again, or allow "
                    + "more time.");
        }
    }

    /// <summary>Joins through one silo; <see langword="false"/> when another should be tried.</summary>
    private async Task<bool> TryJoinAsync(
        ClientRing ring,
        RingJoinRequest request,
        CancellationToken cancellationToken)
    {
        RingJoinReply? reply;
        try
        {
            reply = await ring.JoinAsync(request).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ring.Abandon();
            throw;
        }

        if (reply?.Error is { } error)
        {
            ring.Lose(LossReason.GivenUp);
            return error is { Code: GroupErrorCode.ShuttingDown, IsTransient: false }
                ? false
                : throw error.ToException($"Joining group {request.Group}");
        }

        if (reply is null)
        {
            return false;
        }

        lock (_gate)
        {
            _rings.Add(ring);
        }

        ring.Begin(reply);
        return true;
    }
}
