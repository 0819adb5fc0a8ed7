using Orleans.Groups.Testing;

namespace Orleans.Groups.Tests;

/// <summary>Joining by attribute, being kept, and coming back.</summary>
public sealed class GrainStayingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Attribute_EveryActivation_HasJoinedWhenItsFirstCallRuns(bool usesDefaultDirectory)
    {
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        var grain = cluster.Grain<IScriptedJoiner>("a");

        for (var round = 0; round < 3; round++)
        {
            await cluster.RunAsync(grain, static grain =>
            {
                var member = grain.GetGroupMember().Id;
                Assert.Equal([member], grain.Groups.ProcessGroups.GetLocalMembers("room"));
                Assert.Equal([member], grain.Groups.GetProcessGroups("other").GetLocalMembers("room"));
                return Task.CompletedTask;
            });
            await cluster.MembersAsync("room", 1);
            await cluster.Cluster.DeactivateAsync(grain);
            await cluster.MembersAsync("room", 0);
            await cluster.First.GetProcessGroups("other").WaitForMembersAsync("room", 0);
        }
    }

    [Fact]
    public async Task Attribute_ActivationThatFails_LeavesAgain()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var grain = cluster.Grain<IScriptedJoiner>("a");
        cluster.Script["a"].OnActivate = static grain =>
        {
            grain.Note($"{grain.Groups.ProcessGroups.CountMembers("room")}");
            throw new FormatException();
        };

        await Assert.ThrowsAnyAsync<Exception>(() => grain.RunAsync(Guid.NewGuid()));

        await cluster.MembersAsync("room", 0);
        Assert.Equal(["1"], cluster.Notes.All);
    }

    [Fact]
    public async Task Attribute_OnAStatelessWorker_IsRefused()
    {
        await using var cluster = await GrainCluster.StartAsync(1);

        var refused = await Assert.ThrowsAnyAsync<Exception>(
            () => cluster.Grain<IScriptedJoiningWorker>("a").RunAsync(Guid.NewGuid()));

        Assert.Contains("stateless worker", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeepAlive_WhileMember_IsNotCollected()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var kept = cluster.Grain("kept");
        var kept2 = cluster.Grain<IScriptedKept>("by attribute");
        var other = cluster.Grain("other");
        await cluster.RunAsync(kept, static async grain =>
        {
            await grain.JoinAsync("room", new GrainJoinOptions { KeepAlive = true });
            await grain.JoinAsync("hall", new GrainJoinOptions { KeepAlive = true });
        });
        await cluster.RunAsync(kept2, static _ => Task.CompletedTask);
        await cluster.RunAsync(other, static grain => grain.JoinAsync("room"));

        await cluster.CollectAsync();
        await cluster.MembersAsync("room", 2);
        Assert.False(cluster.ContextOf(kept).Deactivated.IsCompleted);
        Assert.False(cluster.ContextOf(kept2).Deactivated.IsCompleted);

        await cluster.RunAsync(kept, static grain => grain.LeaveAsync("room"));
        await cluster.CollectAsync();
        var ended = cluster.ContextOf(kept).Deactivated;
        Assert.False(ended.IsCompleted);

        await cluster.RunAsync(kept, static grain => grain.LeaveAsync("hall"));
        await cluster.RunAsync(kept2, static grain =>
        {
            grain.GetGroupMember().End();
            return Task.CompletedTask;
        });
        var ended2 = cluster.ContextOf(kept2).Deactivated;
        await cluster.CollectAsync();
        await ended.WaitAsync(GrainCluster.Limit);
        await ended2.WaitAsync(GrainCluster.Limit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rejoin_AfterAnEndWithoutLeaving_IsMemberAgain(bool usesDefaultDirectory)
    {
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        var byAttribute = cluster.Grain<IScriptedReturning>("a");
        var byOption = cluster.Grain("b");
        await cluster.RunAsync(byAttribute, static _ => Task.CompletedTask);
        await cluster.RunAsync(byOption, static async grain =>
        {
            await grain.JoinAsync("room", new GrainJoinOptions { Rejoin = true });
            await grain.JoinAsync("room", new GrainJoinOptions { Rejoin = true });
            await grain.JoinAsync("hall");
        });
        var old = (await cluster.MembersAsync("room", 3)).ToHashSet();

        await cluster.Cluster.DeactivateAsync(byAttribute);
        await cluster.Cluster.DeactivateAsync(byOption);

        var young = await cluster.MembersAsync("room", members =>
            members.Length == 3 && !members.Any(old.Contains));
        Assert.Equal(
            [.. old.Select(static member => member.Name).Order()],
            young.Select(static member => member.Name).Distinct().Order());
        await cluster.MembersAsync("hall", 0);
    }

    [Fact]
    public async Task Rejoin_AfterLeavingOrEndingTheMember_StaysAway()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var (left, ended) = (cluster.Grain<IScriptedReturning>("left"), cluster.Grain<IScriptedReturning>("ended"));
        await cluster.RunAsync(left, static grain => grain.LeaveAsync("room"));
        await cluster.RunAsync(ended, static grain =>
        {
            grain.GetGroupMember().End();
            return Task.CompletedTask;
        });

        await cluster.Cluster.DeactivateAsync(left);
        await cluster.Cluster.DeactivateAsync(ended);
        await cluster.ConvergedAsync();

        Assert.Equal(0, cluster.First.ProcessGroups.CountMembers("room"));
        Assert.Equal(0, GrainCluster.Service<GrainReviver>(cluster.Cluster.Primary).Count);
        Assert.False(cluster.Cluster.TryGetGrainContext(left.GetGrainId(), out _));
        Assert.False(cluster.Cluster.TryGetGrainContext(ended.GetGrainId(), out _));
    }

    [Fact]
    public async Task Rejoin_GrainThatCannotBeActivated_IsGivenUpAfterSomeTries()
    {
        await using var cluster = await GrainCluster.StartAsync(
            2,
            options: static options => options.Multicast.RetryMaximum = options.Multicast.RetryMinimum);
        var grain = cluster.Grain<IScriptedReturning>("a");
        await cluster.RunAsync(grain, static _ => Task.CompletedTask);
        cluster.Script["a"].OnActivate = static grain =>
        {
            grain.Note("fails");
            throw new FormatException();
        };

        await cluster.Cluster.DeactivateAsync(grain);
        await cluster.MembersAsync("room", 0);
        await cluster.Notes.WaitForCountAsync(10);
        await cluster.MembersAsync("room", 0);
        await cluster.ConvergedAsync();

        Assert.Equal(10, cluster.Notes.All.Count);
        Assert.All(
            cluster.Cluster.Silos,
            static silo => Assert.Equal(0, GrainCluster.Service<GrainReviver>(silo).Count));
    }

    [Fact]
    public async Task Rejoin_EndsAgainAndAgain_ComesBackEachTime()
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        var grain = cluster.Grain<IScriptedReturning>("a");
        await cluster.RunAsync(grain, static _ => Task.CompletedTask);
        var last = Assert.Single(await cluster.MembersAsync("room", 1));

        for (var round = 0; round < 10; round++)
        {
            await cluster.Cluster.DeactivateAsync(grain);
            last = Assert.Single(await cluster.MembersAsync(
                "room",
                members => members is [var member] && member != last));
        }
    }

    [Fact]
    public async Task Rejoin_CalledForWhatWasLeftAgain_DoesNotJoinIt()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var grain = cluster.Grain<IScriptedReturning>("a");
        await cluster.RunAsync(grain, static grain => grain.LeaveAsync("room"));

        await grain.AsReference<IGrainRevival>().RejoinAsync(
        [
            new GrainMembership { Scope = "default", Group = "room", Count = 1 },
            new GrainMembership { Scope = "default", Group = "hall", Count = 2, KeepAlive = true },
        ]);

        Assert.Equal(0, cluster.First.ProcessGroups.CountMembers("room"));
        Assert.Equal(2, cluster.First.ProcessGroups.CountMembers("hall"));
        await cluster.CollectAsync();
        Assert.Equal(2, cluster.First.ProcessGroups.CountMembers("hall"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rejoin_SiloStopsInOrder_AllAreMembersElsewhere(bool usesDefaultDirectory)
    {
        const int Count = 30;
        await using var cluster = await GrainCluster.StartAsync(3, usesDefaultDirectory);
        var silo = cluster.Cluster.Silos[2];
        for (var index = 0; index < Count; index++)
        {
            var grain = cluster.Grain<IScriptedReturning>($"a{index}");
            await cluster.RunOnAsync(silo, grain, static _ => Task.CompletedTask);
        }

        var node = GrainCluster.GroupsOf(silo).Node;
        Assert.All(await cluster.MembersAsync("room", Count), member => Assert.Equal(node, member.Node));

        GrainCluster.Service<GrainReviver>(silo).StopLimit = Within.Limit;
        await cluster.Cluster.StopSiloAsync(silo);

        var members = await cluster.MembersAsync("room", members =>
            members.Length == Count && members.All(member => member.Node != node));
        Assert.Equal(Count, members.Select(static member => member.Name).Distinct().Count());
    }

    [Fact]
    public async Task Rejoin_AfterDirectoryFailures_AllAreMembersAgain()
    {
        const int Count = 60;
        await using var cluster = await GrainCluster.StartAsync(3, usesDefaultDirectory: true);
        for (var index = 0; index < Count; index++)
        {
            cluster.Script[$"a{index}"].OnDeactivate = static (grain, reason) =>
            {
                grain.Note(reason.ReasonCode.ToString());
                return Task.CompletedTask;
            };
            await cluster.RunAsync(cluster.Grain<IScriptedReturning>($"a{index}"), static _ => Task.CompletedTask);
        }

        await cluster.MembersAsync("room", Count);

        var contexts = Enumerable.Range(0, Count)
            .Select(index => cluster.ContextOf(cluster.Grain<IScriptedReturning>($"a{index}")))
            .ToList();
        GrainCluster.Service<GrainReviver>(cluster.Cluster.Silos[2]).StopLimit = Within.Limit;
        await cluster.Cluster.StopSiloAsync(cluster.Cluster.Silos[2]);
        await cluster.FailDirectoryAsync(contexts);

        var members = await cluster.MembersAsync("room", static members =>
            members.Length == Count && members.Select(static member => member.Name).Distinct().Count() == Count);
        Assert.Contains(nameof(DeactivationReasonCode.DirectoryFailure), cluster.Notes.All);
        Assert.All(members, member => Assert.Contains(member.Node, cluster.Silos.Select(static silo => silo.Node)));
    }
}
