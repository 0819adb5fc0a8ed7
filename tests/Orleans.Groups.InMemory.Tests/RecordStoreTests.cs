using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.InMemory.Tests;

public sealed class RecordStoreTests
{
    [Fact]
    public async Task Join_StoreFailsAllTheTime_SaysThatTheRecordWasUnavailable()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        cluster.RecordStore.Fail(true);
        var options = new MulticastJoinOptions { Timeout = TimeSpan.FromMilliseconds(300) };
        var thrown = await Assert.ThrowsAsync<GroupException>(
            () => node.Multicast.JoinAsync("ring", new Recorder(), options).Soon());
        Assert.Equal((GroupErrorCode.RecordUnavailable, true), (thrown.Code, thrown.IsTransient));
        Assert.Contains("ring", thrown.Message, StringComparison.Ordinal);
        await cluster.DrainedAsync();
        Assert.Equal(0, node.Host.Rings.Count);
        Assert.False(cluster.RecordStore.Exists("ring"));
    }

    [Fact]
    public async Task Join_Cancelled_IsUndone()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        var handler = new Recorder();
        cluster.RecordStore.Hold();
        using var cancel = new CancellationTokenSource();
        var joining = node.Multicast.JoinAsync("ring", handler, null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joining.Soon());
        cluster.RecordStore.Release();
        await cluster.ConvergedAsync();
        Assert.Equal(0, node.Host.Rings.Count);
        Assert.Empty(handler.Told);
        var member = await node.JoinAsync(handler);
        Assert.True((await member.ProveAsync("x").Soon()).IsOk);
    }

    [Fact]
    public async Task Join_BadArguments_Throw()
    {
        await using var cluster = new InMemoryCluster();
        var multicast = cluster.AddNode("a").Multicast;
        await Assert.ThrowsAsync<ArgumentException>(() => multicast.JoinAsync(default, new Recorder()));
        await Assert.ThrowsAsync<ArgumentNullException>(() => multicast.JoinAsync("ring", null!));
        await Assert.ThrowsAsync<ArgumentException>(
            () => multicast.JoinAsync("ring", new Recorder(), new MulticastJoinOptions { MemberName = "" }));
        await Assert.ThrowsAsync<ArgumentException>(
            () => multicast.JoinAsync("ring", new Recorder(), new MulticastJoinOptions { Timeout = TimeSpan.Zero }));
    }

    [Fact]
    public async Task Hold_ThenRelease_DoesEverythingInOrder()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        cluster.RecordStore.Hold();
        var joins = new[] { a.JoinAsync(new Recorder()), b.JoinAsync(new Recorder()) };
        await cluster.DrainedAsync();
        Assert.All(joins, static join => Assert.False(join.IsCompleted));
        cluster.RecordStore.Release();
        var members = await Task.WhenAll(joins).Soon();
        await cluster.ConvergedAsync();
        Assert.Equal(2, members[0].GetStatus().Members.Length);
    }

    [Fact]
    public async Task EndedRecords_TooMany_AreForgottenOldestFirst()
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { MaxEndedRecords = 2 });
        var node = cluster.AddNode("a");
        foreach (var group in new[] { "r1", "r2", "r3" })
        {
            var member = await node.JoinAsync(new Recorder(), group);
            await member.LeaveAsync().Soon();
        }

        await node.JoinAsync(new Recorder(), "r2");
        var last = await node.JoinAsync(new Recorder(), "r4");
        await last.ShutDownGroupAsync().Soon();
        Assert.Equal(
            [false, true, true, true],
            new[] { "r1", "r2", "r3", "r4" }.Select(name => cluster.RecordStore.Exists(name)));
    }

    [Fact]
    public async Task EndedRecords_MembersWereKilled_AreForgottenAndThoseWithALivingMemberAreNot()
    {
        const int Rings = 20;
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { MaxEndedRecords = 2 });
        var living = await cluster.AddNode("living").JoinAsync(new Recorder(), "living");
        for (var number = 0; number < Rings; number++)
        {
            var node = cluster.AddNode("killed");
            await node.JoinAsync(new Recorder(), $"r{number}");
            cluster.KillNode(node);
        }

        var left = Enumerable.Range(0, Rings).Where(number => cluster.RecordStore.Exists($"r{number}")).ToList();
        Assert.InRange(left.Count, 1, 4);
        Assert.Contains(Rings - 1, left);
        Assert.True(cluster.RecordStore.Exists("living"));
        Assert.True((await living.ProveAsync("x", ConfirmLevel.ProcessedByAll).Soon()).IsOk);
        var reviver = await cluster.AddNode("reviver").JoinAsync(new Recorder(), $"r{Rings - 1}");
        Assert.True((await reviver.ProveAsync("x", ConfirmLevel.ProcessedByAll).Soon()).IsOk);
    }

    [Fact]
    public async Task Hold_TooManyRequests_FailAtOnce()
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { MaxHeldRequests = 1 });
        var node = cluster.AddNode("a");
        cluster.RecordStore.Hold();
        var held = node.Multicast.ForgetAsync("r1");
        var refused = await Assert.ThrowsAsync<GroupException>(() => node.Multicast.ForgetAsync("r2").Soon());
        Assert.Equal(GroupErrorCode.RecordUnavailable, refused.Code);
        (bool, GroupRecord?)? read = null;
        ((IRecordStore)cluster.RecordStore).Read("r1", (succeeded, record) => read = (succeeded, record));
        Assert.Equal((false, null), read);
        Assert.False(held.IsCompleted);
        cluster.RecordStore.Release();
        Assert.False(await held.Soon());
        var member = await node.JoinAsync(new Recorder());
        Assert.True((await member.ProveAsync("x").Soon()).IsOk);
    }

    [Fact]
    public async Task Forget_LivingGroup_TellsAllMembersWithoutAnyTraffic()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b, c) = (cluster.AddNode("a"), cluster.AddNode("b"), cluster.AddNode("c"));
        var members = new[] { await a.JoinAsync(new Recorder()), await b.JoinAsync(new Recorder()) };
        Assert.True(await c.Multicast.ForgetAsync("ring").Soon());
        foreach (var member in members)
        {
            Assert.Equal(TerminationReason.Forgotten, (await member.Completion.Soon()).Reason);
        }

        Assert.False(await c.Multicast.ForgetAsync("ring").Soon());
        Assert.False(await c.Multicast.ForgetAsync("never").Soon());
    }

    [Fact]
    public async Task Forget_AnswerLostAndAskedAgain_TellsAllMembers()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b, c) = (cluster.AddNode("a"), cluster.AddNode("b"), cluster.AddNode("c"));
        var members = new[] { await a.JoinAsync(new Recorder()), await b.JoinAsync(new Recorder()) };
        cluster.RecordStore.LoseReplies(1);
        var unknown = await Assert.ThrowsAsync<GroupException>(() => c.Multicast.ForgetAsync("ring").Soon());
        Assert.Equal(GroupErrorCode.RecordUnavailable, unknown.Code);
        await c.Multicast.ForgetAsync("ring").Soon();
        foreach (var member in members)
        {
            Assert.Equal(TerminationReason.Forgotten, (await member.Completion.Soon()).Reason);
        }
    }

    [Fact]
    public async Task Forget_StoreFails_SaysThatNobodyKnows()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        await node.JoinAsync(new Recorder());
        cluster.RecordStore.Fail(true);
        var thrown = await Assert.ThrowsAsync<GroupException>(() => node.Multicast.ForgetAsync("ring").Soon());
        Assert.Equal(GroupErrorCode.RecordUnavailable, thrown.Code);
        cluster.RecordStore.Fail(false);
    }
}
