namespace Orleans.Groups.Tests;

/// <summary>What a client does when the silo that serves it is lost, on real silos.</summary>
public sealed class ClientResumeTests
{
    // Waited for in one test; longer than any pause of a busy machine, which would end the lease before its time.
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task SessionSilo_Killed_AnotherTakesOver()
    {
        await using var cluster = await ClientCluster.StartAsync();
        var client = await cluster.ConnectAsync(servedBy: 1);
        var inbox = new Seen<string>();
        var member = await client.Groups.CreateMemberAsync("m", message =>
        {
            inbox.Add(Text.From(message.Payload));
            return ValueTask.CompletedTask;
        });
        var idle = await client.Groups.CreateMemberAsync("idle");
        await client.Scope.JoinAsync(["room", "room", "hall"], [member.Id]);
        await client.Scope.JoinAsync("room", idle.Id);
        await client.Scope.LeaveAsync("hall", member.Id);
        await using var monitor = await client.Scope.MonitorGroupAsync("room");
        Assert.Equal(3, monitor.Snapshot.GetMembers("room").Length);
        var log = new RingLog();
        var ring = await client.Groups.Multicast.JoinAsync("ring", log).LimitAsync("it joins");
        var before = member.Id;

        await cluster.KillAsync(1);

        await client.Transport.Opened.CountAsync(2);
        Assert.NotEqual(cluster.Silos[0].SiloAddress, client.Transport.Opened.Items[0].Silo);
        Assert.Equal(TerminationReason.NodeStopped, (await ring.Completion.LimitAsync("the ring member ends")).Reason);
        await client.Groups.ReadyAsync("default").LimitAsync("reads are ready again");
        Assert.NotEqual(before, member.Id);
        var silo = cluster.GroupsOf(0).ProcessGroups;
        await silo.SeesAsync("room", member, member, idle);
        await silo.SeesAsync("hall");
        Assert.Equal(SendOutcome.Delivered, await silo.SendAsync(member.Id, Text.Of("again")));
        await inbox.CountAsync(1);

        // The monitor goes on: a restart with everything, then changes.
        Assert.True(await monitor.WaitToReadAsync().LimitAsync("the monitor says something"));
        Assert.True(monitor.TryRead(out var change));
        Assert.Equal((1, MembershipChangeKind.Restarted), (change!.Number, change.Kind));
        await client.Scope.SeesAsync("room", member, member, idle);

        // The old id still means the member, as long as it lives.
        Assert.True((await client.Scope.JoinAsync("hall", before)).IsJoined);
        await silo.SeesAsync("hall", member);

        // A ring is joined again, through the new silo.
        var again = await client.Groups.Multicast.JoinAsync("ring", new RingLog()).LimitAsync("it joins again");
        Assert.True((await again.ConfirmedBroadcastAsync(Text.Of("x")).LimitAsync("it is confirmed")).IsOk);
    }

    // P6: a client that changes its silo joins before it leaves, and is listed once.
    [Fact]
    public async Task SessionSilo_Stopped_MembersAreElsewhereBeforeTheyAreGone()
    {
        await using var cluster = await ClientCluster.StartAsync();
        var client = await cluster.ConnectAsync(servedBy: 1);
        var member = await client.Groups.CreateMemberAsync("m");
        await client.Scope.JoinAsync("room", member.Id);
        var silo = cluster.GroupsOf(2).ProcessGroups; // Where it goes. Others may hear of both in another order.
        await silo.SeesAsync("room", member);
        var before = member.Id;
        var counts = new Seen<int>();
        await using var monitor = await silo.MonitorGroupAsync("room");
        client.Transport.Prefer(cluster.Silos[2].SiloAddress);

        await cluster.ClientsOf(1).StopAsync(Within.Limit, CancellationToken.None); // By itself it waits for 5 s only.
        await cluster.StopAsync(1);

        await silo.UntilAsync("room", "the member has moved", seen => seen.Count == 1 && !seen.Contains(before));
        var count = 1;
        while (monitor.TryRead(out var change))
        {
            count += change!.Kind == MembershipChangeKind.Joined ? change.Members.Length : -change.Members.Length;
            counts.Add(count);
        }

        Assert.Equal([2, 1], counts.Items); // Rule P6: it joins before it leaves.
        await silo.SeesAsync("room", member);
    }

    [Fact]
    public async Task Gateway_Lost_TheSessionGoesOn()
    {
        await using var cluster = await ClientCluster.StartAsync();
        var client = await cluster.ConnectAsync(gateways: [1, 2]);
        var session = client.Transport.Session;
        var serving = cluster.Silos[1].SiloAddress.Equals(session.Silo) ? 1 : 2;
        var gateway = 3 - serving;
        var inbox = new Seen<string>();
        var member = await client.Groups.CreateMemberAsync("m", message =>
        {
            inbox.Add(Text.From(message.Payload));
            return ValueTask.CompletedTask;
        });
        await client.Scope.JoinAsync("room", member.Id);
        var before = member.Id;
        var log = new RingLog();
        var ring = await client.Groups.Multicast.JoinAsync("ring", log).LimitAsync("it joins");
        var near = new RingLog();
        await cluster.GroupsOf(0).Multicast.JoinAsync("ring", near).LimitAsync("another joins");

        // Half of what a client calls goes through either gateway; all that it waits for must come through the other.
        var sender = cluster.GroupsOf(0).ProcessGroups;
        var sent = Task.Run(async () =>
        {
            for (var number = 1; number <= 500; number++)
            {
                Assert.Equal(SendOutcome.Delivered, await sender.SendAsync(before, Text.Of($"{number}")));
                Assert.True((await ring.BroadcastAsync(Text.Of($"{number}"))).IsOk);
            }
        });
        await inbox.CountAsync(50);
        await cluster.StopAsync(gateway);
        await sent.LimitAsync("all are sent");
        Assert.Equal(
            BroadcastOutcome.Ok,
            await ring.ConfirmedBroadcastAsync(Text.Of("501"), ConfirmLevel.ProcessedByAll)
                .LimitAsync("it is confirmed"));

        await inbox.CountAsync(500);
        await log.Messages.CountAsync(501);
        Assert.Equal(Enumerable.Range(1, 500).Select(static number => $"{number}"), inbox.Items);
        Assert.Equal(Enumerable.Range(1, 501).Select(static number => $"{number}"), log.Messages.Items);
        Assert.Equal(log.Messages.Items, near.Messages.Items);
        Assert.Equal([session], client.Transport.Opened.Items); // One session, all the time.
        Assert.Equal(before, member.Id);
    }

    [Fact]
    public async Task Client_CutOff_ItsMembersVanishAndComeBackOnce()
    {
        await using var cluster = await ClientCluster.StartAsync(options => options.ClientLease = ShortLease);
        var client = await cluster.ConnectAsync(
            options => options.CallTimeout = TimeSpan.FromMilliseconds(200),
            servedBy: 1);
        var member = await client.Groups.CreateMemberAsync("m");
        await client.Scope.JoinAsync("room", member.Id);
        var log = new RingLog();
        var ring = await client.Groups.Multicast.JoinAsync("ring", log).LimitAsync("it joins");
        await ring.BroadcastAsync(Text.Of("one"));
        await log.Messages.CountAsync(1);
        var silo = cluster.GroupsOf(0).ProcessGroups;
        await silo.SeesAsync("room", member);
        for (var index = 0; index < 3; index++)
        {
            client.Transport.Cut(cluster.Silos[index].SiloAddress);
        }

        await silo.SeesAsync("room"); // The lease has run out.
        var ended = await ring.Completion.LimitAsync("the ring member ends");
        Assert.Equal(TerminationReason.LostMembership, ended.Reason);
        for (var index = 0; index < 3; index++)
        {
            client.Transport.Heal(cluster.Silos[index].SiloAddress);
        }

        await client.Transport.Opened.CountAsync(2);
        await client.Groups.ReadyAsync("default").LimitAsync("reads are ready");
        await silo.SeesAsync("room", member);
        Assert.False(member.HasEnded);
        Assert.Equal([member.Id], client.Scope.GetMembers("room"));
    }

    [Fact]
    public async Task Session_ReplacedWhileItLives_IsEndedByTheNewSilo()
    {
        await using var cluster = await ClientCluster.StartAsync(
            static options => options.ClientLease = TimeSpan.FromHours(1));
        var client = await cluster.ConnectAsync(servedBy: 1);
        var member = await client.Groups.CreateMemberAsync("m");
        await client.Scope.JoinAsync("room", member.Id);
        var before = member.Id;
        client.Transport.Prefer(cluster.Silos[2].SiloAddress);

        ((ClientGroups)client.Groups).Keeper.Current!.Lose(LossReason.Silent);

        await client.Transport.Opened.CountAsync(2);
        var silo = cluster.GroupsOf(0).ProcessGroups;
        await silo.UntilAsync("room", "it is listed once", seen => seen.Count == 1 && !seen.Contains(before));
        Assert.Equal(0, cluster.ClientsOf(1).SessionCount);
        Assert.Equal(cluster.Silos[2].SiloAddress, client.Transport.Session.Silo);
        Assert.Equal(cluster.GroupsOf(2).Node, client.Groups.Node);
    }

    [Fact]
    public async Task SessionSilo_DeclaredDeadAndRunningOn_IsLeft()
    {
        await using var cluster = await ClientCluster.StartAsync();
        var client = await cluster.ConnectAsync(servedBy: 1);
        var member = await client.Groups.CreateMemberAsync("m");
        await client.Scope.JoinAsync("room", member.Id);
        await using var monitor = await client.Scope.MonitorGroupAsync("room");
        var before = member.Id;

        await cluster.GroupsOf(1).Host.LoseMembershipAsync().LimitAsync("it falls silent");

        await client.Transport.Opened.CountAsync(2);
        var silo = cluster.GroupsOf(client.Transport.Session.Silo.Equals(cluster.Silos[0].SiloAddress) ? 0 : 2);
        await silo.ProcessGroups.UntilAsync("room", "a new member is there", seen => seen.Any(id => id != before));
        await client.Groups.ReadyAsync("default").LimitAsync("reads are ready");
        Assert.Contains(member.Id, client.Scope.GetMembers("room"));
        Assert.False(monitor.Completion.IsCompleted); // It goes on.
    }

    [Fact]
    public async Task Operations_UnderWayWhenTheSessionIsLost_AreDoneOnceInTheNext()
    {
        await using var cluster = await ClientCluster.StartAsync();
        var client = await cluster.ConnectAsync(servedBy: 1);
        var member = await client.Groups.CreateMemberAsync("m");
        await client.Scope.JoinAsync("room", member.Id);
        client.Transport.Prefer(cluster.Silos[2].SiloAddress);
        var reached = new TaskCompletionSource();
        var first = client.Transport.Session;
        client.Transport.BeforeCall = call =>
        {
            if (client.Transport.Session == first && call.Operation is SendPayload)
            {
                reached.TrySetResult();
                client.Transport.Cut(first.Silo); // What was done is not answered any more.
            }

            return Task.CompletedTask;
        };
        List<Task<JoinResult>> joins = [];
        for (var number = 0; number < 20; number++)
        {
            joins.Add(client.Scope.JoinAsync("room", member.Id).AsTask());
            if (number == 9)
            {
                _ = client.Scope.SendAsync(member.Id, Text.Of("x")).AsTask();
            }
        }

        var left = client.Scope.LeaveAsync("room", member.Id).AsTask();
        await reached.Task.LimitAsync("the call is made");
        ((ClientGroups)client.Groups).Keeper.Current?.Lose(LossReason.Silent);

        Assert.All(
            await Task.WhenAll(joins).LimitAsync("all joins are done"),
            static result => Assert.True(result.IsJoined));
        Assert.Equal(LeaveStatus.Left, (await left.LimitAsync("the leave is done")).Status);
        await client.Groups.ReadyAsync("default").LimitAsync("reads are ready");
        Assert.Equal(20, client.Scope.CountLocalMembers("room"));
    }
}
