namespace Orleans.Groups.InMemory.Tests;

/// <summary>Many threads at once; every frame encoded in some of them.</summary>
public sealed class StressTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ring_ManyThreadsPublish_EveryoneGetsEverySendersMessagesInOrder(bool encodes)
    {
        const int PerThread = 5_000;
        const int Threads = 4;
        await using var cluster = new InMemoryCluster(
            new InMemoryClusterOptions { EncodeMessages = encodes, Multicast = { WindowBytes = 512 * 1024 } });
        var handlers = Enumerable.Range(0, 4).Select(static _ => new Recorder()).ToArray();
        var members = new List<IMulticastGroup>();
        foreach (var handler in handlers)
        {
            members.Add(await cluster.AddNode($"n{members.Count}").JoinAsync(handler));
        }

        await Task.WhenAll(Enumerable.Range(0, Threads * members.Count).Select(index => Task.Run(async () =>
        {
            var member = members[index % members.Count];
            for (var number = 0; number < PerThread; number++)
            {
                var outcome = number % 500 == 0
                    ? await member.ProveAsync($"{index} {number}")
                    : await member.SayAsync($"{index} {number}");
                Assert.True(outcome.IsOk);
            }
        })));
        await cluster.DrainedAsync();
        foreach (var handler in handlers)
        {
            Assert.Equal(PerThread * Threads * members.Count, handler.Messages.Length);
            foreach (var stream in handler.Messages.GroupBy(static line => line.Split(' ')[1]))
            {
                Assert.Equal(
                    Enumerable.Range(0, PerThread),
                    stream.Select(static line => int.Parse(line.Split(' ')[2])));
            }
        }

        Assert.All(members, static member => Assert.Equal(0, member.GetStatus().UnprocessedBytes));
        Assert.All(members, static member => Assert.Equal(0, member.GetStatus().PendingBytes));
    }

    [Fact]
    public async Task Groups_ManyThreadsJoinLeaveAndEnd_AllNodesAgreeInTheEnd()
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { EncodeMessages = true });
        var nodes = new[] { cluster.AddNode("a"), cluster.AddNode("b"), cluster.AddNode("c") };
        await Task.WhenAll(Enumerable.Range(0, 9).Select(index => Task.Run(async () =>
        {
            var node = nodes[index % 3];
            var random = new Random(index);
            for (var round = 0; round < 300; round++)
            {
                var member = node.CreateMember($"m{index}");
                for (var join = 0; join < 5; join++)
                {
                    await node.ProcessGroups.JoinAsync($"g{random.Next(20)}", member.Id);
                }

                await node.ProcessGroups.LeaveAsync($"g{random.Next(20)}", member.Id);
                if (round % 3 > 0)
                {
                    member.End();
                }

                if (index == 0 && round % 100 == 50)
                {
                    cluster.DeclareDown(nodes[0], nodes[1]);
                }
            }
        })));
        await cluster.ConvergedAsync();
        foreach (var group in nodes[0].ProcessGroups.GetGroups())
        {
            var expected = nodes[0].ProcessGroups.GetMembers(group).Order();
            Assert.All(nodes, node => Assert.Equal(expected, node.ProcessGroups.GetMembers(group).Order()));
        }

        Assert.Equal(9 * 100, nodes.Sum(static node => node.ProcessGroups
            .GetLocalGroups()
            .SelectMany(group => node.ProcessGroups.GetLocalMembers(group))
            .Distinct()
            .Count()));
    }

    [Fact]
    public async Task Ring_MembersComeAndGoUnderTraffic_TheRestGetsEverything()
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { EncodeMessages = true });
        var nodes = Enumerable.Range(0, 4).Select(index => cluster.AddNode($"n{index}")).ToArray();
        var (near, far) = (new Recorder(), new Recorder());
        var sender = await nodes[0].JoinAsync(near);
        await nodes[1].JoinAsync(far);
        using var stop = new CancellationTokenSource();
        var traffic = Task.Run(async () =>
        {
            var number = 0;
            for (; !stop.IsCancellationRequested; number++)
            {
                Assert.True((await sender.ProveAsync($"{number}").Soon()).IsOk);
            }

            return number;
        });
        await Task.WhenAll(nodes[2..].Select(node => Task.Run(async () =>
        {
            for (var life = 0; life < 15; life++)
            {
                var member = await node.JoinAsync(new Recorder());
                Assert.Equal(TerminationReason.Left, (await member.LeaveAsync().Soon()).Reason);
            }
        })));
        await stop.CancelAsync();
        var sent = await traffic.Soon();
        await cluster.ConvergedAsync();
        var expected = Enumerable.Range(0, sent).Select(static number => $"n0: {number}");
        Assert.Equal(expected, near.Messages);
        Assert.Equal(expected, far.Messages);
    }
}
