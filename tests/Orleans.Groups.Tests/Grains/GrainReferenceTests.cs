namespace Orleans.Groups.Tests;

/// <summary>From grains to names of members, and back.</summary>
public sealed class GrainReferenceTests
{
    [Fact]
    public void ToName_Grain_IsReadBack()
    {
        foreach (var key in new[] { "42", "a/b", "grüße", "x y", "+", new string('k', 240) })
        {
            var grain = GrainId.Create("room", key);

            Assert.True(GrainNames.TryParse(GrainNames.ToName(grain), out var parsed));
            Assert.Equal(grain, parsed);
        }

        Assert.Equal("grain://room/42", GrainNames.ToName(GrainId.Create("room", "42")));
    }

    [Fact]
    public void ToName_IdThatIsNoName_IsRefused()
    {
        var ids = new[]
        {
            GrainId.Create("room", new string('k', 244)),
            GrainId.Create("room", "a\nb"),
            GrainId.Create("ro/om", "a"),
            GrainId.Create(GrainType.Create("room"), new IdSpan([0xff, 0xfe])),
        };
        foreach (var id in ids)
        {
            Assert.Equal(id, Assert.Throws<UnsuitableGrainIdException>(() => GrainNames.ToName(id)).Grain);
        }
    }

    [Theory]
    [InlineData("room/42")]
    [InlineData("grain:room/42")]
    [InlineData("grain://room")]
    [InlineData("grain:///42")]
    [InlineData("grain://room/")]
    [InlineData("Grain://room/42")]
    public void TryGetGrainId_OtherNames_AreNoGrains(string name)
    {
        var member = new MemberId(new NodeId("a", new Incarnation(1, Guid.NewGuid())), 1, name);

        Assert.False(member.TryGetGrainId(out _));
    }

    [Fact]
    public async Task HandMadeName_LikeThatOfAGrain_IsRefused()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var groups = cluster.First;

        await Assert.ThrowsAsync<ArgumentException>(async () => await groups.CreateMemberAsync("grain://room/42"));
        await Assert.ThrowsAsync<ArgumentException>(() => groups.Multicast.JoinAsync(
            "ring",
            new QuietHandler(),
            new MulticastJoinOptions { MemberName = "grain://room/42" }));
    }

    [Fact]
    public async Task Join_GrainWithTooLongAKey_IsRefused()
    {
        await using var cluster = await GrainCluster.StartAsync(1);

        await cluster.RunAsync(cluster.Grain(new string('k', 300)), static async grain =>
        {
            await Assert.ThrowsAsync<UnsuitableGrainIdException>(() => grain.JoinAsync("room"));
            Assert.Throws<UnsuitableGrainIdException>(() => grain.GetGroupMember());
        });
        Assert.Equal(0, cluster.First.ProcessGroups.GroupCount);
    }

    [Fact]
    public async Task AsGrain_FoundMember_ReachesTheGrainFromASiloAndAClient()
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        await cluster.RunAsync(cluster.Grain("a"), static grain => grain.JoinAsync("room"));
        var member = Assert.Single(await cluster.MembersAsync("room", 1));

        foreach (var factory in new[] { cluster.Cluster.Client, cluster.Silos[1].Services<IGrainFactory>(cluster) })
        {
            await cluster.RunAsync(member.AsGrain<IScripted>(factory), grain =>
            {
                Assert.Equal("a", grain.Key);
                Assert.Equal(member, grain.GetGroupMember().Id);
                return Task.CompletedTask;
            });
        }
    }

    [Fact]
    public async Task GetGrains_Group_HasEachGrainOnceAndNothingElse()
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        await cluster.RunAsync(cluster.Grain("a"), static grain => grain.JoinAsync("room"));
        await cluster.RunAsync(cluster.Grain("a"), static grain => grain.JoinAsync("room"));
        await cluster.RunAsync(cluster.Grain("b"), static grain => grain.JoinAsync("room"));
        var other = await cluster.First.CreateMemberAsync("no grain");
        await cluster.First.ProcessGroups.JoinAsync("room", other.Id);
        await cluster.MembersAsync("room", 4);

        var grains = cluster.First.ProcessGroups.GetGrains<IScripted>("room", cluster.Cluster.Client);

        Assert.Equal(["a", "b"], grains.Select(static grain => grain.GetPrimaryKeyString()).Order());
        Assert.Throws<ArgumentException>(() => other.Id.AsGrain<IScripted>(cluster.Cluster.Client));
        Assert.Empty(cluster.First.ProcessGroups.GetGrains<IScripted>("nobody", cluster.Cluster.Client));
    }

    private sealed class QuietHandler : MulticastHandler;
}
