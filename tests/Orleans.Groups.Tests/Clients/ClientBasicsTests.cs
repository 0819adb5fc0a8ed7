namespace Orleans.Groups.Tests;

/// <summary>What a client does while nothing goes wrong, on real silos.</summary>
public sealed class ClientBasicsTests
{
    [Fact]
    public async Task Client_JoinsSendsWatchesAndReads_LikeASilo()
    {
        await using var cluster = await ClientCluster.StartAsync();
        var alice = await cluster.ConnectAsync();
        var bob = await cluster.ConnectAsync();
        var inbox = new Seen<MemberMessage>();
        var member = await alice.Groups.CreateMemberAsync("alice", message =>
        {
            inbox.Add(message);
            return ValueTask.CompletedTask;
        }).LimitAsync("the member is made");
        var other = await bob.Groups.CreateMemberAsync("bob");

        await bob.Groups.ReadyAsync("default").LimitAsync("reads are ready");
        await using var monitor = await bob.Scope.MonitorGroupAsync("room");
        Assert.Empty(monitor.Snapshot.Groups);

        Assert.Equal(new JoinResult(JoinStatus.Joined, 1), await alice.Scope.JoinAsync("room", member.Id));
        Assert.Equal([member.Id], alice.Scope.GetMembers("room")); // At once: a completed join is seen by reads.
        Assert.Equal([member.Id], alice.Scope.GetLocalMembers("room"));
        await bob.Scope.SeesAsync("room", member); // Or both joins may come as one change.
        await alice.Scope.JoinAsync(["room", "hall"], [member.Id]);
        Assert.Equal([member.Id, member.Id], alice.Scope.GetMembers("room"));

        await bob.Scope.SeesAsync("room", member, member);
        Assert.True(await monitor.WaitToReadAsync());
        Assert.True(monitor.TryRead(out var change));
        Assert.Equal((1, MembershipChangeKind.Joined), (change!.Number, change.Kind));
        Assert.Equal([member.Id], change.Members);
        await bob.Groups.ReadyAsync("default");
        Assert.Equal([member.Id, member.Id], bob.Scope.GetMembers("room"));
        Assert.Empty(bob.Scope.GetLocalMembers("room"));
        Assert.Equal(["hall", "room"], bob.Scope.GetGroups().Order());
        await cluster.GroupsOf(2).ProcessGroups.SeesAsync("room", member, member);

        Assert.Equal(SendOutcome.Delivered, await bob.Scope.SendAsync(member.Id, Text.Of("hello"), other.Id));
        Assert.Equal(1, (await bob.Scope.PublishAsync("room", Text.Of("all"))).Members);
        await inbox.CountAsync(2);
        Assert.Equal(("hello", other.Id), (Text.From(inbox.Items[0].Payload), inbox.Items[0].From));
        Assert.Equal(("all", (GroupName?)"room"), (Text.From(inbox.Items[1].Payload), inbox.Items[1].Group));

        var left = await alice.Scope.LeaveAsync("room", member.Id);
        Assert.Equal([new Membership("room", member.Id)], left.Removed);
        Assert.Equal(LeaveStatus.NotJoined, (await alice.Scope.LeaveAsync("nowhere", member.Id)).Status);
        member.End();
        await cluster.GroupsOf(2).ProcessGroups.SeesAsync("room");
        Assert.Equal(SendOutcome.Gone, await bob.Scope.SendAsync(member.Id, Text.Of("late")));
        await Assert.ThrowsAsync<MemberNotLocalException>(() => bob.Scope.JoinAsync("room", member.Id).AsTask());
    }

    [Fact]
    public async Task Client_BroadcastsConfirmsAndTails_InOrder()
    {
        await using var cluster = await ClientCluster.StartAsync();
        var alice = await cluster.ConnectAsync();
        var bob = await cluster.ConnectAsync();
        var (one, two) = (new RingLog(), new RingLog());
        var first = await alice.Groups.Multicast.JoinAsync("ring", one).LimitAsync("alice joins");
        var second = await bob.Groups.Multicast.JoinAsync("ring", two).LimitAsync("bob joins");
        Assert.Same(second, (await two.Joined.Task.LimitAsync("bob is told")).Group);
        for (var number = 1; number <= 2_000; number++)
        {
            Assert.True((await first.BroadcastAsync(Text.Of($"m{number}"))).IsOk);
        }

        var outcome = await first.ConfirmedBroadcastAsync(Text.Of("last"), ConfirmLevel.ProcessedByAll)
            .LimitAsync("everybody processes it");
        Assert.Equal(BroadcastOutcome.Ok, outcome);
        var expected = Enumerable.Range(1, 2_000).Select(static number => $"m{number}").Append("last").ToList();
        Assert.Equal(expected, one.Messages.Items);
        Assert.Equal(expected, two.Messages.Items); // Processed by all means that it was.

        var ended = await second.LeaveAsync().LimitAsync("bob leaves");
        Assert.Equal((TerminationReason.Left, 0), (ended.Reason, ended.Unsettled));
        await one.Told.UntilAsync("alice hears of it", static told => told.Contains("changed +0 -1 =1"));
        Assert.Equal(TerminationReason.Left, (await first.LeaveAsync().LimitAsync("alice leaves")).Reason);
        Assert.Equal(BroadcastReason.Terminated, (await first.BroadcastAsync(Text.Of("x"))).Reason);
    }

    [Fact]
    public async Task Management_Asks_WithoutJoining()
    {
        await using var cluster = await ClientCluster.StartAsync();
        var client = await cluster.ConnectAsync();
        var rings = new List<IMulticastGroup>();
        RingLog[] logs = [new(), new(), new()];
        for (var silo = 0; silo < 3; silo++)
        {
            rings.Add(await cluster.GroupsOf(silo).Multicast.JoinAsync("ring", logs[silo]).LimitAsync("it joins"));
        }

        foreach (var log in logs[..2])
        {
            await log.Told.UntilAsync("all know of three", static told => told.Any(static text => text.EndsWith("=3")));
        }

        cluster.GroupsOf(0).GetProcessGroups("extra");
        cluster.GroupsOf(1).GetProcessGroups("extra");
        cluster.GroupsOf(2).GetProcessGroups("extra");

        Assert.Equal(["default", "extra"], await client.Management.GetScopesAsync());
        var report = await AskAllAsync().LimitAsync("all silos answer in time");
        Assert.Equal(rings.Select(static ring => ring.Self).Order(), report.Members.Select(static m => m.Self).Order());
        Assert.All(report.Members, static status => Assert.Equal(3, status.Members.Length));
        Assert.Empty((await client.Management.GetRingAsync("none")).Members);
        foreach (var ring in rings)
        {
            await ring.LeaveAsync().LimitAsync("it leaves");
        }

        // A silo that does not answer in time is reported as silent: one that just started may need longer.
        async Task<RingReport> AskAllAsync()
        {
            while (true)
            {
                var report = await client.Management.GetRingAsync("ring");
                if (report.Silent.IsEmpty)
                {
                    return report;
                }
            }
        }
    }

    [Fact]
    public async Task ClientStop_Always_EndsMembersAndSessionsAtOnce()
    {
        await using var cluster = await ClientCluster.StartAsync(
            static options => options.ClientLease = TimeSpan.FromHours(1));
        var client = await cluster.ConnectAsync();
        var member = await client.Groups.CreateMemberAsync("m");
        await client.Scope.JoinAsync("room", member.Id);
        var log = new RingLog();
        await client.Groups.Multicast.JoinAsync("ring", log).LimitAsync("it joins");
        var silo = cluster.GroupsOf(0).ProcessGroups;
        await silo.SeesAsync("room", member);

        await client.StopAsync().LimitAsync("the client stops");

        Assert.Equal(TerminationReason.Left, (await log.Terminated.Task.LimitAsync("the ring member ends")).Reason);
        await silo.SeesAsync("room");
        Assert.True(member.HasEnded);
        Assert.Equal(0, Enumerable.Range(0, 3).Sum(index => cluster.ClientsOf(index).SessionCount));
        Assert.Equal(JoinStatus.ShuttingDown, (await client.Scope.JoinAsync("room", member.Id)).Status);
    }
}
