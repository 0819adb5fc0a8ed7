using System.Collections.Immutable;
using Orleans.Groups.Testing;

namespace Orleans.Groups.Tests;

/// <summary>What tests say often.</summary>
internal static class ScriptedGrainExtensions
{
    internal static async Task<JoinResult> JoinAsync(
        this ScriptedGrain grain,
        string group,
        GrainJoinOptions? options = null) =>
        await grain.Groups.ProcessGroups.JoinAsync(group, grain, options);

    internal static async Task<LeaveResult> LeaveAsync(this ScriptedGrain grain, string group) =>
        await grain.Groups.ProcessGroups.LeaveAsync(group, grain);

    /// <summary>The members of a group, when the first silo sees so many.</summary>
    internal static Task<ImmutableArray<MemberId>> MembersAsync(this GrainCluster cluster, string group, int count) =>
        cluster.MembersAsync(group, members => members.Length == count);

    /// <summary>The members of a group, when the first silo sees them as wanted.</summary>
    internal static async Task<ImmutableArray<MemberId>> MembersAsync(
        this GrainCluster cluster,
        string group,
        Func<ImmutableArray<MemberId>, bool> isWanted)
    {
        using var limit = new CancellationTokenSource(GrainCluster.Limit);
        try
        {
            return await cluster.First.ProcessGroups.WaitForMembersAsync(group, isWanted, limit.Token);
        }
        catch (OperationCanceledException)
        {
            var coming = cluster.Cluster.Silos.Sum(static silo => GrainCluster.Service<GrainReviver>(silo).Count);
            var members = string.Join(Environment.NewLine, cluster.First.ProcessGroups.GetMembers(group).Order());
            throw new TimeoutException($"The members of {group} are not as wanted ({coming} come back): {members}");
        }
    }

    /// <summary>Ends all activations that are not kept, as if they had been idle for long.</summary>
    internal static Task CollectAsync(this GrainCluster cluster) =>
        cluster.Cluster.Client.GetGrain<IManagementGrain>(0)
            .ForceActivationCollection(TimeSpan.Zero)
            .WaitAsync(GrainCluster.Limit);

    /// <summary>A service of the silo whose groups these are.</summary>
    internal static T Services<T>(this SiloGroups silo, GrainCluster cluster)
        where T : notnull =>
        GrainCluster.Service<T>(cluster.Cluster.Silos.Single(handle => GrainCluster.GroupsOf(handle) == silo));

    /// <summary>
    /// Ends some of the activations as the grain directory does when it has lost them. It does so itself when a silo
    /// leaves, but nobody can say how many it has lost.
    /// </summary>
    internal static Task FailDirectoryAsync(this GrainCluster _, List<IGrainContext> contexts)
    {
        var living = contexts.FindAll(static context => !context.Deactivated.IsCompleted);
        var lost = living.Where(static (_, index) => index % 4 == 0).ToList();
        var reason = new DeactivationReason(DeactivationReasonCode.DirectoryFailure, "its registration is lost");
        foreach (var context in lost)
        {
            context.Deactivate(reason);
        }

        return Task.WhenAll(lost.Select(static context => context.Deactivated)).WaitAsync(GrainCluster.Limit);
    }

    internal static async Task<SendOutcome> SendAsync(this IGroups groups, MemberId member, string text) =>
        await groups.ProcessGroups.SendAsync(member, text.Bytes());
}
