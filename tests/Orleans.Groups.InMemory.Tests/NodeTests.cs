namespace Orleans.Groups.InMemory.Tests;

/// <summary>Lives of nodes: names, incarnations, stopping, killing, the end of the cluster.</summary>
public sealed class NodeTests
{
    [Fact]
    public async Task AddNode_NameInUse_IsRefused()
    {
        await using var cluster = new InMemoryCluster();
        cluster.AddNode("a");
        Assert.Throws<ArgumentException>(() => cluster.AddNode("a"));
        Assert.Throws<ArgumentException>(() => cluster.AddNode(""));
        Assert.Single(cluster.Nodes);
    }

    [Fact]
    public async Task AddNode_TooMany_IsRefusedUntilOneGoes()
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { MaxNodes = 2 });
        var a = cluster.AddNode("a");
        cluster.AddNode("b");
        var refused = Assert.Throws<GroupLimitException>(() => cluster.AddNode("c"));
        Assert.Equal((nameof(InMemoryClusterOptions.MaxNodes), 2), (refused.Limit, refused.Value));
        cluster.KillNode(a);
        cluster.AddNode("c");
        Assert.Equal(["b", "c"], cluster.Nodes.Select(static node => node.Name));
    }

    [Fact]
    public async Task RestartNode_AgainAndAgain_CountsTheIncarnationUp()
    {
        await using var cluster = new InMemoryCluster();
        var first = cluster.AddNode("a");
        Assert.Throws<ArgumentException>(() => cluster.RestartNode(first));
        cluster.KillNode(first);
        var second = cluster.RestartNode(first);
        await cluster.StopNodeAsync(second).Soon();
        var third = cluster.RestartNode(first);
        Assert.Equal([1, 2, 3], new[] { first, second, third }.Select(static node => node.Id.Incarnation.Ordinal));
        Assert.True(third.Id.Replaces(second.Id));
        Assert.Equal((false, false, true), (first.IsAlive, second.IsAlive, third.IsAlive));
    }

    [Fact]
    public async Task KillAndRestart_WhileOthersAreInRings_LeavesOnlyTheNewLife()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var handler = new Recorder();
        var stays = await a.JoinAsync(handler);
        for (var life = 0; life < 5; life++)
        {
            await b.JoinAsync(new Recorder());
            await b.ProcessGroups.JoinAsync("g", b.CreateMember("m").Id);
            cluster.KillNode(b);
            b = cluster.RestartNode(b);
        }

        var last = await b.JoinAsync(new Recorder());
        await cluster.ConvergedAsync();
        Assert.Equal([stays.Self, last.Self], stays.GetStatus().Members.Select(static member => member.Id).Order());
        Assert.Empty(a.ProcessGroups.GetMembers("g"));
        Assert.Equal(5, handler.Told.Count(static line => line == "deaths b"));
    }

    [Fact]
    public async Task KillNode_WithEverythingRunning_CallsNothingMoreAndLeavesNobodyWaiting()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var (near, far) = (new Recorder(), new Recorder());
        var doomed = await a.JoinAsync(near);
        var other = await b.JoinAsync(far);
        await using var monitor = await a.ProcessGroups.MonitorScopeAsync();
        var member = a.CreateMember("m");
        cluster.Cut(b, a);
        var send = a.ProcessGroups.SendAsync(b.CreateMember("r").Id, Rings.Bytes("lost")).AsTask();
        var proof = doomed.ProveAsync("x", ConfirmLevel.ProcessedByAll).AsTask();
        await cluster.WaitForInputsAsync(a).Soon();
        cluster.KillNode(a);

        Assert.Equal(TerminationReason.NodeStopped, (await doomed.Completion.Soon()).Reason);
        Assert.Equal(Rings.Unknown(BroadcastReason.Terminated), await proof.Soon());
        Assert.Equal(SendOutcome.Unknown, await send.Soon());
        Assert.Equal(MonitorEndReason.ScopeStopped, await monitor.Completion.Soon());
        Assert.True(member.HasEnded);
        await far.UntilToldAsync("deaths a");
        await cluster.ConvergedAsync();
        Assert.DoesNotContain(near.Told, static line => line.StartsWith("end", StringComparison.Ordinal));
        Assert.True((await other.ProveAsync("alone")).IsOk);
    }

    [Fact]
    public async Task StopNode_WithRingsAndGroups_DrainsAndSaysGoodbye()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var (near, far) = (new Recorder(), new Recorder());
        var leaving = await a.JoinAsync(near);
        await b.JoinAsync(far);
        await a.ProcessGroups.JoinAsync("g", a.CreateMember("m").Id);
        await cluster.ConvergedAsync();
        await using var monitor = await b.ProcessGroups.MonitorGroupAsync("g");
        for (var number = 0; number < 1_000; number++)
        {
            Assert.True((await leaving.SayAsync($"{number}")).IsOk);
        }

        await cluster.StopNodeAsync(a).Soon();
        Assert.Equal(0, (await leaving.Completion.Soon()).Unsettled);
        Assert.Equal("end NodeStopped", near.Told[^1]);
        await far.UntilToldAsync("deaths a");
        Assert.Equal(1_000, far.Messages.Length);
        Assert.True(await monitor.WaitToReadAsync().Soon());
        Assert.True(monitor.TryRead(out var change));
        Assert.Equal(ChangeReason.ScopeStopped, change!.Reason);
        Assert.Equal(["b"], cluster.Nodes.Select(static node => node.Name));
    }

    [Fact]
    public async Task StopNode_FromInsideACallback_DoesNotWaitForItself()
    {
        await using var cluster = new InMemoryCluster();
        var a = cluster.AddNode("a");
        var handler = new Recorder
        {
            WhenMessage = async _ =>
            {
                await cluster.StopNodeAsync(a).Soon();
                return default;
            },
        };
        var member = await a.JoinAsync(handler);
        await member.SayAsync("stop");
        Assert.Equal(TerminationReason.NodeStopped, (await member.Completion.Soon()).Reason);
        Assert.Equal(["joined", "a: stop", "end NodeStopped"], handler.Told);
    }

    [Fact]
    public async Task UseOfADeadNode_IsAnsweredOrRefused()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var (member, remote) = (a.CreateMember("m"), b.CreateMember("r"));
        await a.ProcessGroups.JoinAsync("g", member.Id);
        cluster.KillNode(a);
        Assert.Empty(a.ProcessGroups.GetGroups());
        Assert.False(a.ProcessGroups.IsRunning);
        Assert.Equal(JoinStatus.ShuttingDown, (await a.ProcessGroups.JoinAsync("g", member.Id)).Status);
        Assert.Equal(LeaveStatus.ShuttingDown, (await a.ProcessGroups.LeaveAsync("g", member.Id)).Status);
        Assert.Equal(SendOutcome.NotConnected, await a.ProcessGroups.SendAsync(remote.Id, default));
        Assert.Equal(SendOutcome.Gone, await b.ProcessGroups.SendAsync(member.Id, default));
        Assert.Equal(default, await a.ProcessGroups.PublishAsync("g", default));
        await AssertShuttingDown(() => a.Multicast.JoinAsync("ring", new Recorder()));
        await AssertShuttingDown(() => a.Multicast.ForgetAsync("ring"));
        await AssertShuttingDown(() => a.ProcessGroups.MonitorScopeAsync().AsTask());
        await AssertShuttingDown(() => Task.FromResult(a.CreateMember("late")));

        static async Task AssertShuttingDown(Func<Task> call)
        {
            var refused = await Assert.ThrowsAsync<GroupException>(call);
            Assert.Equal(GroupErrorCode.ShuttingDown, refused.Code);
        }
    }

    [Fact]
    public async Task Dispose_WithEverythingRunning_EndsItAndRunsNothingAfterwards()
    {
        var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var (first, second) = (new Recorder(), new Recorder());
        var members = new[] { await a.JoinAsync(first), await b.JoinAsync(second) };
        cluster.CutBoth(a, b);
        cluster.RecordStore.Hold();
        var joining = a.Multicast.JoinAsync("other", new Recorder());
        await members[0].SayAsync("late");
        await cluster.DisposeAsync().AsTask().Soon();

        Assert.All(members, static member => Assert.True(member.Completion.IsCompleted));
        Assert.All(new[] { first, second }, static handler => Assert.StartsWith("end", handler.Told[^1]));

        // The store lets go of what it held: the joiner either gives up, or is in the ring for a moment and ends.
        if (await Record.ExceptionAsync(() => joining.Soon()) is null)
        {
            Assert.True((await joining).Completion.IsCompleted);
        }

        var told = first.Told.Length;
        Assert.Empty(cluster.Nodes);
        Assert.Throws<ObjectDisposedException>(() => cluster.AddNode("c"));
        await cluster.DisposeAsync().AsTask().Soon();
        await cluster.DrainedAsync();
        Assert.Equal(told, first.Told.Length);
    }

    [Fact]
    public async Task Nodes_OfAnotherCluster_AreRefused()
    {
        await using var one = new InMemoryCluster();
        await using var other = new InMemoryCluster();
        var (a, b) = (one.AddNode("a"), other.AddNode("b"));
        Assert.Throws<ArgumentException>(() => one.KillNode(b));
        Assert.Throws<ArgumentException>(() => one.Cut(a, b));
        Assert.Throws<ArgumentException>(() => one.Cut(a, a));
    }
}
