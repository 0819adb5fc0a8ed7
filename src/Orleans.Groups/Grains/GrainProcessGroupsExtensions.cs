using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>Process groups whose members are grains. A grain joins as itself: with <c>this</c>.</summary>
/// <remarks>
/// <para>
/// Each activation is one member, which leaves all groups when the activation ends, for whatever reason. When a grain
/// migrates, the join of the new activation may be seen before the leave of the old.
/// </para>
/// <para>All of this is called from inside the grain, with the process groups of its own silo.</para>
/// </remarks>
public static class GrainProcessGroupsExtensions
{
    /// <summary>Adds one membership of a grain in a group.</summary>
    /// <param name="groups">A scope of the grain's silo.</param>
    /// <param name="group">The group; need not exist yet.</param>
    /// <param name="grain">The grain: <c>this</c>. Joining k times takes k leaves.</param>
    /// <param name="options">Whether to be kept, or brought back; <see langword="null"/> for neither.</param>
    /// <param name="cancellationToken">Checked before anything happens.</param>
    /// <returns>As <see cref="IProcessGroups.JoinAsync(GroupName, MemberId, CancellationToken)"/>.</returns>
    /// <exception cref="GroupException">
    /// <see cref="GroupErrorCode.Terminated"/>: the activation has ended. <see cref="GroupErrorCode.ShuttingDown"/>:
    /// the silo is stopping.
    /// </exception>
    /// <exception cref="GroupLimitException">A limit is reached. Nothing was changed.</exception>
    /// <exception cref="MemberNotLocalException">These are the groups of another silo. Nothing was changed.</exception>
    /// <exception cref="UnsuitableGrainIdException">The grain's id does not fit into a name.</exception>
    public static ValueTask<JoinResult> JoinAsync(
        this IProcessGroups groups,
        GroupName group,
        IGrainBase grain,
        GrainJoinOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return GrainHost.Of(grain).JoinAsync(groups, [group], options, cancellationToken);
    }

    /// <summary>Adds one membership of a grain in each listed group, all or nothing, as one step.</summary>
    /// <inheritdoc cref="JoinAsync(IProcessGroups, GroupName, IGrainBase, GrainJoinOptions, CancellationToken)"/>
    /// <param name="groups">A scope of the grain's silo.</param>
    /// <param name="names">The groups; one listed twice is joined twice.</param>
    /// <param name="grain">The grain: <c>this</c>.</param>
    /// <param name="options">Whether to be kept, or brought back; <see langword="null"/> for neither.</param>
    /// <param name="cancellationToken">Checked before anything happens.</param>
    public static ValueTask<JoinResult> JoinAsync(
        this IProcessGroups groups,
        IReadOnlyCollection<GroupName> names,
        IGrainBase grain,
        GrainJoinOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(names);
        return GrainHost.Of(grain).JoinAsync(groups, [.. names], options, cancellationToken);
    }

    /// <summary>Takes away one membership of a grain in a group.</summary>
    /// <param name="groups">A scope of the grain's silo.</param>
    /// <param name="group">The group.</param>
    /// <param name="grain">The grain: <c>this</c>.</param>
    /// <param name="cancellationToken">Checked before anything happens.</param>
    /// <returns>
    /// What was taken away; <see cref="LeaveStatus.NotJoined"/> when this activation is no member of the group.
    /// </returns>
    /// <exception cref="GroupException">
    /// <see cref="GroupErrorCode.Terminated"/>: the activation has ended, and with it its memberships.
    /// </exception>
    public static ValueTask<LeaveResult> LeaveAsync(
        this IProcessGroups groups,
        GroupName group,
        IGrainBase grain,
        CancellationToken cancellationToken = default) =>
        LeaveAsync(groups, [group], grain, cancellationToken);

    /// <summary>Takes away one membership of a grain in each listed group where it has one, as one step.</summary>
    /// <inheritdoc cref="LeaveAsync(IProcessGroups, GroupName, IGrainBase, CancellationToken)"/>
    /// <param name="groups">A scope of the grain's silo.</param>
    /// <param name="names">The groups.</param>
    /// <param name="grain">The grain: <c>this</c>.</param>
    /// <param name="cancellationToken">Checked before anything happens.</param>
    public static ValueTask<LeaveResult> LeaveAsync(
        this IProcessGroups groups,
        IReadOnlyCollection<GroupName> names,
        IGrainBase grain,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(names);
        return GrainHost.Of(grain).LeaveAsync(groups, [.. names], cancellationToken);
    }

    /// <summary>The grains that are members of a group, each once; members that are no grains are left out.</summary>
    /// <param name="groups">A scope.</param>
    /// <param name="group">The group.</param>
    /// <param name="grains">Makes the references.</param>
    /// <returns>As <see cref="GrainMemberExtensions.AsGrain{TGrain}"/>, in no promised order; may be empty.</returns>
    /// <typeparam name="TGrain">An interface of these grains.</typeparam>
    public static ImmutableArray<TGrain> GetGrains<TGrain>(
        this IProcessGroups groups,
        GroupName group,
        IGrainFactory grains)
        where TGrain : IAddressable
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(grains);
        var members = groups.GetMembers(group);
        var found = ImmutableArray.CreateBuilder<TGrain>(members.Length);
        var seen = new HashSet<GrainId>(members.Length);
        foreach (var member in members)
        {
            if (member.TryGetGrainId(out var grain) && seen.Add(grain))
            {
                found.Add(grains.GetGrain<TGrain>(grain));
            }
        }

        return found.DrainToImmutable();
    }

    /// <summary>Watches one group for a grain. The monitor ends with the activation.</summary>
    /// <param name="groups">A scope of the grain's silo.</param>
    /// <param name="group">The group; need not exist.</param>
    /// <param name="grain">The grain: <c>this</c>.</param>
    /// <param name="onChange">
    /// Called with each change, one after the other, in the grain's own turns: between those of a call that runs. An
    /// exception ends nothing: it is logged and the next change follows.
    /// </param>
    /// <param name="bufferChanges">As <see cref="MonitorOptions.BufferChanges"/>.</param>
    /// <param name="cancellationToken">Ends the start of the monitor, not the monitor.</param>
    /// <exception cref="GroupException">The activation has ended, or the silo is stopping.</exception>
    /// <exception cref="GroupLimitException">There are too many monitors.</exception>
    /// <exception cref="UnsuitableGrainIdException">The grain's id does not fit into a name.</exception>
    public static ValueTask<IMembershipMonitor> MonitorGroupAsync(
        this IProcessGroups groups,
        GroupName group,
        IGrainBase grain,
        Func<MembershipChange, ValueTask> onChange,
        int? bufferChanges = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return MonitorAsync(
            grain,
            onChange,
            bufferChanges,
            options => groups.MonitorGroupAsync(group, options, cancellationToken));
    }

    /// <summary>Watches all groups of a scope for a grain. The monitor ends with the activation.</summary>
    /// <inheritdoc cref="MonitorGroupAsync(IProcessGroups, GroupName, IGrainBase, Func{MembershipChange, ValueTask},
    /// int?, CancellationToken)"/>
    public static ValueTask<IMembershipMonitor> MonitorScopeAsync(
        this IProcessGroups groups,
        IGrainBase grain,
        Func<MembershipChange, ValueTask> onChange,
        int? bufferChanges = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return MonitorAsync(
            grain,
            onChange,
            bufferChanges,
            options => groups.MonitorScopeAsync(options, cancellationToken));
    }

    private static async ValueTask<IMembershipMonitor> MonitorAsync(
        IGrainBase grain,
        Func<MembershipChange, ValueTask> onChange,
        int? bufferChanges,
        Func<MonitorOptions, ValueTask<IMembershipMonitor>> start)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        var host = GrainHost.Of(grain);
        var owner = host.GetMember().Id; // It ends before the lane does, and the monitor with it.
        var lane = host.Open<bool>(static () => { });
        try
        {
            var monitor = await start(new MonitorOptions
            {
                Owner = owner,
                BufferChanges = bufferChanges,
                OnChange = async change => await lane.CallAsync(
                    static async call =>
                    {
                        await call.OnChange(call.Change);
                        return true;
                    },
                    (OnChange: onChange, Change: change)).ConfigureAwait(false),
            });
            host.CloseAfter(lane, monitor.Completion);
            return monitor;
        }
        catch
        {
            host.Close(lane);
            throw;
        }
    }
}
