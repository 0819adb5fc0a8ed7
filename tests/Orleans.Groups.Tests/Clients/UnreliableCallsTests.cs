namespace Orleans.Groups.Tests;

/// <summary>
/// Calls that are lost, whose answers are lost, that are made twice, or come again late: everything happens once and in
/// order all the same.
/// </summary>
public sealed class UnreliableCallsTests
{
    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6, 7, 8];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Memberships_CountEveryJoinAndLeaveOnce(int seed)
    {
        await using var loopback = new Loopback(2);
        var transport = new UnreliableTransport(loopback, seed, 0.3);
        var client = await loopback.ConnectAsync(transport);
        var random = new Random(seed);
        var members = new List<IGroupMember>();
        for (var index = 0; index < 4; index++)
        {
            members.Add(await client.CreateMemberAsync($"m{index}").LimitAsync("the member is made"));
        }

        await client.ReadyAsync("default").LimitAsync("reads are ready");
        Dictionary<(GroupName Group, int Member), int> expected = [];
        List<Task> pending = [];
        for (var step = 0; step < 200; step++)
        {
            var (group, index) = (new GroupName($"g{random.Next(3)}"), random.Next(members.Count));
            var count = expected.GetValueOrDefault((group, index));
            if (random.Next(3) > 0)
            {
                expected[(group, index)] = count + 1;
                pending.Add(client.ProcessGroups.JoinAsync(group, members[index].Id).AsTask());
            }
            else
            {
                expected[(group, index)] = Math.Max(0, count - 1);
                pending.Add(client.ProcessGroups.LeaveAsync(group, members[index].Id).AsTask());
            }

            if (random.Next(20) == 0)
            {
                await Task.WhenAll(pending).LimitAsync("all are done");
                AssertExpected(client.ProcessGroups, expected, members); // Completed means that reads show it.
            }

            if (random.Next(40) == 0)
            {
                loopback.Gateway = random.Next(2);
                client.Keeper.Current?.Lose(LossReason.Silent); // Another session goes on with what is under way.
            }
        }

        await Task.WhenAll(pending).LimitAsync("all are done");
        await client.ReadyAsync("default").LimitAsync("reads are ready");
        AssertExpected(client.ProcessGroups, expected, members);
        Assert.True(transport.Faults > 20, $"There were only {transport.Faults} faults.");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Payloads_ArriveOnceAndInOrder_InBothDirections(int seed)
    {
        await using var loopback = new Loopback(2);
        var client = await loopback.ConnectAsync(new UnreliableTransport(loopback, seed, 0.3));
        var (there, here) = (new Seen<string>(), new Seen<string>());
        var local = loopback.Nodes[1].CreateMember("local", Into(there));
        var member = await client.CreateMemberAsync("far", Into(here)).LimitAsync("the member is made");
        var sends = new List<Task<SendOutcome>>();
        for (var number = 1; number <= 300; number++)
        {
            sends.Add(client.ProcessGroups.SendAsync(local.Id, Text.Of($"{number}"), member.Id).AsTask());
            var back = await loopback.Nodes[1].ProcessGroups.SendAsync(member.Id, Text.Of($"{number}"));
            Assert.Equal(SendOutcome.Delivered, back);
        }

        Assert.All(
            await Task.WhenAll(sends).LimitAsync("all are sent"),
            static outcome => Assert.Equal(SendOutcome.Delivered, outcome));
        await there.CountAsync(300);
        await here.CountAsync(300);
        Assert.Equal(Enumerable.Range(1, 300).Select(static number => $"{number}"), there.Items);
        Assert.Equal(Enumerable.Range(1, 300).Select(static number => $"{number}"), here.Items);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Broadcasts_ArriveOnceAndInOrder_AndOutcomesAreTrue(int seed)
    {
        await using var loopback = new Loopback(2);
        var client = await loopback.ConnectAsync(
            new UnreliableTransport(loopback, seed, 0.25),
            static options => options.MaxUnsentBytes = 4_096);
        var (near, far) = (new RingLog(), new RingLog());
        await loopback.Nodes[1].Multicast.JoinAsync("ring", near).LimitAsync("the near member joins");
        var ring = await client.Multicast.JoinAsync("ring", far).LimitAsync("the far member joins");
        List<Task<BroadcastOutcome>> outcomes = [];
        for (var number = 1; number <= 600; number++)
        {
            outcomes.Add((number % 10) switch
            {
                0 => ring.ConfirmedBroadcastAsync(Text.Of($"{number}"), ConfirmLevel.ProcessedByAll).AsTask(),
                5 => ring.ConfirmedBroadcastAsync(Text.Of($"{number}")).AsTask(),
                _ => ring.BroadcastAsync(Text.Of($"{number}")).AsTask(),
            });
        }

        Assert.All(
            await Task.WhenAll(outcomes).LimitAsync("all are accepted or proved"),
            static outcome => Assert.Equal(BroadcastOutcome.Ok, outcome));
        var ended = await ring.LeaveAsync().LimitAsync("the far member leaves");
        Assert.Equal((TerminationReason.Left, 0L), (ended.Reason, ended.Unsettled));
        await near.Messages.CountAsync(600);
        Assert.Equal(Enumerable.Range(1, 600).Select(static number => $"{number}"), near.Messages.Items);
        Assert.Equal(Enumerable.Range(1, 600).Select(static number => $"{number}"), far.Messages.Items);
        Assert.Equal("terminated Left", far.Told.Items[^1]);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Monitor_ShowsEveryChange_AcrossSessions(int seed)
    {
        await using var loopback = new Loopback(2);
        var client = await loopback.ConnectAsync(new UnreliableTransport(loopback, seed, 0.3));
        var random = new Random(seed);
        await using var monitor = await client.ProcessGroups.MonitorGroupAsync("room").LimitAsync("it starts");
        var members = new List<IGroupMember>();
        for (var step = 0; step < 150; step++)
        {
            if (members.Count == 0 || random.Next(3) > 0)
            {
                var member = loopback.Nodes[random.Next(2)].CreateMember($"m{step}");
                var node = loopback.Nodes.Single(node => node.Id == member.Id.Node);
                await node.ProcessGroups.JoinAsync("room", member.Id);
                members.Add(member);
            }
            else
            {
                members[0].End();
                members.RemoveAt(0);
            }

            if (random.Next(50) == 0)
            {
                loopback.Gateway = random.Next(2);
                client.Keeper.Current?.Lose(LossReason.Silent);
            }
        }

        var seen = monitor.Snapshot.GetMembers("room").ToList();
        var last = 0L;
        using var limit = new CancellationTokenSource(Within.Limit);
        while (!seen.Order().SequenceEqual(members.Select(static member => member.Id).Order()))
        {
            Assert.True(await monitor.WaitToReadAsync(limit.Token));
            Assert.True(monitor.TryRead(out var change));
            Assert.Equal(++last, change!.Number);
            seen = change.Kind switch
            {
                MembershipChangeKind.Restarted => [.. change.Snapshot!.GetMembers("room")],
                MembershipChangeKind.Joined => [.. seen, .. change.Members],
                _ => [.. seen.Except(change.Members)],
            };
        }
    }

    private static Func<MemberMessage, ValueTask> Into(Seen<string> seen) => message =>
    {
        seen.Add(Text.From(message.Payload));
        return ValueTask.CompletedTask;
    };

    private static void AssertExpected(
        IProcessGroups groups,
        Dictionary<(GroupName Group, int Member), int> expected,
        List<IGroupMember> members)
    {
        foreach (var ((group, index), count) in expected)
        {
            Assert.Equal(count, groups.GetMembers(group).Count(id => id == members[index].Id));
        }
    }
}
