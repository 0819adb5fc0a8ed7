using Orleans.Groups.InMemory.Tests;

namespace Orleans.Groups.Tests;

/// <summary>
/// What a silo does for a client that speaks the protocol itself: leases, slowness, and hostile calls.
/// </summary>
public sealed class ClientSessionTests
{
    private long _number;
    private long _poll;

    [Fact]
    public async Task Lease_RunsOut_MembersVanish_AndRenewedItDoesNot()
    {
        var time = new ManualTime();
        await using var loopback = new Loopback(2, time: time);
        var session = loopback.OpenSession();
        await MakeAsync(session, 1, "m");
        await JoinAsync(session, "room", 1);
        await loopback.DrainAsync();
        Assert.Single(loopback.Nodes[1].ProcessGroups.GetMembers("room"));

        for (var round = 0; round < 10; round++)
        {
            time.Advance(loopback.Options.ClientLease * 0.9);
            await PollAsync(session);
        }

        await loopback.DrainAsync();
        Assert.Single(loopback.Nodes[1].ProcessGroups.GetMembers("room"));
        time.Advance(loopback.Options.ClientLease * 1.1);
        await loopback.DrainAsync();
        Assert.Empty(loopback.Nodes[1].ProcessGroups.GetMembers("room"));
        Assert.Equal(0, loopback.ClientsOf(0).SessionCount);
        Assert.Equal(CallState.Gone, (await PollAsync(session)).State);
        Assert.Equal(0, loopback.ClientsOf(0).SessionCount);
    }

    [Fact]
    public async Task Poll_WithNothingToSay_AnswersAfterAWhile_AndANewerOneEndsIt()
    {
        var time = new ManualTime();
        await using var loopback = new Loopback(1, time: time);
        var session = loopback.OpenSession();
        var first = session.PollAsync(new SessionPoll { Number = 1 }).AsTask();
        Assert.False(first.IsCompleted);
        var second = session.PollAsync(new SessionPoll { Number = 2 }).AsTask();
        Assert.Empty((await first.LimitAsync("the older is answered")).Events);
        Assert.False(second.IsCompleted);
        time.Advance(loopback.ClientsOf(0).PollWait);
        Assert.Equal(CallState.Done, (await second.LimitAsync("the newer is answered")).State);
        var late = await session.PollAsync(new SessionPoll { Number = 2 });
        Assert.Empty(late.Events); // A doubled one is answered at once, and disturbs nobody.
    }

    [Fact]
    public async Task SlowClient_Payloads_AreRefusedOrMissed_AndNothingGrows()
    {
        var options = new GroupsOptions();
        options.ProcessGroups.MaxQueuedPayloads = 10;
        await using var loopback = new Loopback(1, options);
        var session = loopback.OpenSession();
        var id = await MakeAsync(session, 1, "slow");
        var other = await MakeAsync(session, 2, "other");
        await JoinAsync(session, "room", 1);
        var groups = loopback.Nodes[0].ProcessGroups;
        const int Most = SessionMember.MaxUnhandled + 1 + 10; // At the client, in the handler, in the queue.
        var delivered = 0;
        while (delivered < Most)
        {
            if (await groups.SendAsync(id, Text.Of($"{delivered}")) == SendOutcome.Delivered)
            {
                delivered++;
            }

            await Task.Yield(); // The queue moves on by itself until everything behind it is full.
        }

        Assert.Equal(SendOutcome.Overloaded, await groups.SendAsync(id, Text.Of("too much")));
        await groups.PublishAsync("room", Text.Of("missed"));
        Assert.Equal(SendOutcome.Delivered, await groups.SendAsync(other, Text.Of("fast"))); // Nobody else is held up.

        // The client wakes up: everything that was delivered comes, once, and then the number of what was missed.
        List<PayloadArrived> seen = [];
        var received = 0L;
        var isMissedSent = false;
        while (!seen.Exists(static payload => payload.Missed > 0))
        {
            var events = await session.PollAsync(new SessionPoll
            {
                Number = ++_poll,
                ReceivedThrough = received,
                Handled = [new HandledThrough(1, seen.Count)],
            }).LimitAsync("it is answered");
            received = events.First + events.Events.Length - 1;
            seen.AddRange(events.Events.OfType<PayloadArrived>().Where(static payload => payload.Handle == 1));
            if (seen.Count >= delivered && !isMissedSent)
            {
                isMissedSent = true;
                Assert.Equal(SendOutcome.Delivered, await groups.SendAsync(id, Text.Of("after")));
            }
        }

        Assert.Equal(delivered + 1, seen.Count);
        Assert.Equal(1, seen[^1].Missed);
        Assert.Equal(
            Enumerable.Range(0, delivered).Select(static number => $"{number}").Append("after"),
            seen.Select(static payload => Text.From(payload.Payload)));
    }

    [Fact]
    public async Task SlowClient_Monitor_RestartsFromASnapshot()
    {
        await using var loopback = new Loopback(1);
        var session = loopback.OpenSession();
        var start = new StartMonitor { Handle = 1, Scope = "default", Group = "room", BufferChanges = 5 };
        await DoAsync<Done>(session, start);
        var groups = loopback.Nodes[0].ProcessGroups;
        var members = new List<IGroupMember>();
        for (var count = 0; count < 200; count++)
        {
            var member = loopback.Nodes[0].CreateMember($"m{count}");
            members.Add(member);
            await groups.JoinAsync("room", member.Id);
        }

        HashSet<MemberId> fold = [];
        var restarts = 0;
        var (received, handled) = (0L, 0L);
        while (!fold.SetEquals(groups.GetMembers("room")))
        {
            var answer = await session.PollAsync(new SessionPoll
            {
                Number = ++_poll,
                ReceivedThrough = received,
                Handled = [new HandledThrough(1, handled)],
            }).LimitAsync("it is answered");
            received = answer.First + answer.Events.Length - 1;
            foreach (var part in answer.Events.OfType<MonitorPart>())
            {
                handled++;
                if (part.Kind is MonitorPartKind.Snapshot or MonitorPartKind.Restarted)
                {
                    restarts += part.Kind == MonitorPartKind.Restarted ? 1 : 0;
                    fold.Clear();
                }

                fold.UnionWith(part.Groups.SelectMany(static group => group.Members));
            }
        }

        Assert.InRange(restarts, 1, 100);
        Assert.Equal(members.Select(static member => member.Id).Order(), fold.Order());
    }

    [Fact]
    public async Task Monitor_OfALargeScope_TravelsInParts()
    {
        await using var loopback = new Loopback(1);
        var node = loopback.Nodes[0];
        var members = Enumerable.Range(0, 7_000).Select(index => node.CreateMember($"m{index}").Id).ToList();
        await node.ProcessGroups.JoinAsync(["a", "b"], members);
        var client = await loopback.ConnectAsync(new LoopbackTransport(loopback));

        await using var monitor = await client.ProcessGroups.MonitorScopeAsync().LimitAsync("it starts");

        Assert.Equal(members.Order(), monitor.Snapshot.GetMembers("a").Order());
        Assert.Equal(members.Order(), monitor.Snapshot.GetMembers("b").Order());
        await client.ReadyAsync("default").LimitAsync("reads are ready");
        Assert.Equal(7_000, client.ProcessGroups.CountMembers("a"));
        await node.ProcessGroups.LeaveAsync(["a"], members);
        Assert.True(await monitor.WaitToReadAsync().LimitAsync("it changes"));
        Assert.True(monitor.TryRead(out var change));
        Assert.Equal((1, 7_000), (change!.Number, change.Members.Length));
        await client.ReadyAsync("default");
        Assert.Equal(["b"], client.ProcessGroups.GetGroups());
    }

    [Fact]
    public async Task HostileOperations_Always_AreRefusedAndChangeNothing()
    {
        var options = new GroupsOptions { MaxMembersPerClient = 2, MaxMonitorsPerClient = 1 };
        options.ProcessGroups.Scopes.Add("default");
        await using var loopback = new Loopback(1, options);
        var victim = loopback.OpenSession();
        var prey = await MakeAsync(victim, 1, "prey");
        await JoinAsync(victim, "room", 1);
        var session = loopback.OpenSession();
        _number = 0;
        await MakeAsync(session, 7, "own");
        var longName = new string('x', 257);
        SessionOperation[] hostile =
        [
            new MakeMember { Handle = 1, Name = null },
            new MakeMember { Handle = 1, Name = "" },
            new MakeMember { Handle = 1, Name = "a\0b" },
            new MakeMember { Handle = 1, Name = longName },
            new MakeMember { Handle = 0, Name = "m" },
            new MakeMember { Handle = -1, Name = "m" },
            new MakeMember { Handle = 7, Name = "again" },
            new ChangeMemberships { Scope = "default", Groups = ["room"], Members = [1] },
            new ChangeMemberships { Scope = "default", Groups = [null!], Members = [7], IsJoin = true },
            new ChangeMemberships { Scope = "default", Groups = [longName], Members = [7], IsJoin = true },
            new ChangeMemberships { Scope = "default", Groups = null!, Members = [7], IsJoin = true },
            new ChangeMemberships { Scope = "default", Groups = ["room"], Members = null!, IsJoin = true },
            new ChangeMemberships { Scope = null, Groups = ["room"], Members = [7], IsJoin = true },
            new ChangeMemberships
            {
                Scope = "default",
                Groups = [.. Enumerable.Repeat("room", 65_536)],
                Members = [7, 7],
                IsJoin = true,
            },
            new StartMonitor { Handle = 2, Scope = "default", Group = "" },
            new StartMonitor { Handle = 2, Scope = "default", BufferChanges = -1 },
            new StartMonitor { Handle = 2, Scope = "default", Owner = 1 },
            new StartMonitor { Handle = 7, Scope = "default" },
            new SendPayload { Scope = "default" },
            new SendPayload { Scope = "default", To = prey, From = 1 },
            new SendPayload { Scope = "\u0007", To = prey },
            new ForgetRing { Group = null },
        ];
        foreach (var operation in hostile)
        {
            var refused = await DoAsync<Refused>(session, operation);
            Assert.Equal(GroupErrorKind.Argument, refused.Error.Kind);
        }

        var unknown = await DoAsync<Refused>(
            session,
            new ChangeMemberships { Scope = "other", Groups = ["room"], Members = [7], IsJoin = true });
        Assert.Equal(["default"], unknown.Error.Names);
        Assert.Equal("other", Assert.IsType<UnknownScopeException>(unknown.Error.ToException("x")).Scope.Value);
        var large = new byte[options.ProcessGroups.MaxPayloadBytes + 1];
        var tooLarge = await DoAsync<Refused>(
            session,
            new SendPayload { Scope = "default", To = prey, Payload = large });
        Assert.IsType<PayloadTooLargeException>(tooLarge.Error.ToException("x"));
        await MakeAsync(session, 8, "second");
        var tooMany = await DoAsync<Refused>(session, new MakeMember { Handle = 9, Name = "third" });
        Assert.Equal(
            nameof(GroupsOptions.MaxMembersPerClient),
            Assert.IsType<GroupLimitException>(tooMany.Error.ToException("x")).Limit);
        await DoAsync<Done>(session, new StartMonitor { Handle = 3, Scope = "default" });
        await DoAsync<Refused>(session, new StartMonitor { Handle = 4, Scope = "default" });
        await DoAsync<Done>(session, new EndMember { Handle = 1 }); // Not its own: nothing happens.
        await DoAsync<Done>(session, new StopMonitor { Handle = 99 });

        Assert.Equal([prey], loopback.Nodes[0].ProcessGroups.GetMembers("room"));
        Assert.Equal(["room"], loopback.Nodes[0].ProcessGroups.GetGroups());
    }

    [Fact]
    public async Task HostileNumbers_Always_AreRefused()
    {
        await using var loopback = new Loopback(1);
        var session = loopback.OpenSession();
        await MakeAsync(session, 1, "m");
        foreach (var (number, settled) in new (long, long)[] { (0, 0), (-1, 0), (2, -1), (2, 2), (9, 5), (10_000, 0) })
        {
            var reply = await session.CallAsync(new SessionCall
            {
                Number = number,
                SettledThrough = settled,
                Operation = new EndMember { Handle = 1 },
            });
            Assert.Equal(CallState.Refused, reply.State);
        }

        Assert.Equal(CallState.Refused, (await session.CallAsync(new SessionCall { Number = 2 })).State);
        var tooFar = new SessionPoll { Number = 1, ReceivedThrough = 5 };
        Assert.Equal(CallState.Refused, (await session.PollAsync(tooFar)).State);
        var handled = await session.PollAsync(new SessionPoll
        {
            Number = 2,
            IsHurried = true,
            Handled = [new HandledThrough(1, long.MaxValue), new HandledThrough(-4, 7)],
        });
        Assert.Equal(CallState.Done, handled.State);
        Assert.Equal(1, loopback.ClientsOf(0).SessionCount);
    }

    [Fact]
    public async Task Versions_WithNothingInCommon_AreRefusedOnBothSides()
    {
        await using var loopback = new Loopback(1);
        var newer = loopback.ClientsOf(0).Open(Guid.NewGuid(), new SessionRequest { Oldest = 2, Newest = 9 });
        Assert.Equal(GroupErrorCode.Incompatible, newer.Error!.Code);
        var wider = loopback.ClientsOf(0).Open(Guid.NewGuid(), new SessionRequest { Oldest = 0, Newest = 9 });
        Assert.Equal((null, ClientProtocol.Newest), (wider.Error, wider.Version));
        Assert.NotNull(HostedRingMember.Check(new RingJoinRequest { Group = "g", Oldest = 2, Newest = 3 }));

        var client = await loopback.ConnectAsync(
            new IncompatibleTransport(loopback),
            static options => options.StartTimeout = TimeSpan.Zero);
        var error = await Assert.ThrowsAsync<GroupException>(() => client.ReadyAsync()).LimitAsync("it is told");
        Assert.Equal((GroupErrorCode.Incompatible, false), (error.Code, error.IsTransient));
    }

    private async Task<MemberId> MakeAsync(ClientSession session, long handle, string name) =>
        (await DoAsync<MemberMade>(session, new MakeMember { Handle = handle, Name = name, HasHandler = true })).Id;

    private async Task JoinAsync(ClientSession session, string group, long handle)
    {
        var joined = await DoAsync<MembershipsChanged>(session, new ChangeMemberships
        {
            Scope = "default",
            IsJoin = true,
            Groups = [group],
            Members = [handle],
        });
        Assert.Equal((JoinStatus.Joined, 1), (joined.Joined, joined.Added));
    }

    private async Task<T> DoAsync<T>(ClientSession session, SessionOperation operation)
        where T : SessionResult
    {
        var reply = await session.CallAsync(new SessionCall { Number = ++_number, Operation = operation })
            .LimitAsync("it is answered");
        Assert.Null(reply.Error);
        return Assert.IsType<T>(reply.Result);
    }

    private Task<SessionEvents> PollAsync(ClientSession session) =>
        session.PollAsync(new SessionPoll { Number = ++_poll, IsHurried = true }).LimitAsync("it is answered");

    /// <summary>A silo of another time.</summary>
    private sealed class IncompatibleTransport(Loopback loopback) : LoopbackTransport(loopback), IClientTransport
    {
        private readonly SiloAddress _silo = loopback.Addresses[0];

        Task<GatewayReply> IClientTransport.GreetAsync(GatewayRequest request) => Task.FromResult(new GatewayReply
        {
            Silo = _silo,
            Oldest = 7,
            Newest = 8,
            Error = ClientProtocol.Incompatible(request.Oldest, request.Newest),
        });    }
}
