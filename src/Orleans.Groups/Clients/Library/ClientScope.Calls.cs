namespace Orleans.Groups;

/// <content>Joining, leaving, watching, sending.</content>
internal sealed partial class ClientScope
{
    /// <summary>Most memberships in one operation.</summary>
    private const int MaxListed = 65_536;

    /// <inheritdoc/>
    public ValueTask<JoinResult> JoinAsync(
        GroupName group,
        MemberId member,
        CancellationToken cancellationToken = default) =>
        JoinAsync([group], [member], cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<JoinResult> JoinAsync(
        IReadOnlyCollection<GroupName> groups,
        IReadOnlyCollection<MemberId> members,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_groups.Core.IsStopping)
        {
            return new JoinResult(JoinStatus.ShuttingDown, 0); // Its members have ended, or are about to.
        }

        var owned = Check(groups, members);

        var done = await ChangeAsync(groups, owned, isJoin: true, cancellationToken).ConfigureAwait(false);
        return new JoinResult(done.Joined, done.Added);
    }

    /// <inheritdoc/>
    public ValueTask<LeaveResult> LeaveAsync(
        GroupName group,
        MemberId member,
        CancellationToken cancellationToken = default) =>
        LeaveAsync([group], [member], cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<LeaveResult> LeaveAsync(
        IReadOnlyCollection<GroupName> groups,
        IReadOnlyCollection<MemberId> members,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_groups.Core.IsStopping)
        {
            return new LeaveResult(LeaveStatus.ShuttingDown, []); // Its members have ended, or are about to.
        }

        var owned = Check(groups, members);

        var done = await ChangeAsync(groups, owned, isJoin: false, cancellationToken).ConfigureAwait(false);
        var byHandle = owned.DistinctBy(static member => member.Handle).ToDictionary(static member => member.Handle);
        return new LeaveResult(done.Left, [.. done.RemovedGroups.Zip(
            done.RemovedMembers,
            (group, handle) => new Membership(new GroupName(group), byHandle[handle].Id))]);
    }

    /// <inheritdoc/>
    public ValueTask<IMembershipMonitor> MonitorGroupAsync(
        GroupName group,
        MonitorOptions? options = null,
        CancellationToken cancellationToken = default) =>
        MonitorAsync(Require(group), options, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IMembershipMonitor> MonitorScopeAsync(
        MonitorOptions? options = null,
        CancellationToken cancellationToken = default) =>
        MonitorAsync(null, options, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<SendOutcome> SendAsync(
        MemberId member,
        ReadOnlyMemory<byte> payload,
        MemberId? from = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        var sender = CheckPayload(payload, from);
        cancellationToken.ThrowIfCancellationRequested();
        var send = new SendPayload { Scope = Scope.Value, To = member, From = sender, Payload = payload };
        var pending = new PendingOperation(send, changesState: false);
        Task<SessionResult?> result;
        try
        {
            result = Keeper.DoAsync(pending);
        }
        catch (GroupLimitException)
        {
            return SendOutcome.Overloaded;
        }

        return await result.WaitAsync(cancellationToken).ConfigureAwait(false) switch
        {
            Sent sent => sent.Outcome,
            Refused refused => throw refused.Error.ToException($"Sending to {member}"),
            _ => SendOutcome.Unknown,
        };
    }

    /// <inheritdoc/>
    public async ValueTask<PublishResult> PublishAsync(
        GroupName group,
        ReadOnlyMemory<byte> payload,
        MemberId? from = null,
        CancellationToken cancellationToken = default)
    {
        Require(group);
        var sender = CheckPayload(payload, from);
        cancellationToken.ThrowIfCancellationRequested();
        var send = new SendPayload { Scope = Scope.Value, Group = group.Value, From = sender, Payload = payload };
        var result = await Keeper.DoAsync(new PendingOperation(send, changesState: false))
            .WaitAsync(cancellationToken)
            .ConfigureAwait(false);
        return result switch
        {
            Sent sent => new PublishResult(sent.Members, sent.Nodes, sent.NotConnected),
            Refused refused => throw refused.Error.ToException($"Publishing to group {group}"),
            _ => throw new GroupException(
                GroupErrorCode.Timeout,
                isTransient: true,
                $"The client has lost its silo while publishing to group {group}: it may have been published."),
        };
    }

    private List<ClientMember> Check(IReadOnlyCollection<GroupName> groups, IReadOnlyCollection<MemberId> members)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(members);
        foreach (var group in groups)
        {
            Require(group);
        }

        if ((long)groups.Count * members.Count > MaxListed)
        {
            throw new ArgumentException($"A client may change {MaxListed} memberships at once.", nameof(members));
        }

        return [.. members.Select(member => member is null
            ? throw new ArgumentException("A listed member is null.", nameof(members))
            : Keeper.FindMember(member) ?? throw new MemberNotLocalException(member, _groups.NodeOrNone))];
    }

    private async Task<MembershipsChanged> ChangeAsync(
        IReadOnlyCollection<GroupName> groups,
        List<ClientMember> members,
        bool isJoin,
        CancellationToken cancellationToken)
    {
        var isRead = Volatile.Read(ref _starting) is { IsFaulted: false };
        var (mark, arrived) = isRead ? _mirror.NewMark() : (0, Task.FromResult(true));
        var change = new ChangeMemberships
        {
            Scope = Scope.Value,
            IsJoin = isJoin,
            Groups = [.. groups.Select(static group => group.Value)],
            Members = [.. members.Select(static member => member.Handle)],
            MarkedMonitor = isRead ? _mirror.Handle : 0,
            Mark = mark,
        };
        var pending = new PendingOperation(change, changesState: true, result => Count(change, members, result));
        try
        {
            var result = await Keeper.DoAsync(pending).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (result is not MembershipsChanged done)
            {
                throw ((Refused)result!).Error.ToException($"Changing memberships in scope {Scope}");
            }

            if (done.IsMarked && !await arrived.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                // It is done, and reads show it when they show what the next session knows.
                await ChangeAsync([], [], isJoin: true, cancellationToken).ConfigureAwait(false);
            }

            return done;
        }
        finally
        {
            if (isRead)
            {
                _mirror.DropMark(mark);
            }
        }
    }

    /// <summary>Remembers what later sessions have to be told. In the order of the operations.</summary>
    private void Count(ChangeMemberships change, List<ClientMember> members, SessionResult result)
    {
        if (result is not MembershipsChanged done)
        {
            return;
        }

        if (change.IsJoin && done.Joined == JoinStatus.Joined)
        {
            foreach (var member in members)
            {
                foreach (var group in change.Groups)
                {
                    member.Count(Scope, new GroupName(group), 1);
                }
            }
        }

        for (var index = 0; index < done.RemovedGroups.Length; index++)
        {
            var handle = done.RemovedMembers[index];
            members.First(member => member.Handle == handle)
                .Count(Scope, new GroupName(done.RemovedGroups[index]), -1);
        }
    }

    private async ValueTask<IMembershipMonitor> MonitorAsync(
        GroupName? group,
        MonitorOptions? options,
        CancellationToken cancellationToken)
    {
        options ??= new MonitorOptions();
        if (options.BufferChanges is < 1)
        {
            throw new ArgumentException(
                $"{nameof(MonitorOptions.BufferChanges)} is {options.BufferChanges} and must be 1 or more.",
                nameof(options));
        }

        ClientMember? owner = null;
        if (options.Owner is { } id)
        {
            owner = Keeper.FindMember(id) ?? throw new MemberNotLocalException(id, _groups.NodeOrNone);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var monitor = new ClientMonitor(_groups.Core, Keeper, Scope, group, options, owner);
        await monitor.StartAsync($"Watching scope {Scope}", cancellationToken).ConfigureAwait(false);
        try
        {
            await monitor.FirstSnapshot.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await monitor.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return monitor;
    }

    private long CheckPayload(ReadOnlyMemory<byte> payload, MemberId? from)
    {
        if (Keeper.LastWelcome is { } welcome && payload.Length > welcome.MaxPayloadBytes)
        {
            throw new PayloadTooLargeException(
                payload.Length,
                welcome.MaxPayloadBytes,
                $"{nameof(ProcessGroupsOptions)}.{nameof(ProcessGroupsOptions.MaxPayloadBytes)}");
        }

        return from is null
            ? 0
            : (Keeper.FindMember(from) ?? throw new MemberNotLocalException(from, _groups.NodeOrNone)).Handle;
    }
}
