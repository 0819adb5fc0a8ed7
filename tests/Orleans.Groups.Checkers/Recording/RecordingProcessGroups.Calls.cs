namespace Orleans.Groups.Checkers;

/// <content>Joining, leaving, watching.</content>
public sealed partial class RecordingProcessGroups
{
    /// <inheritdoc/>
    public ValueTask<JoinResult> JoinAsync(
        GroupName group,
        MemberId member,
        CancellationToken cancellationToken = default) =>
        CallAsync(OpVerb.Join, [group], [member], () => _inner.JoinAsync(group, member, cancellationToken), OfJoin);

    /// <inheritdoc/>
    public ValueTask<JoinResult> JoinAsync(
        IReadOnlyCollection<GroupName> groups,
        IReadOnlyCollection<MemberId> members,
        CancellationToken cancellationToken = default) =>
        CallAsync(OpVerb.Join, groups, members, () => _inner.JoinAsync(groups, members, cancellationToken), OfJoin);

    /// <inheritdoc/>
    public ValueTask<LeaveResult> LeaveAsync(
        GroupName group,
        MemberId member,
        CancellationToken cancellationToken = default) =>
        CallAsync(OpVerb.Leave, [group], [member], () => _inner.LeaveAsync(group, member, cancellationToken), OfLeave);

    /// <inheritdoc/>
    public ValueTask<LeaveResult> LeaveAsync(
        IReadOnlyCollection<GroupName> groups,
        IReadOnlyCollection<MemberId> members,
        CancellationToken cancellationToken = default) =>
        CallAsync(OpVerb.Leave, groups, members, () => _inner.LeaveAsync(groups, members, cancellationToken), OfLeave);

    /// <inheritdoc/>
    public ValueTask<IMembershipMonitor> MonitorGroupAsync(
        GroupName group,
        MonitorOptions? options = null,
        CancellationToken cancellationToken = default) =>
        MonitorAsync(
            group.ToString(),
            options,
            recorded => _inner.MonitorGroupAsync(group, recorded, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<IMembershipMonitor> MonitorScopeAsync(
        MonitorOptions? options = null,
        CancellationToken cancellationToken = default) =>
        MonitorAsync(null, options, recorded => _inner.MonitorScopeAsync(recorded, cancellationToken));

    private async ValueTask<T> CallAsync<T>(
        OpVerb verb,
        IReadOnlyCollection<GroupName> groups,
        IReadOnlyCollection<MemberId> members,
        Func<ValueTask<T>> call,
        Func<T, (OpPhase Phase, Held[]? Removed, string? Why)> describe)
    {
        var begun = new LogEvent.Op(
            _recorder.NextId(),
            OpPhase.Inv,
            verb,
            _scope,
            [.. groups.Select(static group => group.ToString())],
            _recorder.TextOf(members));
        _recorder.Log(begun);
        try
        {
            var result = await call();
            var (phase, removed, why) = describe(result);
            _recorder.Log(EndOf(begun, phase, removed, why));
            return result;
        }
        catch (Exception exception)
        {
            // These are thrown before anything has happened; of others nobody knows.
            var isRefused = exception is ArgumentException or MemberNotLocalException or GroupLimitException
                or UnknownScopeException;
            _recorder.Log(EndOf(begun, isRefused ? OpPhase.Fail : OpPhase.Info, null, exception.GetType().Name));
            throw;
        }
    }

    private static LogEvent.Op EndOf(LogEvent.Op begun, OpPhase phase, Held[]? removed, string? why) =>
        new(begun.Id, phase, begun.Verb, begun.Scope, begun.Groups, begun.Members, removed, why);

    private static (OpPhase Phase, Held[]? Removed, string? Why) OfJoin(JoinResult result) =>
        result.IsJoined ? (OpPhase.Ok, null, null) : (OpPhase.Fail, null, result.Status.ToString());

    private (OpPhase Phase, Held[]? Removed, string? Why) OfLeave(LeaveResult result) =>
        result.Status is LeaveStatus.Left or LeaveStatus.NotJoined
            ? (OpPhase.Ok, [.. result.Removed.Select(Of)], null)
            : (OpPhase.Fail, null, result.Status.ToString());

    private Held Of(Membership membership) =>
        new(membership.Group.ToString(), _recorder.TextOf(membership.Member));

    private async ValueTask<IMembershipMonitor> MonitorAsync(
        string? group,
        MonitorOptions? options,
        Func<MonitorOptions, ValueTask<IMembershipMonitor>> start)
    {
        var monitor = new RecordingMonitor(_recorder, _scope, options?.OnChange);
        var since = _recorder.LastSeq;
        try
        {
            monitor.Started(group, await start(monitor.Recorded(options)), since);
        }
        catch
        {
            monitor.NotStarted();
            throw;
        }

        return monitor;
    }
}
