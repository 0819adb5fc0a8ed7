using Orleans.Groups.Testing;

namespace Orleans.Groups.Tests;

/// <summary>What the library gives to tests of others.</summary>
public sealed class TestingExtensionsTests
{
    [Fact]
    public async Task WaitForConvergence_ARingReachesASiloThatIsNotListed_WaitsUntilCancelled()
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        await cluster.Silos[0].Multicast.JoinAsync("ring", new QuietHandler());
        await cluster.Silos[1].Multicast.JoinAsync("ring", new QuietHandler());
        await cluster.ConvergedAsync();
        using var cancel = new CancellationTokenSource();

        var waiting = new IGroups[] { cluster.Silos[0] }.WaitForConvergenceAsync(cancel.Token);
        await cluster.First.ProcessGroups.JoinAsync("room", (await cluster.First.CreateMemberAsync("x")).Id);
        Assert.False(waiting.IsCompleted);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(GrainCluster.Limit));
    }

    [Fact]
    public async Task WaitForConvergence_SilosOfOtherKinds_AreRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => new IGroups[] { new NoSilo() }.WaitForConvergenceAsync());

    [Fact]
    public async Task WaitForConvergence_OneSiloStops_TheOthersAgree()
    {
        await using var cluster = await GrainCluster.StartAsync(3);
        var silos = cluster.Silos;
        foreach (var silo in silos)
        {
            var member = await silo.CreateMemberAsync("x");
            await silo.ProcessGroups.JoinAsync("room", member.Id);
            await silo.Multicast.JoinAsync("ring", new QuietHandler());
        }

        await cluster.Cluster.StopSiloAsync(cluster.Cluster.Silos[2]);
        await silos.WaitForConvergenceAsync(TestContext.Current.CancellationToken).WaitAsync(GrainCluster.Limit);

        Assert.Equal(2, silos[0].ProcessGroups.CountMembers("room"));
        Assert.Equal(2, silos[1].ProcessGroups.CountMembers("room"));
    }

    [Fact]
    public async Task WaitForMembers_ScopeStops_SaysSo()
    {
        await using var cluster = await GrainCluster.StartAsync(1);

        var waiting = cluster.First.ProcessGroups.WaitForMembersAsync("room", 1);
        cluster.First.Host.GetScope("default").Stop();

        var ended = await Assert.ThrowsAsync<GroupException>(() => waiting.WaitAsync(GrainCluster.Limit));
        Assert.Equal(GroupErrorCode.ShuttingDown, ended.Code);
    }

    private sealed class QuietHandler : MulticastHandler;

    private sealed class NoSilo : IGroups
    {
        public NodeId Node => throw new NotSupportedException();

        public IProcessGroups ProcessGroups => throw new NotSupportedException();

        public IMulticast Multicast => throw new NotSupportedException();

        public IProcessGroups GetProcessGroups(ScopeName scope) => throw new NotSupportedException();

        public ValueTask<IGroupMember> CreateMemberAsync(
            string name,
            Func<MemberMessage, ValueTask>? onMessage = null,
            CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
