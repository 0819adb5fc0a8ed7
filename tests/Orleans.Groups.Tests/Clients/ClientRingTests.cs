using Orleans.Groups.InMemory.Tests;

namespace Orleans.Groups.Tests;

/// <summary>Ring members of clients: callbacks, windows, ends; on nodes in memory, through the serialiser.</summary>
public sealed class ClientRingTests
{
    [Fact]
    public async Task Callbacks_MayBroadcastAndConfirm_ButNotWaitForThemselves()
    {
        await using var loopback = new Loopback(1);
        var client = await loopback.ConnectAsync(
            new LoopbackTransport(loopback),
            static options => options.MaxUnsentBytes = 1_024);
        var log = new RingLog();
        var outcomes = new Seen<BroadcastOutcome>();
        var full = new Seen<BroadcastReason>();
        IMulticastGroup? ring = null;
        log.WhenMessage = async message =>
        {
            if (Text.From(message.Payload) == "go")
            {
                outcomes.Add(await ring!.ConfirmedBroadcastAsync(Text.Of("x"), ConfirmLevel.ProcessedByAll));
                outcomes.Add(await ring.ConfirmedBroadcastAsync(Text.Of("received")));
                outcomes.Add(await ring.BroadcastAsync(Text.Of("plain")));
                var leaving = await ring.LeaveAsync(); // Does not wait for the end, which comes after this callback.
                Assert.Contains("did not wait", leaving.Detail, StringComparison.Ordinal);
                full.Add((await ring.BroadcastAsync(new byte[8])).Reason);
            }

            return HandlerReply.Ok;
        };
        ring = await client.Multicast.JoinAsync("ring", log).LimitAsync("it joins");
        await ring.BroadcastAsync(Text.Of("go"));

        var ended = await ring.Completion.LimitAsync("it ends");
        Assert.Equal((TerminationReason.Left, 0L), (ended.Reason, ended.Unsettled));
        Assert.Equal(
            [
                new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.ReentrantConfirm),
                BroadcastOutcome.Ok,
                BroadcastOutcome.Ok,
            ],
            outcomes.Items);
        Assert.Equal([BroadcastReason.Leaving], full.Items);
        Assert.Equal(["go", "received", "plain"], log.Messages.Items);
    }

    [Fact]
    public async Task SlowHandler_HoldsSendersUp_AndNothingIsLost()
    {
        var options = new GroupsOptions();
        options.Multicast.MaxPayloadBytes = 1_000;
        options.Multicast.WindowBytes = 20_000;
        await using var loopback = new Loopback(2, options);
        var client = await loopback.ConnectAsync(new LoopbackTransport(loopback));
        var gate = new TaskCompletionSource();
        var log = new RingLog { WhenMessage = async _ => { await gate.Task; return HandlerReply.Ok; } };
        await client.Multicast.JoinAsync("ring", log).LimitAsync("the client joins");
        var near = new RingLog();
        var sender = await loopback.Nodes[1].Multicast.JoinAsync("ring", near).LimitAsync("the sender joins");
        var accepted = 0;
        var pending = default(Task<BroadcastOutcome>);
        while (pending is null && accepted < 10_000)
        {
            var broadcast = sender.BroadcastAsync(new byte[500]).AsTask();
            if (broadcast.IsCompleted)
            {
                accepted++;
            }
            else
            {
                pending = broadcast;
            }
        }

        Assert.InRange(accepted, 10, 36); // What the window takes: the client's handler counts, not its silo.
        var moment = TimeSpan.FromMilliseconds(50);
        var unproved = await sender.ConfirmedBroadcastAsync(new byte[1], ConfirmLevel.ProcessedByAll, moment);
        Assert.Equal(BroadcastReason.Timeout, unproved.Reason);
        gate.SetResult();
        Assert.True((await pending!.LimitAsync("there is room")).IsOk);
        Assert.True((await sender.ConfirmedBroadcastAsync(Text.Of("end"), ConfirmLevel.ProcessedByAll)
            .LimitAsync("all is processed")).IsOk);
        Assert.Equal(accepted + 2, log.Messages.Items.Count);
    }

    [Fact]
    public async Task Broadcasts_WithoutRoom_WaitAndCanBeCancelled()
    {
        var options = new GroupsOptions();
        options.Multicast.MaxPayloadBytes = 1_000;
        await using var loopback = new Loopback(1, options);
        var transport = new BlockedTransport(loopback);
        var client = await loopback.ConnectAsync(transport, static options => options.MaxUnsentBytes = 2_000);
        var log = new RingLog();
        var ring = await client.Multicast.JoinAsync("ring", log).LimitAsync("the client joins");
        transport.IsBlocked = true;
        for (var number = 1; number <= 3; number++)
        {
            Assert.True((await ring.BroadcastAsync(new byte[500]).LimitAsync("there is room")).IsOk);
        }

        using var cancellation = new CancellationTokenSource();
        var waiting = ring.BroadcastAsync(new byte[500]).AsTask();
        var cancelled = ring.BroadcastAsync(new byte[500], cancellation.Token).AsTask();
        var confirmed = ring.ConfirmedBroadcastAsync(new byte[500], timeout: TimeSpan.FromMilliseconds(50)).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled).LimitAsync("it is cancelled");
        Assert.Equal(
            new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.Timeout),
            await confirmed.LimitAsync("it gives up")); // It was never sent.
        await Assert.ThrowsAsync<PayloadTooLargeException>(() => ring.BroadcastAsync(new byte[1_001]).AsTask());
        Assert.False(waiting.IsCompleted);
        transport.IsBlocked = false;
        Assert.True((await waiting.LimitAsync("there is room")).IsOk);
        Assert.True((await ring.ConfirmedBroadcastAsync(Text.Of("end")).LimitAsync("it is confirmed")).IsOk);
        await log.Messages.CountAsync(5);
    }

    [Fact]
    public async Task Handler_StopsBecomesAndThrows_AsOnASilo()
    {
        await using var loopback = new Loopback(1);
        var client = await loopback.ConnectAsync(new LoopbackTransport(loopback));
        var successor = new RingLog
        {
            WhenMessage = message => Text.From(message.Payload) == "stop"
                ? new ValueTask<HandlerReply>(HandlerReply.Stop("enough"))
                : new ValueTask<HandlerReply>(HandlerReply.Ok),
        };
        var first = new RingLog
        {
            WhenMessage = message => Text.From(message.Payload) == "throw"
                ? throw new InvalidOperationException("no")
                : new ValueTask<HandlerReply>(HandlerReply.Become(successor)),
        };
        var ring = await client.Multicast.JoinAsync("ring", first).LimitAsync("it joins");
        foreach (var text in (string[])["throw", "become", "stop", "unseen"])
        {
            await ring.BroadcastAsync(Text.Of(text));
        }

        var ended = await ring.Completion.LimitAsync("it ends");
        Assert.Equal((TerminationReason.HandlerStopped, "enough"), (ended.Reason, ended.Detail));
        Assert.Equal(["throw", "become"], first.Messages.Items);
        Assert.Equal(["message 3 of ring", "terminated HandlerStopped"], successor.Told.Items);

        var strict = await loopback.ConnectAsync(
            new LoopbackTransport(loopback),
            static options => options.OnHandlerFailure = HandlerFailurePolicy.Stop);
        var failing = new RingLog { WhenMessage = static _ => throw new InvalidOperationException("no") };
        var other = await strict.Multicast.JoinAsync("other", failing).LimitAsync("it joins");
        await other.BroadcastAsync(Text.Of("x"));
        Assert.Equal(TerminationReason.HandlerFailed, (await other.Completion.LimitAsync("it ends")).Reason);
    }

    [Fact]
    public async Task Group_ShutDownOrForgotten_TellsTheClient()
    {
        await using var loopback = new Loopback(2);
        var client = await loopback.ConnectAsync(new LoopbackTransport(loopback));
        var ring = await client.Multicast.JoinAsync("one", new RingLog()).LimitAsync("it joins");
        var near = await loopback.Nodes[1].Multicast.JoinAsync("one", new RingLog()).LimitAsync("it joins");
        await near.ShutDownGroupAsync().LimitAsync("it is shut down");
        Assert.Equal(TerminationReason.GroupShutDown, (await ring.Completion.LimitAsync("it ends")).Reason);

        var second = await client.Multicast.JoinAsync("two", new RingLog()).LimitAsync("it joins");
        Assert.True(await client.Multicast.ForgetAsync("two").LimitAsync("it is forgotten"));
        Assert.Equal(TerminationReason.Forgotten, (await second.Completion.LimitAsync("it ends")).Reason);
        Assert.False(await client.Multicast.ForgetAsync("none").LimitAsync("it is answered"));
    }

    [Fact]
    public async Task Silo_Dead_EndsTheMember_AndCountsWhatIsNotProved()
    {
        await using var loopback = new Loopback(2);
        var transport = new BlockedTransport(loopback);
        var client = await loopback.ConnectAsync(
            transport,
            static options => options.CallTimeout = TimeSpan.FromMilliseconds(50));
        var log = new RingLog();
        var ring = await client.Multicast.JoinAsync("ring", log).LimitAsync("it joins");
        Assert.True((await ring.ConfirmedBroadcastAsync(Text.Of("1"), ConfirmLevel.ProcessedByAll)
            .LimitAsync("it is confirmed")).IsOk);
        transport.IsBlocked = true;
        await ring.BroadcastAsync(Text.Of("2"));
        var confirm = ring.ConfirmedBroadcastAsync(Text.Of("3")).AsTask();
        loopback.Gateway = 1;
        loopback.Dead.Add(loopback.Addresses[0]);

        var ended = await ring.Completion.LimitAsync("it ends");

        Assert.Equal(TerminationReason.NodeStopped, ended.Reason);
        Assert.Equal(2, ended.Unsettled);
        Assert.Equal(BroadcastStatus.Unknown, (await confirm.LimitAsync("it is answered")).Status);
        Assert.Equal(MulticastPhase.Terminated, ring.GetStatus().Phase);
    }

    [Fact]
    public async Task Lease_RunsOut_TheMemberLeaves()
    {
        var time = new ManualTime();
        await using var loopback = new Loopback(1, time: time);
        var id = Guid.NewGuid();
        var request = new RingJoinRequest { Group = "ring" };
        var member = loopback.ClientsOf(0).GetOrAddRingMember(id, request, out _)!;
        Assert.Equal(CallState.Done, (await member.JoinAsync(request).LimitAsync("it joins")).State);
        var near = new RingLog();
        var other = await loopback.Nodes[0].Multicast.JoinAsync("ring", near).LimitAsync("another joins");
        time.Advance(loopback.Options.ClientLease * 0.9);
        Assert.Equal(CallState.Done, (await member.PollAsync(new RingPoll { Number = 1, IsHurried = true })).State);
        time.Advance(loopback.Options.ClientLease * 0.9);
        Assert.Equal(1, loopback.ClientsOf(0).RingMemberCount);
        time.Advance(loopback.Options.ClientLease * 0.2);
        Assert.Equal(0, loopback.ClientsOf(0).RingMemberCount);
        await near.Told.UntilAsync("it is gone", static told => told.Contains("changed +0 -1 =1"));
        _ = other.LeaveAsync();
        await other.Completion.LimitAsync("the other leaves");
    }

    [Fact]
    public async Task HostileCalls_Always_AreRefusedAndHarmNobody()
    {
        await using var loopback = new Loopback(1, new GroupsOptions { MaxClientRingMembers = 1 });
        var request = new RingJoinRequest { Group = "ring" };
        foreach (var wrong in (RingJoinRequest[])
            [
                new() { Group = "" },
                new() { Group = null! },
                new() { Group = "ring", MemberName = "a\nb" },
                new() { Group = "ring", Timeout = TimeSpan.Zero },
                new() { Group = "ring", Timeout = TimeSpan.MaxValue },
            ])
        {
            Assert.Equal(GroupErrorKind.Argument, HostedRingMember.Check(wrong)!.Kind);
        }

        var clients = loopback.ClientsOf(0);
        var member = clients.GetOrAddRingMember(Guid.NewGuid(), request, out _)!;
        Assert.Equal(CallState.Refused, (await member.BroadcastAsync(new RingBroadcastRequest { Number = 1 })).State);
        Assert.Null(clients.GetOrAddRingMember(Guid.NewGuid(), request, out var tooMany));
        Assert.Equal(GroupErrorKind.Limit, tooMany!.Kind);
        await member.JoinAsync(request).LimitAsync("it joins");
        Assert.Equal(CallState.Refused, (await member.JoinAsync(new RingJoinRequest { Group = "other" })).State);
        var large = new byte[loopback.Options.Multicast.MaxPayloadBytes + 1];
        RingBroadcastRequest[] broadcasts =
        [
            new() { Number = 0, Payloads = [Text.Of("x")] },
            new() { Number = 1, SettledThrough = 1, Payloads = [Text.Of("x")] },
            new() { Number = 1_000_000, Payloads = [Text.Of("x")] },
            new() { Number = 1, Payloads = [large] },
            new() { Number = 1, Payloads = [.. Enumerable.Repeat(new ReadOnlyMemory<byte>([1]), 5_000)] },
            new() { Number = 1, Payloads = [.. Enumerable.Repeat(new ReadOnlyMemory<byte>(large)[1..], 20)] },
        ];
        foreach (var broadcast in broadcasts)
        {
            Assert.Equal(CallState.Refused, (await member.BroadcastAsync(broadcast)).State);
        }

        RingConfirmRequest[] confirms =
        [
            new() { Number = 1, Payload = large },
            new() { Number = 1, Level = (ConfirmLevel)9 },
            new() { Number = 1, Timeout = TimeSpan.FromSeconds(-1) },
        ];
        foreach (var confirm in confirms)
        {
            Assert.Equal(CallState.Refused, (await member.ConfirmAsync(confirm)).State);
        }

        var ending = new RingEndRequest { Number = 1, How = (RingEnding)7 };
        Assert.Equal(CallState.Refused, (await member.EndAsync(ending)).State);
        var list = new RingValidateRequest { Number = 1, Members = [null!] };
        Assert.Equal(CallState.Refused, (await member.ValidateAsync(list)).State);
        var tooFar = new RingPoll { Number = 1, ReceivedThrough = 9 };
        Assert.Equal(CallState.Refused, (await member.PollAsync(tooFar)).State);
        var tooSoon = new RingPoll { Number = 1, HandledThrough = 1 };
        Assert.Equal(CallState.Refused, (await member.PollAsync(tooSoon)).State);

        // It still works: nothing of all that was done.
        var fine = await member.ConfirmAsync(new RingConfirmRequest { Number = 1, Payload = Text.Of("fine") })
            .LimitAsync("it is confirmed");
        Assert.Equal(BroadcastOutcome.Ok, fine.Outcome);
        Assert.Equal(1, member.GetStatus()!.Published);
    }

    /// <summary>Reaches nobody while the test says so.</summary>
    private sealed class BlockedTransport(Loopback loopback) : LoopbackTransport(loopback)
    {
        private readonly SiloAddress _silo = loopback.Addresses[0];
        private readonly Loopback _loopback = loopback;

        internal volatile bool IsBlocked;

        protected override Task<T> DecideAsync<T>(Func<Task<T>> call) =>
            IsBlocked && typeof(T) != typeof(GatewayReply) && !_loopback.Dead.Contains(_silo)
                ? Task.FromException<T>(new TimeoutException("The test has cut the silo off."))
                : IsBlocked && (typeof(T) == typeof(RingMemberEvents) || typeof(T) == typeof(RingBroadcastReply))
                    ? Task.FromException<T>(new TimeoutException("The silo is dead."))
                    : call();
    }
}
