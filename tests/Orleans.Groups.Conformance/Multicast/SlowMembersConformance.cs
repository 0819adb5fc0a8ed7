namespace Orleans.Groups.Conformance;

/// <summary>
/// Back-pressure: only the source waits, memory is bounded, and policy decides about who is slow. R1.
/// </summary>
public abstract class SlowMembersConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    private const int PayloadBytes = 1000;
    private const int Window = 20 * (PayloadBytes + 64);

    /// <summary>Longer than a busy machine keeps a member waiting that is not slow.</summary>
    private static readonly TimeSpan NoPause = TimeSpan.FromSeconds(3);

    // R1, GD7: the sender waits when its window is full, nobody keeps more than that, and all resumes.
    [Fact]
    public async Task Window_Full_SenderWaitsAndResumes()
    {
        using var gate = new Gate();
        var members = await StartWithSlowMemberAsync(gate);
        var (sender, slow, other) = (members[0], members[1], members[2]);
        await FillWindowAsync(sender);

        var waiting = sender.TryPublishAsync(PayloadBytes);
        await other.Handler.ReceivesAsync(sender.Id, sender.Published);
        await gate.ReachedAsync();
        await HoldsUpAsync().WithinAsync("only the slow member holds up");
        Assert.False(waiting.IsCompleted);
        Assert.InRange(sender.Status.UnprocessedBytes, Window - PayloadBytes - 64, Window);
        Assert.All(members, static member => Assert.InRange(member.Status.PendingBytes, 0, 3 * Window));
        Assert.Single(slow.Handler.Messages);

        gate.Open();
        Assert.Equal(BroadcastOutcome.Ok, await waiting);
        await sender.PublishManyAsync(100, PayloadBytes);
        await AllReceiveAllAsync(members);
        await DrainAsync();
        Assert.Equal((0L, null), (sender.Status.UnprocessedBytes, sender.Status.HeldUpBy));

        // What a handler has done is told a little after it has: each confirm goes round behind such news.
        async Task HoldsUpAsync()
        {
            do
            {
                await other.ConfirmAsync();
            }
            while (sender.Status.HeldUpBy != slow.Id);
        }
    }

    // R1: a full window of one sender is nobody else's.
    [Fact]
    public async Task Window_FullAtOneSender_OthersStillSend()
    {
        using var gate = new Gate();
        var members = await StartWithSlowMemberAsync(gate);
        await FillWindowAsync(members[0]);
        await members[2].PublishManyAsync(10, PayloadBytes);
        await members[0].Handler.ReceivesAsync(members[2].Id, 10);

        gate.Open();
        await AllReceiveAllAsync(members);
    }

    // R1: all send at once with small windows; three publishers that fill three links in a circle stand still for ever.
    [Fact]
    public async Task Window_AllSendersAtOnce_NothingStandsStill()
    {
        var members = await StartRingAsync(SmallWindow, "a", "b", "c", "d");
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(300, PayloadBytes)));
        await AllReceiveAllAsync(members);
    }

    // Cancelling while it waits for room: nothing was published.
    [Fact]
    public async Task Window_FullAndCancelled_PublishesNothing()
    {
        using var gate = new Gate();
        var members = await StartWithSlowMemberAsync(gate);
        await FillWindowAsync(members[0]);
        using var cancel = new CancellationTokenSource();
        var waiting = members[0].Group.BroadcastAsync(new byte[PayloadBytes], cancel.Token).AsTask();
        var confirming =
            members[0].Group.ConfirmedBroadcastAsync(new byte[PayloadBytes], cancellationToken: cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting).WithinAsync("the wait ends");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => confirming).WithinAsync("the wait ends");

        // The next one carries the next number: nothing lies between.
        gate.Open();
        await members[0].PublishAsync(PayloadBytes);
        await AllReceiveAllAsync(members);
    }

    // R12, outcomes are honest: a confirm that never got room in time was delivered nowhere.
    [Fact]
    public async Task Window_FullAndConfirmTimesOut_Failed()
    {
        using var gate = new Gate();
        var members = await StartWithSlowMemberAsync(gate);
        await FillWindowAsync(members[0]);
        var outcome = await members[0].TryConfirmAsync(timeout: TimeSpan.FromMilliseconds(50), bytes: PayloadBytes);
        Assert.Equal(new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.Timeout), outcome);

        gate.Open();
        await members[0].PublishAsync(PayloadBytes);
        await AllReceiveAllAsync(members);
    }

    // MulticastOptions.MaxWaitingBroadcasts
    [Fact]
    public async Task Window_TooManyWaiting_IsOverloaded()
    {
        using var gate = new Gate();
        var members =
            await StartWithSlowMemberAsync(gate, static options => options.Multicast.MaxWaitingBroadcasts = 1);
        await FillWindowAsync(members[0]);
        var waiting = members[0].TryPublishAsync(PayloadBytes);
        var refused = await members[0].Group.BroadcastAsync(new byte[PayloadBytes]).WithinAsync("it is refused");
        Assert.Equal(new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.Overloaded), refused);

        gate.Open();
        Assert.Equal(BroadcastOutcome.Ok, await waiting);
        await AllReceiveAllAsync(members);
    }

    // R12: a plain broadcast inside a callback never waits.
    [Fact]
    public async Task Window_FullInsideACallback_IsOverloadedAndSendsNothing()
    {
        using var gate = new Gate();
        var inside = new TaskCompletionSource<(BroadcastOutcome Last, long Accepted)>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        var nodes = await StartAsync(SmallWindow, "a", "b");
        RingMember sender = null!;
        sender = await JoinAsync(nodes[0], "a", handler => handler.WhenMessage = async message =>
        {
            if (Payloads.TextOf(message.Payload) == "go")
            {
                BroadcastOutcome outcome;
                var accepted = 0;
                while ((outcome = await sender.Group.BroadcastAsync(new byte[PayloadBytes])).IsOk)
                {
                    accepted++;
                }

                inside.SetResult((outcome, accepted));
            }

            return HandlerReply.Ok;
        });
        var other = await JoinAsync(nodes[1], "b", handler => handler.WhenMessage = async message =>
        {
            if (message.Payload.Length == PayloadBytes)
            {
                await gate.PassAsync();
            }

            return HandlerReply.Ok;
        });
        await AllKnowAsync(sender, other);

        Assert.True((await other.Group.BroadcastAsync(Payloads.Text("go"))).IsOk);
        var (last, count) = await inside.Task.WithinAsync("the window is full");
        Assert.Equal(new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.Overloaded), last);
        Assert.InRange(count, 1, 20);
        gate.Open();
        await other.Handler.ReceivesAsync(sender.Id, count);
        Assert.True((await sender.Group.ConfirmedBroadcastAsync(default).WithinAsync("it is proved")).IsOk);
        await other.Handler.ReceivesAsync(sender.Id, count + 1);
    }

    // "To add": a slow member is ejected when policy says so; the others go on.
    [Fact]
    public async Task Eject_MemberWithoutProgress_IsTakenOut()
    {
        using var gate = new Gate();
        var members = await StartWithSlowMemberAsync(gate, static options =>
        {
            options.Multicast.SlowMembers = SlowMemberPolicy.Eject;
            options.Multicast.EjectAfter = NoPause;
        });
        await FillWindowAsync(members[0]);
        await members[0].PublishManyAsync(50, PayloadBytes);
        await members[0].Handler.SeesDeathAsync(members[1].Id);
        await members[2].Handler.SeesDeathAsync(members[1].Id);
        gate.Open();

        Assert.Equal(TerminationReason.LostMembership, (await members[1].EndsAsync()).Reason);
        await AssertSettledAsync(members[0], members[2]);
        await AllReceiveAllAsync(members[0], members[2]);
        var again = await JoinAsync(members[1].Node, "again");
        await AssertSettledAsync(members[0], members[2], again);
    }

    // Policy Eject is about progress on what waits: members that have nothing to do stay.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Eject_IdleMembers_Stay()
    {
        var members = await StartRingAsync(
            static options =>
            {
                options.Multicast.SlowMembers = SlowMemberPolicy.Eject;
                options.Multicast.EjectAfter = NoPause;
                options.ProcessGroups.SendTimeout = NoPause * 1.5;
            },
            "a",
            "b");
        await members[0].ConfirmAsync(ConfirmLevel.ProcessedByAll);

        // A payload that nobody can answer is the clock: while it waits, nothing happens in the ring.
        var outside = await AddNodeAsync("c");
        await using var target = outside.CreateMember("target");
        await Fixture.CutAsync(outside, members[0].Node);
        var clock = members[0].Node.GetProcessGroups().SendAsync(target.Id, default);
        Assert.Equal(SendOutcome.Unknown, await clock.WithinAsync("the time runs out"));

        await members[1].ConfirmAsync(ConfirmLevel.ProcessedByAll);
        await AssertSettledAsync(members);
        Assert.All(members, static member => Assert.Empty(member.Handler.Deaths));
    }

    // Policy Tolerate: a member that has stood still for long and goes on has lost nothing.
    [Fact]
    public async Task Tolerate_MemberThatStoodStill_GetsEverything()
    {
        using var gate = new Gate();
        var members = await StartWithSlowMemberAsync(
            gate,
            static options => options.Multicast.ConfirmTimeout = TimeSpan.FromMilliseconds(300));
        var outcome = await members[0].TryConfirmAsync(ConfirmLevel.ProcessedByAll);
        Assert.Equal(new BroadcastOutcome(BroadcastStatus.Unknown, BroadcastReason.Timeout), outcome);
        await FillWindowAsync(members[0]);
        gate.Open();

        await members[0].PublishManyAsync(50, PayloadBytes);
        await AllReceiveAllAsync(members);
        Assert.All(members, static member => Assert.Empty(member.Handler.Deaths));
    }

    private static void SmallWindow(FixtureOptions options)
    {
        options.Multicast.MaxPayloadBytes = PayloadBytes;
        options.Multicast.WindowBytes = Window;
    }

    /// <summary>A ring of three with small windows; the handler of the second stands before the gate.</summary>
    private async Task<RingMember[]> StartWithSlowMemberAsync(Gate gate, Action<FixtureOptions>? configure = null)
    {
        var nodes = await StartAsync(
            options =>
            {
                SmallWindow(options);
                configure?.Invoke(options);
            },
            "a",
            "b",
            "c");
        var sender = await JoinAsync(nodes[0], "a");
        var slow = await JoinAsync(nodes[1], "b", handler => handler.WhenMessage = async _ =>
        {
            await gate.PassAsync();
            return HandlerReply.Ok;
        });
        var other = await JoinAsync(nodes[2], "c");
        await AllKnowAsync(sender, slow, other);
        return [sender, slow, other];
    }

    /// <summary>Publishes exactly as much as fits; the slow member has processed nothing of it.</summary>
    private static async Task FillWindowAsync(RingMember sender)
    {
        while (sender.Published < 20)
        {
            await sender.PublishAsync(PayloadBytes);
        }
    }
}
