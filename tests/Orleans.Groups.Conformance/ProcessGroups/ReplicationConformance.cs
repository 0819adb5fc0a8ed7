namespace Orleans.Groups.Conformance;

/// <summary>What other connected nodes see of a node's members, when, and in which order.</summary>
public abstract class ReplicationConformance<TEngine> : ConformanceTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // T7: only the node on which a member lives can join it or take it out; validation before any effect.
    [Fact]
    public async Task Join_MemberOfAnotherNode_IsRefusedWithoutEffect()
    {
        var nodes = await StartAsync("a", "b");
        var (local, remote) = (nodes[0].CreateMember("m"), nodes[1].CreateMember("r"));
        var groups = nodes[0].Groups();
        MemberId[][] lists = [[remote.Id], [remote.Id, remote.Id], [local.Id, remote.Id], [remote.Id, local.Id]];
        foreach (var list in lists)
        {
            var refused =
                await Assert.ThrowsAsync<MemberNotLocalException>(async () => await groups.JoinAsync(["g"], list));
            Assert.Equal(remote.Id, refused.Member);
            await Assert.ThrowsAsync<MemberNotLocalException>(async () => await groups.LeaveAsync(["g"], list));
        }

        await Assert.ThrowsAsync<MemberNotLocalException>(async () => await groups.JoinAsync("g", remote.Id));
        await Assert.ThrowsAsync<MemberNotLocalException>(async () => await groups.LeaveAsync("g", remote.Id));
        await DrainAsync();
        groups.AssertEmpty();
        nodes[1].Groups().AssertEmpty();
    }

    // T8: joins and ends in both directions; in the end the other node stops.
    [Fact]
    public async Task Join_OnTwoNodes_IsSeenOnBoth()
    {
        var nodes = await StartAsync("a", "b");
        var (a, b) = (nodes[0].Groups(), nodes[1].Groups());
        var member = nodes[0].CreateMember("m");
        await a.JoinedAsync("g", member);
        await b.SeesAsync("g", member);
        Assert.Empty(b.GetLocalGroups());

        member.End();
        await b.SeesAsync("g");
        await a.SeesAsync("g");
        a.AssertEmpty();
        b.AssertEmpty();

        var (second, third) = (nodes[1].CreateMember("r2"), nodes[1].CreateMember("r3"));
        await b.JoinedAsync("g", second);
        await b.JoinedAsync("g", third);
        await a.SeesAsync("g", second, third);
        await Fixture.StopNodeAsync(nodes[1]).WithinAsync("the node stops");
        await a.SeesAsync("g");
        a.AssertEmpty();
    }

    // T9: what was there before the other node started.
    [Fact]
    public async Task Start_OfALateNode_KnowsWhatWasThereBefore()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        await a.Groups().JoinedAsync("g", member);
        var b = await AddNodeAsync("b");
        await b.Groups().SeesAsync("g", member);
        member.End();
        await b.Groups().SeesAsync("g");
        b.Groups().AssertEmpty();
    }

    // T14: a member of another node is nobody's local member.
    [Fact]
    public async Task Read_LocalMembers_LeavesOtherNodesOut()
    {
        var nodes = await StartAsync("a", "b");
        var remote = nodes[1].CreateMember("r");
        await nodes[1].Groups().JoinedAsync("g", remote);
        await nodes[1].Groups().JoinedAsync("g", remote);
        await nodes[0].Groups().SeesAsync("g", remote, remote);
        Assert.Empty(nodes[0].Groups().GetLocalMembers("g"));
        Assert.Empty(nodes[0].Groups().GetLocalGroups());
        Assert.Equal(0, nodes[0].Groups().CountLocalMembers("g"));
    }

    // T15: joined once before the other node starts and once after.
    [Fact]
    public async Task Join_BeforeAndAfterAnotherNodeStarts_CountsTwice()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        await a.Groups().JoinedAsync("g", member);
        var b = await AddNodeAsync("b");
        await a.Groups().JoinedAsync("g", member);
        a.Groups().AssertMembers("g", member, member);
        await b.Groups().SeesAsync("g", member, member);
    }

    // T18: the last remote leave removes the group, also in another order than it was joined.
    [Fact]
    public async Task Leave_OfTheLastRemoteMember_RemovesTheGroup()
    {
        var nodes = await StartAsync("a", "b");
        var (first, second) = (nodes[1].CreateMember("r"), nodes[1].CreateMember("r2"));
        for (var round = 0; round < 3; round++)
        {
            await nodes[1].Groups().JoinedAsync("g", first);
            await nodes[0].Groups().SeesAsync("g", first);
            await nodes[1].Groups().LeftAsync("g", first);
            await nodes[0].Groups().SeesAsync("g");
            nodes[0].Groups().AssertEmpty();

            await nodes[1].Groups().JoinedAsync("g", first, second);
            await nodes[0].Groups().SeesAsync("g", first, second);
            await nodes[1].Groups().LeftAsync("g", second, first);
            await nodes[0].Groups().SeesAsync("g");
            nodes[0].Groups().AssertEmpty();
        }
    }

    // T21: sixteen joins and four leaves of one member, and then its node goes.
    [Fact]
    public async Task Leave_SomeOfManyMemberships_LeavesTheRest()
    {
        var nodes = await StartAsync("a", "b");
        var remote = nodes[1].CreateMember("r");
        for (var count = 0; count < 16; count++)
        {
            await nodes[1].Groups().JoinedAsync("g", remote);
        }

        for (var count = 0; count < 4; count++)
        {
            await nodes[1].Groups().LeftAsync("g", remote);
        }

        await nodes[0].Groups().SeesAsync("g", Enumerable.Repeat(remote, 12).ToArray());
        await Fixture.StopNodeAsync(nodes[1]).WithinAsync("the node stops");
        await nodes[0].Groups().SeesAsync("g");
    }

    // pg §1.3 b: the changes of one node are seen in its order.
    [Fact]
    public async Task Join_ManyGroupsInOrder_IsSeenInThatOrder()
    {
        const int count = 300;
        var nodes = await StartAsync("a", "b", "c");
        await using var onB = await MonitorLog.StartAsync(nodes[1].Groups());
        await using var onC = await MonitorLog.StartAsync(nodes[2].Groups());
        var member = nodes[0].CreateMember("m");
        for (var index = 0; index < count; index++)
        {
            await nodes[0].Groups().JoinedAsync($"g{index:D3}", member);
        }

        foreach (var log in new[] { onB, onC })
        {
            await log.UntilAsync("all groups are seen", seen => seen.Changes.Count >= count);
            var order = log.Changes.Select(static change => change.Group.Value).ToArray();
            Assert.Equal(order.Order(StringComparer.Ordinal), order);
        }
    }

    // P4, design §3: an operation on several groups and members is one step at the others, too.
    [Fact]
    public async Task Join_SeveralGroupsAndMembers_IsOneStepEverywhere()
    {
        var nodes = await StartAsync("a", "b");
        var members = nodes[0].CreateMembers(3);
        GroupName[] groups = ["x", "y"];
        await using var log = await MonitorLog.StartAsync(nodes[1].Groups());
        for (var round = 0; round < 50; round++)
        {
            await nodes[0].Groups().JoinAsync(groups, GroupExtensions.Ids(members));
            await nodes[0].Groups().LeaveAsync(groups, GroupExtensions.Ids(members));
        }

        await nodes[0].Groups().JoinedAsync("end", members[0]);
        while (log.FoldOf("end").Count == 0)
        {
            var change = await log.NextAsync();
            Assert.Equal(change.Group == "end" ? 1 : 0, change.Members.Length % 3);
        }

        await DrainAsync();
        nodes[1].Groups().AssertMembers("x");
        log.AssertFoldIsRegistry();
    }

    // P2: an operation larger than a frame is still one step: a reader never sees half of it.
    [Fact]
    public async Task Join_LargerThanAFrame_IsOneStepEverywhere()
    {
        var nodes = await StartAsync(static options => options.ProcessGroups.MaxMembershipsPerFrame = 16, "a", "b");
        var members = nodes[0].CreateMembers(100);
        await using var monitor = await nodes[1].Groups().MonitorGroupAsync("g");
        await nodes[0].Groups().JoinedAsync("g", members);
        Assert.True(await monitor.WaitToReadAsync().WithinAsync("it is seen"));
        Assert.True(monitor.TryRead(out var joined));
        Assert.Equal(100, joined!.Members.Length);
        nodes[1].Groups().AssertMembers("g", members);

        await nodes[0].Groups().LeftAsync("g", members);
        Assert.True(await monitor.WaitToReadAsync().WithinAsync("it is seen"));
        Assert.True(monitor.TryRead(out var left));
        Assert.Equal(100, left!.Members.Length);
        nodes[1].Groups().AssertEmpty();
    }

    // P2: a snapshot of many frames.
    [Fact]
    public async Task Start_OfALateNode_GetsMoreThanAFrame()
    {
        var nodes = await StartAsync(static options => options.ProcessGroups.MaxMembershipsPerFrame = 16, "a", "b");
        foreach (var (node, prefix) in new[] { (nodes[0], "a"), (nodes[1], "b") })
        {
            var member = node.CreateMember("m");
            await node.Groups().JoinAsync(
                [.. Enumerable.Range(0, 500).Select(index => (GroupName)$"{prefix}{index}")],
                [member.Id]);
            await node.Groups().JoinedAsync("shared", node.CreateMembers(50));
        }

        var late = await AddNodeAsync("c");
        await ConvergeAsync();
        Assert.Equal(1001, late.Groups().GroupCount);
        Assert.Equal(100, late.Groups().CountMembers("shared"));
        Assert.Equal(0, late.Groups().CountLocalMembers("shared"));
    }

    // PD4, "snapshot racing updates in both directions": nodes start while members come and go everywhere.
    [Fact]
    public async Task Start_OfNodesDuringChanges_Converges()
    {
        var nodes = new List<INodeFixture>(await StartAsync("a", "b"));
        using var stop = new CancellationTokenSource();
        var traffic = nodes.Select(node => Task.Run(() => ChangeUntilAsync(node, stop.Token))).ToList();
        for (var index = 0; index < 4; index++)
        {
            var node = await AddNodeAsync($"late{index}");
            nodes.Add(node);
            traffic.Add(Task.Run(() => ChangeUntilAsync(node, stop.Token)));
            await node.Groups().JoinedAsync("late", node.CreateMember("m"));
        }

        await stop.CancelAsync();
        await Task.WhenAll(traffic).WithinAsync("the changes stop");
        await ConvergeAsync();
        var expected = nodes.SelectMany(static node => node.Groups().GetLocalMembers("g")).Order().ToArray();
        Assert.All(nodes, node => Assert.Equal(expected, node.Groups().GetMembers("g").Order()));
        Assert.All(nodes, static node => Assert.Equal(4, node.Groups().CountMembers("late")));
    }

    // max-au/spg, syn: random joins, leaves and ends on four nodes; then every node sees the union, and every monitor's
    // fold is the registry.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Changes_AtRandom_ConvergeOnEveryNode(int seed)
    {
        var nodes = await StartAsync("a", "b", "c", "d");
        var logs = await Task.WhenAll(nodes.Select(static node => MonitorLog.StartAsync(node.Groups())));
        await Task.WhenAll(
            nodes.Select((node, index) => Task.Run(() => ChangeAtRandomAsync(node, new Random((seed * 10) + index)))))
            .WithinAsync("the changes stop");
        await ConvergeAsync();
        await DrainAsync();

        var groups = nodes.SelectMany(static node => node.Groups().GetLocalGroups()).Distinct().ToArray();
        foreach (var group in groups)
        {
            var expected = nodes.SelectMany(node => node.Groups().GetLocalMembers(group)).ToArray();
            Assert.All(nodes, node => node.Groups().AssertMembers(group, expected));
        }

        Assert.All(nodes, node => Assert.Equal(groups.Length, node.Groups().GroupCount));
        Assert.All(logs, static log => log.AssertFoldIsRegistry());
    }

    private static async Task ChangeUntilAsync(INodeFixture node, CancellationToken stop)
    {
        var members = node.CreateMembers(3);
        for (var round = 0; !stop.IsCancellationRequested; round++)
        {
            await node.Groups().JoinAsync("g", members[round % 3].Id, CancellationToken.None);
            await node.Groups().LeaveAsync("g", members[(round + 1) % 3].Id, CancellationToken.None);
            await Task.Yield();
        }
    }

    private static async Task ChangeAtRandomAsync(INodeFixture node, Random random)
    {
        var members = node.CreateMembers(5).ToList();
        for (var step = 0; step < 300; step++)
        {
            var place = random.Next(members.Count);
            GroupName[] groups =
                [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (GroupName)$"g{random.Next(8)}")];
            switch (random.Next(10))
            {
                case < 5:
                    await node.Groups().JoinAsync(groups, [members[place].Id]);
                    break;
                case < 9:
                    await node.Groups().LeaveAsync(groups, [members[place].Id]);
                    break;
                default:
                    members[place].End();
                    members[place] = node.CreateMember("next");
                    break;
            }
        }
    }
}
