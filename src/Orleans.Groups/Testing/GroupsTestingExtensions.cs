using System.Collections.Immutable;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Testing;

/// <summary>
/// For tests that run all silos in one process, such as those with TestCluster: waiting without sleeping or polling.
/// </summary>
public static class GroupsTestingExtensions
{
    /// <summary>
    /// Completes when nothing is under way on these silos, no message waits for a handler, and all are connected and
    /// agree: any two on each other's memberships, and all ring members on the record of their group, which lists
    /// exactly those that live.
    /// </summary>
    /// <remarks>
    /// What silos say to each other counts; what an application does besides, or a client sends, does not. Silos that
    /// are stopping are left out. It looks again whenever something has happened. It never completes while a handler
    /// is blocked, nor when silos cannot agree, because one that lives is not listed or was cut off: use a token.
    /// </remarks>
    /// <param name="silos">
    /// All silos that live: for each, <see cref="IGroups"/> from its services
    /// (<c>((InProcessSiloHandle)silo).ServiceProvider</c>).
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">One of these is not that of a silo of this process.</exception>
    public static async Task WaitForConvergenceAsync(
        this IEnumerable<IGroups> silos,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(silos);
        var nodes = silos.Select(Require).ToList();
        var work = nodes.Select(static node => node.Core.Work).Distinct().ToList();
        while (true)
        {
            var starts = work.ConvertAll(static counter => counter.Starts);
            foreach (var counter in work)
            {
                await counter.WaitForIdleAsync(cancellationToken).ConfigureAwait(false);
            }

            // Each was idle once. When none has begun anything since, all of them are idle now.
            if (!starts.SequenceEqual(work.Select(static counter => counter.Starts)))
            {
                continue;
            }

            if (HasConverged(nodes.FindAll(static node => !node.IsStopping)))
            {
                return;
            }

            await WaitForWorkAsync(work, starts, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Completes when a group, as this silo or node sees it, has members as wanted.</summary>
    /// <param name="groups">The scope, of one silo or node.</param>
    /// <param name="group">The group.</param>
    /// <param name="isWanted">
    /// Called with one entry per membership, perhaps none, first at once and then after each change.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The members as they were wanted.</returns>
    /// <exception cref="GroupException">
    /// <see cref="GroupErrorCode.ShuttingDown"/>: the scope has stopped before that.
    /// </exception>
    public static async Task<ImmutableArray<MemberId>> WaitForMembersAsync(
        this IProcessGroups groups,
        GroupName group,
        Func<ImmutableArray<MemberId>, bool> isWanted,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(isWanted);
        var monitor = await groups.MonitorGroupAsync(group, null, cancellationToken).ConfigureAwait(false);
        await using var _ = monitor.ConfigureAwait(false);
        while (true)
        {
            var members = groups.GetMembers(group);
            if (isWanted(members))
            {
                return members;
            }

            if (!await monitor.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new GroupException(
                    GroupErrorCode.ShuttingDown,
                    isTransient: false,
                    $"Scope {groups.Scope} has stopped on {groups.Node} before group {group} had the wanted members.");
            }

            while (monitor.TryRead(out var change))
            {
                // What has changed is in the registry already.
            }
        }
    }

    /// <summary>Completes when a group, as this silo or node sees it, has so many memberships.</summary>
    /// <param name="groups">The scope, of one silo or node.</param>
    /// <param name="group">The group.</param>
    /// <param name="count">How many, 0 or more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>These members, one entry per membership.</returns>
    /// <exception cref="GroupException">
    /// <see cref="GroupErrorCode.ShuttingDown"/>: the scope has stopped before that.
    /// </exception>
    public static Task<ImmutableArray<MemberId>> WaitForMembersAsync(
        this IProcessGroups groups,
        GroupName group,
        int count,
        CancellationToken cancellationToken = default) =>
        groups.WaitForMembersAsync(group, members => members.Length == count, cancellationToken);

    /// <summary>Completes when one of them has done something more.</summary>
    private static async Task WaitForWorkAsync(
        List<WorkCounter> work,
        List<long> starts,
        CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = work.Select((counter, index) => counter.WaitForIdleAsync(starts[index], waiting.Token));
        var first = await Task.WhenAny(changes).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        await first.ConfigureAwait(false);
    }

    private static NodeHost Require(IGroups groups) =>
        groups is SiloGroups silo
            ? silo.Host
            : throw new ArgumentException(
                "Only the groups of silos of this process can be looked into.",
                nameof(groups));

    private static bool HasConverged(List<NodeHost> nodes)
    {
        var living = nodes.Select(static node => node.Id).ToHashSet();
        if (nodes.Exists(node => !living.IsSupersetOf(node.Sessions.Keys)))
        {
            return false; // One has not heard yet that another has stopped or died.
        }

        foreach (var left in nodes)
        {
            foreach (var right in nodes)
            {
                if (!ReferenceEquals(left, right) && !AreConnected(left, right))
                {
                    return false;
                }
            }
        }

        return Convergence.IsReached(nodes, static (_, _) => true, LatestRecords(nodes));
    }

    private static bool AreConnected(NodeHost left, NodeHost right) =>
        left.Sessions.TryGetValue(right.Id, out var there)
        && right.Sessions.TryGetValue(left.Id, out var back)
        && there == back;

    /// <summary>Whoever is in a ring holds its record; the latest one is what all are to agree on.</summary>
    private static IEnumerable<GroupRecord> LatestRecords(List<NodeHost> nodes) =>
        nodes
            .SelectMany(static node => node.Rings.CopyAll())
            .Select(static ring => ring.HeldRecord)
            .OfType<GroupRecord>()
            .GroupBy(static record => record.Group)
            .Select(static records => records.MaxBy(static record => record.Version)!);
}
