using Orleans.Groups.Testing;

namespace Orleans.Groups.Tests;

/// <summary>Grains join process groups as themselves, and leave when their activation ends.</summary>
public sealed class GrainMembershipTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task JoinAndLeave_Grain_IsSeenEverywhere(bool usesDefaultDirectory)
    {
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        var grain = cluster.Grain("a");

        var joined = await cluster.RunAsync(grain, static async grain => await grain.JoinAsync("room"));
        await cluster.ConvergedAsync();

        Assert.Equal(new JoinResult(JoinStatus.Joined, 1), joined);
        foreach (var silo in cluster.Silos)
        {
            var member = Assert.Single(silo.ProcessGroups.GetMembers("room"));
            Assert.True(member.TryGetGrainId(out var id));
            Assert.Equal(grain.GetGrainId(), id);
        }

        var left = await cluster.RunAsync(grain, static async grain => await grain.LeaveAsync("room"));
        var leftAgain = await cluster.RunAsync(grain, static async grain => await grain.LeaveAsync("room"));
        await cluster.ConvergedAsync();

        Assert.Equal(LeaveStatus.Left, left.Status);
        Assert.Equal(LeaveStatus.NotJoined, leftAgain.Status);
        Assert.All(cluster.Silos, static silo => Assert.Empty(silo.ProcessGroups.GetMembers("room")));
    }

    [Fact]
    public async Task Join_SeveralGroupsAndTwice_CountsMemberships()
    {
        await using var cluster = await GrainCluster.StartAsync(1);

        await cluster.RunAsync(cluster.Grain("a"), static async grain =>
        {
            var groups = grain.Groups.ProcessGroups;
            Assert.Equal(3, (await groups.JoinAsync([new GroupName("x"), "y", "y"], grain)).Added);
            Assert.Equal(1, groups.CountMembers("x"));
            Assert.Equal(2, groups.CountMembers("y"));
            Assert.Equal(grain.GetGroupMember().Id, Assert.Single(groups.GetMembers("x")));
            Assert.Equal(2, (await groups.LeaveAsync([new GroupName("x"), "y"], grain)).Removed.Length);
            Assert.Equal(0, groups.CountMembers("x"));
            Assert.Equal(1, groups.CountMembers("y"));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deactivation_ByItself_LeavesAndTheNextActivationIsAnotherMember(bool usesDefaultDirectory)
    {
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        var grain = cluster.Grain("a");
        await cluster.RunAsync(grain, static grain => grain.JoinAsync("room"));
        var before = cluster.ContextOf(grain);
        var old = Assert.Single(await cluster.MembersAsync("room", 1));

        await cluster.RunAsync(grain, static grain =>
        {
            grain.DeactivateOnIdle();
            return Task.CompletedTask;
        });
        await before.Deactivated.WaitAsync(GrainCluster.Limit);
        await cluster.MembersAsync("room", 0);
        await cluster.RunAsync(grain, static grain => grain.JoinAsync("room"));
        var young = Assert.Single(await cluster.MembersAsync("room", 1));

        Assert.NotEqual(old, young);
        Assert.Equal(old.Name, young.Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deactivation_ByOthers_Leaves(bool usesDefaultDirectory)
    {
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        var grain = cluster.Grain("a");
        await cluster.RunAsync(grain, static grain => grain.JoinAsync("room"));
        await cluster.MembersAsync("room", 1);

        await cluster.Cluster.DeactivateAsync(grain);

        await cluster.MembersAsync("room", 0);
    }

    [Fact]
    public async Task Deactivation_WhileItTakesLong_StaysMemberUntilItsEnd()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var grain = cluster.Grain("a");
        var gate = new TaskCompletionSource();
        cluster.Script["a"].OnDeactivate = (inner, _) =>
        {
            inner.Note("ending");
            return gate.Task;
        };
        await cluster.RunAsync(grain, static grain => grain.JoinAsync("room"));

        var ended = cluster.Cluster.DeactivateAsync(grain);
        await cluster.Notes.WaitForAsync("ending");
        Assert.Equal(1, cluster.First.ProcessGroups.CountMembers("room"));
        gate.SetResult();
        await ended;

        await cluster.MembersAsync("room", 0);
    }

    [Fact]
    public async Task Collection_OfIdle_Leaves()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        await cluster.RunAsync(cluster.Grain("a"), static grain => grain.JoinAsync("room"));

        await cluster.CollectAsync();

        await cluster.MembersAsync("room", 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Migration_Grain_IsANewMemberElsewhere(bool usesDefaultDirectory)
    {
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        var (from, to) = (cluster.Cluster.Silos[0], cluster.Cluster.Silos[1]);
        var grain = cluster.Grain<IScriptedJoiner>("a");
        await cluster.RunOnAsync(from, grain, static _ => Task.CompletedTask);
        var old = Assert.Single(await cluster.MembersAsync("room", 1));
        Assert.Equal(GrainCluster.GroupsOf(from).Node, old.Node);

        await cluster.Cluster.MigrateAsync(grain, to.SiloAddress);
        await cluster.RunAsync(grain, static _ => Task.CompletedTask);
        var young = Assert.Single(await cluster.MembersAsync("room", members =>
            members is [var member] && member != old));

        Assert.Equal(GrainCluster.GroupsOf(to).Node, young.Node);
        Assert.Equal(old.Name, young.Name);
        await cluster.ConvergedAsync();
        Assert.All(cluster.Silos, silo => Assert.Equal([young], silo.ProcessGroups.GetMembers("room")));
    }

    [Fact]
    public async Task InconsistentState_EndsTheActivation_Leaves()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var grain = cluster.Grain("a");
        await cluster.RunAsync(grain, static grain => grain.JoinAsync("room"));

        await Assert.ThrowsAsync<Storage.InconsistentStateException>(() => cluster.RunAsync(
            grain,
            static _ => throw new Storage.InconsistentStateException("another has written")));

        await cluster.MembersAsync("room", 0);
    }

    [Fact]
    public async Task PlainException_EndsNothing()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var grain = cluster.Grain("a");
        await cluster.RunAsync(grain, static grain => grain.JoinAsync("room"));
        var member = Assert.Single(cluster.First.ProcessGroups.GetMembers("room"));

        await Assert.ThrowsAsync<FormatException>(
            () => cluster.RunAsync(grain, static _ => throw new FormatException()));
        await cluster.RunAsync(grain, grain =>
        {
            Assert.Equal(member, grain.GetGroupMember().Id);
            return Task.CompletedTask;
        });

        Assert.Equal([member], cluster.First.ProcessGroups.GetMembers("room"));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task End_OfTheSilo_Leaves(bool usesDefaultDirectory, bool kills)
    {
        await using var cluster = await GrainCluster.StartAsync(3, usesDefaultDirectory);
        var silo = cluster.Cluster.Silos[2];
        var node = GrainCluster.GroupsOf(silo).Node;
        for (var index = 0; index < 10; index++)
        {
            await cluster.RunOnAsync(silo, cluster.Grain($"a{index}"), static grain => grain.JoinAsync("room"));
        }

        Assert.All(await cluster.MembersAsync("room", 10), member => Assert.Equal(node, member.Node));

        if (kills)
        {
            await cluster.Cluster.KillSiloAsync(silo);
        }
        else
        {
            await cluster.Cluster.StopSiloAsync(silo);
        }

        await cluster.MembersAsync("room", 0);
        await cluster.ConvergedAsync();
        Assert.All(cluster.Silos, static silo => Assert.Empty(silo.ProcessGroups.GetMembers("room")));
    }

    [Fact]
    public async Task DirectoryFailure_OfMany_MembersAreExactlyTheLivingActivations()
    {
        await using var cluster = await GrainCluster.StartAsync(3, usesDefaultDirectory: true);
        var grains = Enumerable.Range(0, 90).Select(index => cluster.Grain($"a{index}")).ToList();
        await Task.WhenAll(grains.Select(grain => cluster.RunAsync(grain, static grain => grain.JoinAsync("room"))));
        foreach (var grain in grains)
        {
            cluster.Script[grain.GetPrimaryKeyString()].OnDeactivate = static (grain, reason) =>
            {
                grain.Note(reason.ReasonCode.ToString());
                return Task.CompletedTask;
            };
        }

        var contexts = grains.ConvertAll(cluster.ContextOf);
        await cluster.MembersAsync("room", 90);

        await cluster.Cluster.StopSiloAsync(cluster.Cluster.Silos[2]);
        await cluster.FailDirectoryAsync(contexts);

        // Whoever was ended by the directory has said so before it ended, and whoever has ended has left.
        var living = contexts.Where(static context => !context.Deactivated.IsCompleted).ToList();
        await cluster.MembersAsync("room", members =>
            members.Select(static member => member.TryGetGrainId(out var id) ? id : default).Order().SequenceEqual(
                contexts.FindAll(static context => !context.Deactivated.IsCompleted)
                    .Select(static context => context.GrainId).Order()));
        Assert.Contains(nameof(DeactivationReasonCode.DirectoryFailure), cluster.Notes.All);
        Assert.InRange(living.Count, 1, 89);
    }

    [Fact]
    public async Task Join_AfterTheEnd_IsRefused()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var grain = cluster.Grain("a");
        ScriptedGrain? kept = null;
        await cluster.RunAsync(grain, inner =>
        {
            kept = inner;
            return inner.JoinAsync("room");
        });
        await cluster.Cluster.DeactivateAsync(grain);

        var refused = await Assert.ThrowsAsync<GroupException>(() => kept!.JoinAsync("room"));
        Assert.Equal(GroupErrorCode.Terminated, refused.Code);
        refused = await Assert.ThrowsAsync<GroupException>(
            () => kept!.Groups.Multicast.JoinAsync("ring", (HandlingGrain)kept));
        Assert.Equal(GroupErrorCode.Terminated, refused.Code);
        await cluster.MembersAsync("room", 0);
    }

    [Fact]
    public async Task Join_WhileConstructed_IsRefused()
    {
        await using var cluster = await GrainCluster.StartAsync(1);

        await cluster.RunAsync(cluster.Grain<IScriptedHasty>("a"), static _ => Task.CompletedTask);

        Assert.Equal(["InvalidOperationException"], cluster.Notes.All);
    }

    [Fact]
    public async Task Join_GroupsOfAnotherSilo_IsRefused()
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        var other = cluster.Silos[1];

        await cluster.RunOnAsync(cluster.Cluster.Silos[0], cluster.Grain("a"), async grain =>
        {
            await Assert.ThrowsAsync<MemberNotLocalException>(
                async () => await other.ProcessGroups.JoinAsync("room", grain));
            await Assert.ThrowsAsync<ArgumentException>(
                () => other.Multicast.JoinAsync("ring", (HandlingGrain)grain, new MulticastJoinOptions()));
        });
    }

    [Fact]
    public async Task EndByHand_Member_LeavesAllAndTheNextJoinMakesAnother()
    {
        await using var cluster = await GrainCluster.StartAsync(1);

        await cluster.RunAsync(cluster.Grain("a"), static async grain =>
        {
            var groups = grain.Groups.ProcessGroups;
            await grain.JoinAsync("room");
            await grain.JoinAsync("hall");
            var old = grain.GetGroupMember();
            Assert.Same(old, grain.GetGroupMember());

            old.End();
            Assert.True(old.HasEnded);
            await groups.WaitForMembersAsync("room", 0);
            await groups.WaitForMembersAsync("hall", 0);

            await grain.JoinAsync("room");
            Assert.NotEqual(old.Id, Assert.Single(groups.GetMembers("room")));
        });
    }
}
