namespace Orleans.Groups.Tests;

/// <summary>Ring members by grain calls alone, and what calls to pinned grains meet; on real silos.</summary>
public sealed class RingMemberGrainTests
{
    [Fact]
    public async Task Member_ByCallsAlone_JoinsPublishesTailsAndLeaves()
    {
        await using var cluster = await ClientCluster.StartAsync();
        var client = await cluster.ConnectAsync();
        var silo = cluster.Silos[1].SiloAddress;
        var member = client.Grains.GetGrain<IRingMemberGrain>(RingMemberKey.New(silo));
        var joined = await member.JoinAsync(new RingJoinRequest { Group = "ring", MemberName = "tail" });
        while (joined.State == CallState.Pending)
        {
            joined = await member.JoinAsync(new RingJoinRequest { Group = "ring", MemberName = "tail" });
        }

        Assert.Equal((CallState.Done, cluster.GroupsOf(1).Node), (joined.State, joined.Self!.Node)); // It is pinned.
        var two = new RingBroadcastRequest { Number = 1, Payloads = [Text.Of("a"), Text.Of("b")] };
        var accepted = await member.BroadcastAsync(two);
        var again = await member.BroadcastAsync(two);
        Assert.Equal((2, 2), (accepted.Accepted, again.Accepted));
        var third = new RingConfirmRequest { Number = 2, SettledThrough = 1, Payload = Text.Of("c") };
        var proof = await member.ConfirmedBroadcastAsync(third);
        Assert.Equal(BroadcastOutcome.Ok, proof.Outcome);
        Assert.Equal(3, (await member.GetStatusAsync())!.Published);
        await member.EndAsync(new RingEndRequest { Number = 3, SettledThrough = 2 });

        List<RingMemberEvent> events = [];
        var poll = new RingPoll { Number = 1 };
        while (await member.PollAsync(poll) is { State: CallState.Done } answer)
        {
            events.AddRange(answer.Events.Skip(events.Count - (int)answer.First + 1));
            poll = new RingPoll
            {
                Number = poll.Number + 1,
                ReceivedThrough = events.Count,
                HandledThrough = events.Count,
            };
        }

        var messages = events.OfType<RingMessageArrived>().Select(static item => Text.From(item.Payload));
        Assert.Equal(["a", "b", "c"], messages);
        Assert.IsType<RingMemberJoined>(events[0]);
        Assert.Equal(TerminationReason.Left, Assert.IsType<RingMemberTerminated>(events[^1]).Termination.Reason);
        Assert.Equal(CallState.Gone, (await member.BroadcastAsync(new RingBroadcastRequest { Number = 4 })).State);
        Assert.Null(await member.GetStatusAsync());

        // A join that comes late does not begin it again.
        var late = await member.JoinAsync(new RingJoinRequest { Group = "ring", MemberName = "tail" });
        Assert.Equal(CallState.Gone, late.State);
        Assert.Equal(0, cluster.ClientsOf(1).RingMemberCount);
    }

    [Fact]
    public async Task PinnedGrains_WithKeysThatMakeNoSense_AreRefused()
    {
        await using var cluster = await ClientCluster.StartAsync();
        var client = await cluster.ConnectAsync();
        var noSilo = "@/" + Guid.NewGuid().ToString("N");
        foreach (var key in (string[])["x", "127.0.0.1:1@2", "/", "127.0.0.1:1@2/", noSilo])
        {
            var member = client.Grains.GetGrain<IRingMemberGrain>(key);
            await Assert.ThrowsAnyAsync<Exception>(() => member.GetStatusAsync().AsTask());
        }

        var nowhere = new PinnedKey(SiloAddress.New(cluster.Silos[1].SiloAddress.Endpoint, 1), Guid.NewGuid());
        await Assert.ThrowsAsync<SiloUnavailableException>(() =>
            client.Grains.GetGrain<IRingMemberGrain>(nowhere.ToString()).GetStatusAsync().AsTask());
        var nobody = client.Grains.GetGrain<IRingMemberGrain>(RingMemberKey.New(cluster.Silos[1].SiloAddress));
        Assert.Equal(CallState.Gone, (await nobody.PollAsync(new RingPoll { Number = 1 })).State);
        var noId = new PinnedKey(cluster.Silos[1].SiloAddress, Guid.Empty).ToString();
        var empty = client.Grains.GetGrain<IRingMemberGrain>(noId);
        Assert.Equal(CallState.Refused, (await empty.JoinAsync(new RingJoinRequest { Group = "g" })).State);
    }

    [Fact]
    public async Task Calls_LostOnTheirWayBack_AreRepeatedAndDoneOnce()
    {
        var answers = 0;
        await using var cluster = await ClientCluster.StartAsync(configureSilo: silo =>
            silo.AddIncomingGrainCallFilter(async call =>
            {
                await call.Invoke();
                if (call.InterfaceName.Contains("Orleans.Groups.IClientSession", StringComparison.Ordinal)
                    || call.InterfaceName.Contains("Orleans.Groups.IRingMember", StringComparison.Ordinal))
                {
                    if (Interlocked.Increment(ref answers) % 3 == 0)
                    {
                        throw new TimeoutException("The test has lost the answer.");
                    }
                }
            }));
        var client = await cluster.ConnectAsync();
        var member = await client.Groups.CreateMemberAsync("m").LimitAsync("it is made");
        await client.Groups.ReadyAsync("default").LimitAsync("reads are ready");
        for (var count = 1; count <= 20; count++)
        {
            await client.Scope.JoinAsync("room", member.Id).LimitAsync("it joins");
            Assert.Equal(count, client.Scope.CountMembers("room"));
        }

        var log = new RingLog();
        var ring = await client.Groups.Multicast.JoinAsync("ring", log).LimitAsync("it joins");
        for (var number = 1; number <= 200; number++)
        {
            await ring.BroadcastAsync(Text.Of($"{number}"));
        }

        Assert.Equal(TerminationReason.Left, (await ring.LeaveAsync().LimitAsync("it leaves")).Reason);
        Assert.Equal(Enumerable.Range(1, 200).Select(static number => $"{number}"), log.Messages.Items);
        Assert.True(answers > 30);
        Assert.Equal(1, client.Transport.Opened.Items.Distinct().Count(key =>
            cluster.Silos.Any(silo => silo.SiloAddress.Equals(key.Silo))
            && Enumerable.Range(0, 3).Any(index => cluster.ClientsOf(index).FindSession(key.Id) is not null)));
    }
}
