namespace Orleans.Groups.Tests;

/// <summary>Grains join process groups as themselves.</summary>
public sealed class GrainMembershipTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Join_Grain_IsSeenEverywhereAndLeaves(bool usesDefaultDirectory)
    {
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        var grain = cluster.Grain("a");

        var joined = await cluster.RunAsync(
            grain,
            static async grain => await grain.Groups.ProcessGroups.JoinAsync("room", grain));
        await cluster.ConvergedAsync();

        Assert.Equal(new JoinResult(JoinStatus.Joined, 1), joined);
        foreach (var silo in cluster.Silos)
        {
            var member = Assert.Single(silo.ProcessGroups.GetMembers("room"));
            Assert.True(member.TryGetGrainId(out var id));
            Assert.Equal(grain.GetGrainId(), id);
        }

        var left = await cluster.RunAsync(
            grain,
            static async grain => await grain.Groups.ProcessGroups.LeaveAsync("room", grain));
        await cluster.ConvergedAsync();

        Assert.Equal(LeaveStatus.Left, left.Status);
        Assert.All(cluster.Silos, static silo => Assert.Empty(silo.ProcessGroups.GetMembers("room")));
    }
}
