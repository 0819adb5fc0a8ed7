namespace Orleans.Groups.Conformance;

/// <summary>What arrives, in which order, and how large it may be, while nothing fails.</summary>
public abstract class DeliveryConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // ★ broadcast
    [Fact]
    public async Task Broadcast_OneMessage_IsDeliveredOnceToEveryMember()
    {
        var members = await StartRingAsync("a", "b");
        var text = Payloads.Text("hello");
        Assert.Equal(BroadcastOutcome.Ok, await members[0].Group.BroadcastAsync(text).WithinAsync("it is accepted"));
        await AllReceiveAsync(members[0], 1, members);
        await DrainAsync();

        foreach (var member in members)
        {
            var message = Assert.Single(member.Handler.Messages);
            Assert.Equal((members[0].Id, 1), (message.From, message.Number));
            Assert.Equal(text, message.Payload.ToArray());
        }
    }

    // gm T9: a member that is alone gets its own messages.
    [Fact]
    public async Task Broadcast_OnlyMember_GetsItsOwnMessages()
    {
        var members = await StartRingAsync("a");
        await members[0].PublishManyAsync(100);
        await members[0].Handler.ReceivesAsync(members[0].Id, 100);
        Assert.Equal(100, members[0].Handler.Messages.Length);
    }

    // ★ receive_in_order: two publishers with 1000 messages each, interleaved; all four streams in order and complete.
    [Fact]
    public async Task Broadcast_TwoSendersInterleaved_ArrivesInOrderEverywhere()
    {
        const int count = 1000;
        var members = await StartRingAsync("a", "b");
        for (var index = 0; index < count; index++)
        {
            await members[0].PublishAsync();
            await members[1].PublishAsync();
        }

        await AllReceiveAllAsync(members);
        var expected = Enumerable.Range(1, count).Select(static number => (long)number).ToArray();
        foreach (var receiver in members)
        {
            Assert.Equal(expected, receiver.Handler.MessagesOf(members[0].Id).Select(static message => message.Number));
            Assert.Equal(expected, receiver.Handler.MessagesOf(members[1].Id).Select(static message => message.Number));
        }
    }

    // G1, G2 with more members than a ring usually has; everybody publishes at once.
    [Fact]
    public async Task Broadcast_EightSendersAtOnce_ArrivesInOrderEverywhere()
    {
        var members = await StartRingAsync("a", "b", "c", "d", "e", "f", "g", "h");
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(200, 100)));

        await AllReceiveAllAsync(members);
        await DrainAsync();
        Assert.All(members, member => Assert.Equal(8 * 200, member.Handler.Messages.Length));
        Assert.All(
            members,
            static member => Assert.Equal((200, 8 * 200), (member.Status.Published, member.Status.Delivered)));
    }

    // I8: with nothing under way nothing is kept.
    [Fact]
    public async Task Broadcast_AfterQuiescence_LeavesNothingPending()
    {
        var members = await StartRingAsync("a", "b", "c");
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(50, 1000)));
        await AllReceiveAllAsync(members);
        await DrainAsync();

        foreach (var status in members.Select(static member => member.Status))
        {
            Assert.Equal((0, 0, 0), (status.PendingBytes, status.UnprocessedBytes, status.QueuedDeliveries));
            Assert.All(status.Members, static member => Assert.Equal(0, member.PendingPublications));
        }
    }

    // Many callers of one member: each gets a number of its own, and all of one caller stay in its order.
    [Fact]
    public async Task Broadcast_ManyCallersOfOneMember_EachCallersOrderIsKept()
    {
        const int callers = 8;
        const int count = 100;
        var members = await StartRingAsync("a", "b");
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            for (var index = 0; index < count; index++)
            {
                Assert.Equal(
                    BroadcastOutcome.Ok,
                    await members[0].Group.BroadcastAsync(Payloads.Text($"{caller} {index}")));
            }
        })).WithinAsync("all is accepted");
        await members[1].Handler.ReceivesAsync(members[0].Id, callers * count);

        var next = new int[callers];
        foreach (var message in members[1].Handler.Messages)
        {
            var words = Payloads.TextOf(message.Payload).Split(' ');
            Assert.Equal(next[int.Parse(words[0])]++, int.Parse(words[1]));
        }
    }

    // design §4: payloads of 0 bytes up to the limit.
    [Fact]
    public async Task Broadcast_EmptyAndLargestPayload_Arrive()
    {
        const int limit = 100_000;
        var members = await StartRingAsync(static options => options.Multicast.MaxPayloadBytes = limit, "a", "b", "c");
        Assert.Equal(BroadcastOutcome.Ok, await members[0].Group.BroadcastAsync(default).WithinAsync("it is accepted"));
        var largest = Payloads.Numbered(2, limit);
        Assert.Equal(
            BroadcastOutcome.Ok,
            await members[0].Group.ConfirmedBroadcastAsync(largest).WithinAsync("it is proved"));

        await AllReceiveAsync(members[0], 2, members);
        foreach (var member in members)
        {
            Assert.Equal(0, member.Handler.Messages[0].Payload.Length);
            Assert.Equal(largest, member.Handler.Messages[1].Payload.ToArray());
        }
    }

    // S14: too large is a typed error, and nothing is sent: no number is used up.
    [Fact]
    public async Task Broadcast_TooLarge_ThrowsAndSendsNothing()
    {
        const int limit = 1000;
        var members = await StartRingAsync(static options => options.Multicast.MaxPayloadBytes = limit, "a", "b");
        var tooLarge = new byte[limit + 1];
        var plain = await Assert.ThrowsAsync<PayloadTooLargeException>(
            async () => await members[0].Group.BroadcastAsync(tooLarge));
        var confirmed = await Assert.ThrowsAsync<PayloadTooLargeException>(
            async () => await members[0].Group.ConfirmedBroadcastAsync(tooLarge));
        Assert.Equal((limit + 1, limit), (plain.Bytes, plain.Limit));
        Assert.Equal((limit + 1, limit), (confirmed.Bytes, confirmed.Limit));
        Assert.Equal(GroupErrorCode.PayloadTooLarge, plain.Code);

        await members[0].ConfirmAsync();
        await AllReceiveAsync(members[0], 1, members);
        Assert.All(members, static member => Assert.Single(member.Handler.Messages));
    }

    // design §4: large payloads among small ones, in frames smaller than all of them together.
    [Fact]
    public async Task Broadcast_MixedSizes_ArriveIntact()
    {
        int[] sizes = [0, 12, 100, 1_000, 16_000, 65_000, 65_536, 70_000, 200_000, 13];
        var members =
            await StartRingAsync(static options => options.Multicast.MaxFrameBytes = 64 * 1024, "a", "b", "c");
        for (var round = 0; round < 5; round++)
        {
            foreach (var size in sizes)
            {
                await members[round % 3].PublishAsync(size);
            }
        }

        await AllReceiveAllAsync(members);
    }

    // "To add": a catch-up larger than the largest frame; S14. The ring is cut open, so that everything is still
    // pending.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Join_StateLargerThanAFrame_ArrivesInParts()
    {
        var members = await StartRingAsync(
            static options =>
            {
                options.Multicast.MaxFrameBytes = 64 * 1024;
                options.Multicast.WindowBytes = 8 * 1024 * 1024;
            },
            "a",
            "b");
        await Fixture.CutAsync(members[1].Node, members[0].Node);
        await members[0].PublishManyAsync(100, 20_000);
        await members[1].Handler.ReceivesAsync(members[0].Id, 100);

        var node = await AddNodeAsync("c");
        var joining = JoinAsync(node, "c");
        await Task.WhenAny(
            joining,
            members[0].Handler.WaitForAsync("sees a birth", static told => told is RingEvent.Changed))
            .WithinAsync("c is taken in");
        await Fixture.HealAsync(members[0].Node, members[1].Node);
        var late = await joining;

        await late.PublishManyAsync(3);
        await members[0].PublishManyAsync(3, 20_000);
        await AllReceiveAllAsync([.. members, late]);
    }

    // gm T12: the difference is reported and changes nothing.
    [Fact]
    public async Task ValidateMembers_OtherList_ReportsTheDifference()
    {
        var nodes = await StartAsync("a", "b");
        // Its reports are births of the known and deaths of the unknown, so it is not checked like others.
        var handler = new RecordingHandler("a");
        var first = new RingMember(
            nodes[0],
            await nodes[0].Multicast.JoinAsync(Ring, handler).WithinAsync("it joins"),
            handler);
        var second = await JoinAsync(nodes[1], "b");
        await handler.SeesBirthAsync(second.Id);
        var stranger = new MemberId(second.Id.Node, long.MaxValue, "stranger");

        first.Group.ValidateMembers([first.Id, stranger]);
        await handler.SeesDeathAsync(stranger);
        var report = handler.Changes[^1];
        Assert.Equal([second.Id], report.Births);
        Assert.Equal([stranger], report.Deaths);
        Assert.Equal([first.Id, second.Id], report.Members);

        first.Group.ValidateMembers([second.Id, first.Id]);
        await DrainAsync();
        Assert.Equal(2, handler.Changes.Length);
        await second.ConfirmAsync();
        Assert.Equal([first.Id, second.Id], second.Status.Members.Select(static member => member.Id));
    }

    // GetStatus
    [Fact]
    public async Task Status_OfThree_ShowsTheRing()
    {
        var members = await StartRingAsync("a", "b", "c");
        await ConvergeAsync();
        foreach (var member in members)
        {
            var status = member.Status;
            var ring = status.Members.Select(static other => other.Id).ToArray();
            var place = Array.IndexOf(ring, member.Id);
            Assert.Equal((Ring, member.Id, MulticastPhase.Member), (status.Group, status.Self, status.Phase));
            Assert.Equal(ring[(place + 1) % 3], status.RightNeighbour);
            Assert.Equal(ring[(place + 2) % 3], status.LeftNeighbour);
            Assert.NotEmpty(status.Epoch);
            Assert.True(status.ViewVersion >= 3);
        }
    }
}
