namespace Orleans.Groups.Conformance;

/// <summary>Confirmed broadcasts: what they prove, and what callers are told when there is no proof. R12.</summary>
public abstract class ConfirmsConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    // ★ confirmed_broadcast
    [Theory]
    [InlineData(ConfirmLevel.ReceivedByAll)]
    [InlineData(ConfirmLevel.ProcessedByAll)]
    public async Task Confirm_TwoMembers_ProvesDelivery(ConfirmLevel level)
    {
        var members = await StartRingAsync("a", "b");
        await members[0].ConfirmAsync(level);
        if (level == ConfirmLevel.ReceivedByAll)
        {
            await AllReceiveAsync(members[0], 1, members);
        }

        Assert.All(members, member => Assert.Single(member.Handler.MessagesOf(members[0].Id)));
    }

    // G3: confirms of many callers, mixed with plain broadcasts; each means that the message is with everybody.
    [Fact]
    public async Task Confirm_ProcessedByAll_EveryHandlerHasRunWhenItCompletes()
    {
        var members = await StartRingAsync("a", "b", "c");
        for (var round = 0; round < 50; round++)
        {
            var sender = members[round % 3];
            await sender.PublishAsync();
            await sender.ConfirmAsync(ConfirmLevel.ProcessedByAll);
            Assert.All(members, member => Assert.Equal(sender.Published, member.Handler.Last[sender.Id]));
        }
    }

    // G3: many confirms of one member under way at once.
    [Fact]
    public async Task Confirm_ManyAtOnce_AllComplete()
    {
        var members = await StartRingAsync("a", "b", "c");
        var confirms = Enumerable.Range(0, 300).Select(index => members[index % 3].Group.ConfirmedBroadcastAsync(
            Payloads.Text($"{index}"),
            index % 2 == 0 ? ConfirmLevel.ReceivedByAll : ConfirmLevel.ProcessedByAll).AsTask());
        var outcomes = await Task.WhenAll(confirms).WithinAsync("all is proved");

        Assert.All(outcomes, static outcome => Assert.True(outcome.IsOk, $"{outcome}"));
    }

    // GD6, R1: "received" does not wait for a handler, "processed" does.
    [Fact]
    public async Task Confirm_OneHandlerBlocked_ReceivedCompletesAndProcessedWaits()
    {
        using var gate = new Gate();
        var nodes = await StartAsync("a", "b");
        var sender = await JoinAsync(nodes[0], "a");
        await JoinAsync(nodes[1], "b", handler => handler.WhenMessage = async _ =>
        {
            await gate.PassAsync();
            return HandlerReply.Ok;
        });

        await sender.ConfirmAsync();
        await gate.ReachedAsync();
        await sender.ConfirmAsync();
        var processed = sender.TryConfirmAsync(ConfirmLevel.ProcessedByAll);

        // This proof was asked for later: when it is there, the other had its chance.
        var later = await sender.Group.ConfirmedBroadcastAsync(Payloads.Text("later"))
            .WithinAsync("a later one is proved");
        Assert.True(later.IsOk);
        Assert.False(processed.IsCompleted);
        gate.Open();
        Assert.Equal(BroadcastOutcome.Ok, await processed);
    }

    // R12: alone, one read of the record.
    [Theory]
    [InlineData(ConfirmLevel.ReceivedByAll)]
    [InlineData(ConfirmLevel.ProcessedByAll)]
    public async Task Confirm_OnlyMember_IsOk(ConfirmLevel level)
    {
        var members = await StartRingAsync("a");
        await members[0].ConfirmAsync(level);
        await members[0].Handler.ReceivesAsync(members[0].Id, 1);
    }

    // "To add": confirm timeout. The message itself is on its way all the same.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Confirm_NoProofInTime_IsUnknownAndStillDelivered()
    {
        var members = await StartRingAsync("a", "b");
        await Fixture.CutAsync(members[0].Node, members[1].Node);
        var outcome = await members[0].TryConfirmAsync(timeout: Short);
        Assert.Equal(new BroadcastOutcome(BroadcastStatus.Unknown, BroadcastReason.Timeout), outcome);

        await Fixture.HealAsync(members[0].Node, members[1].Node);
        await AllReceiveAsync(members[0], 1, members);
        await members[0].ConfirmAsync();
    }

    // MulticastOptions.ConfirmTimeout is what counts when the call does not say.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Confirm_NoTimeoutGiven_UsesTheOption()
    {
        var members = await StartRingAsync(static options => options.Multicast.ConfirmTimeout = Short, "a", "b");
        await Fixture.CutAsync(members[1].Node, members[0].Node);
        var outcome = await members[0].TryConfirmAsync();
        Assert.Equal(new BroadcastOutcome(BroadcastStatus.Unknown, BroadcastReason.Timeout), outcome);
        await members[1].Handler.ReceivesAsync(members[0].Id, 1);
    }

    // "To add": confirm cancel. Only the wait ends.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Confirm_Cancelled_EndsTheWaitOnly()
    {
        var members = await StartRingAsync("a", "b");
        await Fixture.CutAsync(members[1].Node, members[0].Node);
        using var cancel = new CancellationTokenSource();
        var waiting =
            members[0].Group.ConfirmedBroadcastAsync(Payloads.Numbered(1), cancellationToken: cancel.Token).AsTask();
        await members[1].Handler.ReceivesAsync(members[0].Id, 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting).WithinAsync("the wait ends");

        await Fixture.HealAsync(members[0].Node, members[1].Node);
        Assert.True(
            (await members[0].Group.ConfirmedBroadcastAsync(Payloads.Numbered(2)).WithinAsync("it is proved")).IsOk);
        await AllReceiveAsync(members[0], 2, members);
    }

    // A token that is cancelled beforehand: nothing is published.
    [Fact]
    public async Task Broadcast_CancelledBeforehand_PublishesNothing()
    {
        var members = await StartRingAsync("a", "b");
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await members[0].Group.BroadcastAsync(Payloads.Text("no"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await members[0].Group.ConfirmedBroadcastAsync(
                Payloads.Text("no"),
                cancellationToken: cancelled));

        await members[0].ConfirmAsync();
        await AllReceiveAsync(members[0], 1, members);
        Assert.All(members, static member => Assert.Single(member.Handler.Messages));
    }

    // "To add": confirmed broadcast from inside a callback; R12. "Received" may be awaited there.
    [Fact]
    public async Task Confirm_InsideACallback_ReceivedIsProved()
    {
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "a");
        var inside = new TaskCompletionSource<BroadcastOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        RingMember second = null!;
        second = await JoinAsync(nodes[1], "b", handler => handler.WhenMessage = async message =>
        {
            if (message.From == first.Id)
            {
                inside.SetResult(await second.TryConfirmAsync());
            }

            return HandlerReply.Ok;
        });

        await first.PublishAsync();
        Assert.Equal(BroadcastOutcome.Ok, await inside.Task.WithinAsync("it is proved inside the callback"));
        await AllReceiveAsync(second, 1, first, second);
    }

    // R12: "processed" would wait for itself. It is refused at once and nothing is sent.
    [Fact]
    public async Task Confirm_InsideACallback_ProcessedIsRefused()
    {
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "a");
        var inside = new TaskCompletionSource<BroadcastOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        RingMember second = null!;
        second = await JoinAsync(nodes[1], "b", handler => handler.WhenMessage = async message =>
        {
            if (message.From == first.Id)
            {
                await Task.Yield();
                inside.SetResult(await second.TryConfirmAsync(ConfirmLevel.ProcessedByAll));
            }

            return HandlerReply.Ok;
        });

        await first.PublishAsync();
        var expected = new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.ReentrantConfirm);
        Assert.Equal(expected, await inside.Task.WithinAsync("it is refused"));
        await second.ConfirmAsync(ConfirmLevel.ProcessedByAll);
        Assert.Single(first.Handler.MessagesOf(second.Id));
    }

    // R12, R1: every member confirms from inside its callback at the same time, and nobody waits for ever.
    [Fact]
    public async Task Confirm_InsideEveryCallback_NobodyWaitsForEver()
    {
        var nodes = await StartAsync("a", "b", "c");
        var done = new Observed(static () => "some answers are missing");
        var answers = new List<BroadcastOutcome>();
        var members = new List<RingMember>();
        foreach (var node in nodes)
        {
            RingMember member = null!;
            member = await JoinAsync(node, node.Name, handler => handler.WhenMessage = async message =>
            {
                if (Payloads.TextOf(message.Payload) == "ask")
                {
                    var outcome = await member.Group.ConfirmedBroadcastAsync(Payloads.Text("answer"));
                    done.Change(() => answers.Add(outcome));
                }

                return HandlerReply.Ok;
            });
            members.Add(member);
        }

        await AllKnowAsync([.. members]);
        Assert.True((await members[0].Group.BroadcastAsync(Payloads.Text("ask"))).IsOk);
        await done.UntilAsync("all members have their answers proved", () => answers.Count == members.Count);
        Assert.All(answers, static outcome => Assert.True(outcome.IsOk, $"{outcome}"));
    }

    // gm T8: whoever becomes alone has its confirms answered. The other is killed while it holds the message up.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.KillNode)]
    public async Task Confirm_AllOthersDie_IsOk()
    {
        var members = await StartRingAsync("a", "b");
        await Fixture.CutAsync(members[0].Node, members[1].Node);
        var received = members[0].TryConfirmAsync();
        await Fixture.KillNodeAsync(members[1].Node);
        Assert.Equal(BroadcastOutcome.Ok, await received);
        await members[0].ConfirmAsync(ConfirmLevel.ProcessedByAll);
        await AssertSettledAsync(members[0]);
    }

    // R12: a stopped member counts as gone.
    [Fact]
    public async Task Confirm_TheSlowMemberStops_ProcessedIsOk()
    {
        using var gate = new Gate();
        var nodes = await StartAsync("a", "b", "c");
        var sender = await JoinAsync(nodes[0], "a");
        var other = await JoinAsync(nodes[1], "b");
        await JoinAsync(nodes[2], "c", handler => handler.WhenMessage = async _ =>
        {
            await gate.PassAsync();
            return HandlerReply.Stop("enough");
        });

        var processed = sender.TryConfirmAsync(ConfirmLevel.ProcessedByAll);
        await gate.ReachedAsync();
        gate.Open();
        Assert.Equal(BroadcastOutcome.Ok, await processed);
        await AllReceiveAsync(sender, 1, sender, other);
    }

    // R12: a joiner's base counts as processed; it was not there when the message was published.
    [Fact]
    public async Task Confirm_JoinerAfterPublication_DoesNotHoldItUp()
    {
        using var gate = new Gate();
        var nodes = await StartAsync("a", "b", "c");
        var sender = await JoinAsync(nodes[0], "a");
        await JoinAsync(nodes[1], "b", handler => handler.WhenMessage = async _ =>
        {
            await gate.PassAsync();
            return HandlerReply.Ok;
        });
        var processed = sender.TryConfirmAsync(ConfirmLevel.ProcessedByAll);
        await gate.ReachedAsync();
        var joiner = await JoinAsync(nodes[2], "c");

        gate.Open();
        Assert.Equal(BroadcastOutcome.Ok, await processed);
        await sender.ConfirmAsync(ConfirmLevel.ProcessedByAll);
        await joiner.Handler.ReceivesAsync(sender.Id, 2);
    }

    // R12, MaxPendingConfirms: too many are refused and not sent.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Confirm_TooManyPending_IsOverloaded()
    {
        var members = await StartRingAsync(static options => options.Multicast.MaxPendingConfirms = 2, "a", "b");
        await Fixture.CutAsync(members[1].Node, members[0].Node);
        var first = members[0].TryConfirmAsync();
        var second = members[0].Group.ConfirmedBroadcastAsync(Payloads.Numbered(2)).AsTask();
        var third = await members[0].Group.ConfirmedBroadcastAsync(Payloads.Text("third")).WithinAsync("it is refused");
        Assert.Equal(new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.Overloaded), third);

        await Fixture.HealAsync(members[0].Node, members[1].Node);
        Assert.True((await first).IsOk);
        Assert.True((await second.WithinAsync("it is proved")).IsOk);
        await AllReceiveAsync(members[0], 2, members);
        Assert.Equal(2, members[1].Handler.Messages.Length);
    }

    // BroadcastOutcome.ThrowIfNotOk on what callers really get.
    [Fact]
    public async Task Outcome_OfATerminatedMember_SaysWhatIsCertain()
    {
        var members = await StartRingAsync("a", "b");
        await members[0].LeaveAsync();
        var plain = await members[0].TryPublishAsync();
        var confirmed = await members[0].TryConfirmAsync();

        var expected = new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.Terminated);
        Assert.Equal(expected, plain);
        Assert.Equal(expected, confirmed);
        Assert.Equal(GroupErrorCode.Terminated, Assert.Throws<GroupException>(plain.ThrowIfNotOk).Code);
        await DrainAsync();
        Assert.Empty(members[1].Handler.Messages);
    }
}
