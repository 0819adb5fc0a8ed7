namespace Orleans.Groups.InMemory.Tests;

/// <summary>
/// Payloads to members: outcomes, bounds, order. What every engine must show is in the conformance suite.
/// </summary>
public sealed class SendTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Publish_ToAFullQueue_IsCountedInTheNextMessage(bool isLocal)
    {
        await using var cluster = new InMemoryCluster(
            new InMemoryClusterOptions { ProcessGroups = { MaxQueuedPayloads = 2 } });
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var gate = new Gate();
        var got = new List<(string Text, long Missed)>();
        var home = isLocal ? a : b;
        var receiver = home.CreateMember("r", async message =>
        {
            await gate.PassAsync();
            got.Add((message.Read<string>(), message.Missed));
        });
        await home.ProcessGroups.JoinAsync("g", receiver.Id);
        await cluster.ConvergedAsync();
        await a.ProcessGroups.PublishAsync("g", "0");
        await gate.Reached;
        for (var number = 1; number <= 5; number++)
        {
            await a.ProcessGroups.PublishAsync("g", $"{number}");
        }

        Assert.Equal(SendOutcome.Overloaded, await a.ProcessGroups.SendAsync(receiver.Id, "refused").Soon());
        gate.Open();
        await cluster.DrainedAsync();
        await a.ProcessGroups.PublishAsync("g", "6");
        await cluster.DrainedAsync();
        Assert.Equal([("0", 0), ("1", 0), ("2", 0), ("6", 3)], got);
    }

    [Fact]
    public async Task SendAndPublish_Mixed_ArriveInTheSendersOrder()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var got = new List<string>();
        var receiver = b.CreateMember<string>("r", (_, text) => got.Add(text));
        await b.ProcessGroups.JoinAsync("g", receiver.Id);
        await cluster.ConvergedAsync();
        for (var number = 0; number < 500; number++)
        {
            _ = number % 2 == 0
                ? a.ProcessGroups.SendAsync(receiver.Id, $"{number}").AsTask()
                : a.ProcessGroups.PublishAsync("g", $"{number}").AsTask() as Task;
        }

        await cluster.DrainedAsync();
        Assert.Equal(Enumerable.Range(0, 500).Select(static number => $"{number}"), got);
    }

    [Fact]
    public async Task Send_TimeRunsOut_IsUnknown()
    {
        var time = new ManualTime();
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { TimeProvider = time });
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        cluster.Cut(b, a);
        var send = a.ProcessGroups.SendAsync(b.CreateMember("r").Id, "x").AsTask();
        await cluster.DrainedAsync();
        Assert.False(send.IsCompleted);
        time.Advance(cluster.Core.ProcessGroups.SendTimeout);
        Assert.Equal(SendOutcome.Unknown, await send.Soon());
        cluster.HealAll();
        await cluster.DrainedAsync();
    }

    [Fact]
    public async Task Send_Cancelled_EndsTheWaitAndMakesRoom()
    {
        await using var cluster = new InMemoryCluster(
            new InMemoryClusterOptions { ProcessGroups = { MaxPendingSends = 1 } });
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var receiver = b.CreateMember("r").Id;
        cluster.Cut(b, a);
        using var cancel = new CancellationTokenSource();
        var send = a.ProcessGroups.SendAsync(receiver, "x", cancellationToken: cancel.Token).AsTask();
        Assert.Equal(SendOutcome.Overloaded, await a.ProcessGroups.SendAsync(receiver, "x").Soon());
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send.Soon());
        var next = a.ProcessGroups.SendAsync(receiver, "x").AsTask();
        cluster.HealAll();
        Assert.Equal(SendOutcome.Delivered, await next.Soon());
    }

    [Fact]
    public async Task Send_ToWhomItCannotReach_SaysWhy()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var (local, remote) = (a.CreateMember("l"), b.CreateMember("r"));
        local.End();
        remote.End();
        Assert.Equal(SendOutcome.Gone, await a.ProcessGroups.SendAsync(local.Id, "x"));
        Assert.Equal(SendOutcome.Gone, await a.ProcessGroups.SendAsync(remote.Id, "x").Soon());
        var stranger = new MemberId(new NodeId("nowhere", new Incarnation(1, Guid.NewGuid())), 1, "x");
        Assert.Equal(SendOutcome.NotConnected, await a.ProcessGroups.SendAsync(stranger, "x"));
        await Assert.ThrowsAsync<MemberNotLocalException>(
            () => a.ProcessGroups.SendAsync(local.Id, "x", from: remote.Id).AsTask());
        await Assert.ThrowsAsync<PayloadTooLargeException>(
            () => a.ProcessGroups.SendAsync(local.Id, new string('x', 300_000)).AsTask());
    }

    [Fact]
    public async Task End_WhileItsHandlerRuns_CallsItNoMore()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        var gate = new Gate();
        var calls = 0;
        var member = node.CreateMember("m", async _ =>
        {
            calls++;
            await gate.PassAsync();
        });
        await node.ProcessGroups.JoinAsync("g", member.Id);
        await node.ProcessGroups.SendAsync(member.Id, "1");
        await node.ProcessGroups.SendAsync(member.Id, "2");
        await gate.Reached;
        member.End();
        member.End();
        await member.DisposeAsync();
        gate.Open();
        await cluster.DrainedAsync();
        Assert.Equal(1, calls);
        Assert.Equal(0, node.ProcessGroups.GroupCount);
    }

    [Fact]
    public async Task Members_TooMany_AreRefusedUntilOneEnds()
    {
        var options = new InMemoryClusterOptions { ProcessGroups = { MaxMembers = 1 } };
        await using var cluster = new InMemoryCluster(options);
        var node = cluster.AddNode("a");
        var first = node.CreateMember("m");
        Assert.Throws<GroupLimitException>(() => node.CreateMember("m"));
        first.End();
        Assert.Throws<ArgumentException>(() => node.CreateMember(""));
        node.CreateMember("m");
    }
}
