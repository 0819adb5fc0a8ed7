using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <content>Joining, leaving, watching, sending.</content>
internal sealed partial class ScopeFront
{
    /// <inheritdoc/>
    public ValueTask<JoinResult> JoinAsync(
        GroupName group,
        MemberId member,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        Require(group);
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = EngineActivity.Start("groups.join", group, Scope);
        return new ValueTask<JoinResult>(Ended(activity, Life?.Join(new ScopeInput.JoinOne(group, member))));
    }

    /// <inheritdoc/>
    public ValueTask<JoinResult> JoinAsync(
        IReadOnlyCollection<GroupName> groups,
        IReadOnlyCollection<MemberId> members,
        CancellationToken cancellationToken = default)
    {
        var input = new ScopeInput.Join(Copy(groups), Copy(members));
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = EngineActivity.Start("groups.join", scope: Scope);
        return new ValueTask<JoinResult>(Ended(activity, Life?.Join(input)));
    }

    /// <inheritdoc/>
    public ValueTask<LeaveResult> LeaveAsync(
        GroupName group,
        MemberId member,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        Require(group);
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = EngineActivity.Start("groups.leave", group, Scope);
        return new ValueTask<LeaveResult>(Ended(activity, Life?.Leave(new ScopeInput.LeaveOne(group, member))));
    }

    /// <inheritdoc/>
    public ValueTask<LeaveResult> LeaveAsync(
        IReadOnlyCollection<GroupName> groups,
        IReadOnlyCollection<MemberId> members,
        CancellationToken cancellationToken = default)
    {
        var input = new ScopeInput.Leave(Copy(groups), Copy(members));
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = EngineActivity.Start("groups.leave", scope: Scope);
        return new ValueTask<LeaveResult>(Ended(activity, Life?.Leave(input)));
    }

    /// <inheritdoc/>
    public ValueTask<IMembershipMonitor> MonitorGroupAsync(
        GroupName group,
        MonitorOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Monitor(Require(group), options, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IMembershipMonitor> MonitorScopeAsync(
        MonitorOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Monitor(null, options, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<SendOutcome> SendAsync(
        MemberId member,
        ReadOnlyMemory<byte> payload,
        MemberId? from = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        CheckPayload(payload, from);
        cancellationToken.ThrowIfCancellationRequested();
        return _node.Postman.SendAsync(Scope, member, payload, from, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<PublishResult> PublishAsync(
        GroupName group,
        ReadOnlyMemory<byte> payload,
        MemberId? from = null,
        CancellationToken cancellationToken = default)
    {
        Require(group);
        CheckPayload(payload, from);
        cancellationToken.ThrowIfCancellationRequested();
        var plan = _plans.For(group, Registry.GetMembers(group));
        foreach (var member in plan.Locals)
        {
            member.Deliver(from, group, payload);
        }

        var (nodes, notConnected) = (plan.HasLocals ? 1 : 0, 0);
        if (plan.Remotes.Length > 0)
        {
            var frame = new NodeFrame.Publication(Scope, group, from, payload);
            foreach (var node in plan.Remotes)
            {
                var isSent = _node.Peers.TryGetValue(node, out var peer)
                    && peer.Payloads.Send(frame) == LaneOutcome.Sent;
                nodes += isSent ? 1 : 0;
                notConnected += isSent ? 0 : 1;
            }
        }

        _node.Core.Events.Published(Scope, notConnected);
        return new ValueTask<PublishResult>(new PublishResult(plan.Members, nodes, notConnected));
    }

    private JoinResult Ended(Activity? activity, JoinResult? answer)
    {
        var result = answer ?? new JoinResult(NotRunning, 0);
        if (activity is not null)
        {
            EngineActivity.End(activity, result.Status.ToString(), !result.IsJoined);
        }

        return result;
    }

    private LeaveResult Ended(Activity? activity, LeaveResult? answer)
    {
        var result = answer ?? NothingToLeave;
        if (activity is not null)
        {
            EngineActivity.End(activity, result.Status.ToString(), isError: false);
        }

        return result;
    }

    private LeaveResult NothingToLeave =>
        new(_node.IsStopping ? LeaveStatus.ShuttingDown : LeaveStatus.ScopeStopped, []);

    private static ImmutableArray<GroupName> Copy(IReadOnlyCollection<GroupName> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var copy = groups.ToImmutableArray();
        foreach (var group in copy)
        {
            Require(group);
        }

        return copy;
    }

    private static ImmutableArray<MemberId> Copy(IReadOnlyCollection<MemberId> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var copy = members.ToImmutableArray();
        if (copy.Contains(null!))
        {
            throw new ArgumentException("A listed member is null.", nameof(members));
        }

        return copy;
    }

    private ValueTask<IMembershipMonitor> Monitor(
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

        cancellationToken.ThrowIfCancellationRequested();
        IMembershipMonitor? monitor = Life?.StartMonitor(group, options);
        return monitor is null ? throw NotWatched() : new ValueTask<IMembershipMonitor>(monitor);
    }

    private GroupException NotWatched() =>
        _node.IsStopping
            ? NodeHost.ShuttingDown(_node.Id, $"A monitor of scope {Scope} was not started")
            : new GroupException(
                GroupErrorCode.ShuttingDown,
                isTransient: true,
                $"Scope {Scope} does not run on node {_node.Id}, so it cannot be watched. Start the scope first.");

    private void CheckPayload(ReadOnlyMemory<byte> payload, MemberId? from)
    {
        var limit = _node.Core.ProcessGroups.MaxPayloadBytes;
        if (payload.Length > limit)
        {
            throw new PayloadTooLargeException(
                payload.Length,
                limit,
                $"{nameof(ProcessGroupsOptions)}.{nameof(ProcessGroupsOptions.MaxPayloadBytes)}");
        }

        if (from is not null && !from.Node.Equals(_node.Id))
        {
            throw new MemberNotLocalException(from, _node.Id);
        }
    }
}
