namespace Orleans.Groups.Conformance;

/// <summary>Joining a ring: who is told what, and from where on messages are delivered.</summary>
public abstract class JoiningConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // ★ join_leave
    [Fact]
    public async Task JoinLeave_TwoMembers_AreToldExactlyWhatHappened()
    {
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "a");
        Assert.Equal([first.Id], first.Handler.Joined.Members);

        var second = await JoinAsync(nodes[1], "b");
        Assert.Equal([first.Id, second.Id], second.Handler.Joined.Members);
        await first.Handler.KnowsAsync(first.Id, second.Id);

        Assert.Equal(TerminationReason.Left, (await first.LeaveAsync()).Reason);
        await second.Handler.KnowsAsync(second.Id);
        Assert.Equal(TerminationReason.Left, (await second.LeaveAsync()).Reason);
        await DrainAsync();

        // No stray callback: this is all that either was told.
        Assert.Collection(
            first.Handler.Events,
            told => Assert.IsType<RingEvent.Joined>(told),
            told => Assert.Equal([second.Id], Assert.IsType<RingEvent.Changed>(told).Value.Births),
            told => Assert.Equal(TerminationReason.Left, Assert.IsType<RingEvent.Terminated>(told).Value.Reason));
        Assert.Collection(
            second.Handler.Events,
            told => Assert.IsType<RingEvent.Joined>(told),
            told => Assert.Equal([first.Id], Assert.IsType<RingEvent.Changed>(told).Value.Deaths),
            told => Assert.Equal(TerminationReason.Left, Assert.IsType<RingEvent.Terminated>(told).Value.Reason));
    }

    // gm §1.5: joined comes first, before JoinAsync completes or right after; Members are in the order of joining.
    [Fact]
    public async Task Join_OneAfterTheOther_ListsMembersInTheirOrder()
    {
        var members = await StartRingAsync("c", "a", "d", "b");
        var expected = members.Select(static member => member.Id).ToArray();

        for (var index = 0; index < members.Length; index++)
        {
            Assert.Equal(expected[..(index + 1)], members[index].Handler.Joined.Members);
            Assert.Equal(expected[(index + 1)..], members[index].Handler.Births);
        }
    }

    // G6, R2: the first message delivered is base + 1, and everything published after JoinAsync returned is delivered.
    [Fact]
    public async Task Join_AfterMessages_StartsExactlyAtItsBases()
    {
        var members = await StartRingAsync("a", "b");
        await members[0].PublishManyAsync(5);
        await members[1].PublishManyAsync(3);
        await AllReceiveAllAsync(members);

        var late = await JoinAsync(await AddNodeAsync("c"), "c");
        var bases =
            late.Handler.Joined.Bases.ToDictionary(static entry => entry.Publisher, static entry => entry.Number);
        Assert.Equal(5, bases[members[0].Id]);
        Assert.Equal(3, bases[members[1].Id]);

        await members[0].PublishAsync();
        await members[1].PublishAsync();
        await AllReceiveAllAsync([.. members, late]);
        Assert.Equal([6], late.Handler.MessagesOf(members[0].Id).Select(static message => message.Number));
        Assert.Equal([4], late.Handler.MessagesOf(members[1].Id).Select(static message => message.Number));
    }

    // gm §1.6 G6: a member that was alone counts its messages, so that a joiner's base is exact.
    [Fact]
    public async Task Join_AfterMessagesOfTheOnlyMember_StartsAtItsCount()
    {
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "a");
        await first.PublishManyAsync(7);

        var second = await JoinAsync(nodes[1], "b");
        Assert.Equal(7, second.Handler.Joined.Bases.Single(entry => entry.Publisher == first.Id).Number);
        await first.PublishAsync();
        await second.Handler.ReceivesAsync(first.Id, 8);
        Assert.Single(second.Handler.Messages);
    }

    // ★ gm_qc, ★ eager_sync (sync): every message sent after a member joined reaches it; R2.
    [Fact]
    public async Task Join_DuringTraffic_GetsEverythingAfterItReturned()
    {
        var members = await StartRingAsync("a", "b");
        using var stop = new CancellationTokenSource();
        var traffic = members.Select(member => PublishUntilAsync(member, stop.Token)).ToArray();

        var joined = new List<(RingMember Member, long[] Accepted)>();
        for (var index = 0; index < 5; index++)
        {
            var node = await AddNodeAsync($"late{index}");
            var late = await JoinAsync(node, $"late{index}");
            joined.Add((late, [.. members.Select(static member => member.Published)]));
        }

        await stop.CancelAsync();
        await Task.WhenAll(traffic).WithinAsync("the senders stop");
        foreach (var (late, accepted) in joined)
        {
            for (var sender = 0; sender < members.Length; sender++)
            {
                await late.Handler.ReceivesAsync(members[sender].Id, members[sender].Published);
                var first =
                    late.Handler.Joined.Bases.FirstOrDefault(entry => entry.Publisher == members[sender].Id).Number;
                Assert.True(
                    first <= accepted[sender] + 1,
                    $"{late.Id} starts at {first}, and had joined at {accepted[sender]}");
            }
        }
    }

    // gm.md "To add": 100 concurrent joins; S13.
    [Fact]
    public async Task Join_HundredAtOnce_AllEndUpInOneRing()
    {
        var nodes = await StartAsync("a", "b", "c");
        var joins = Enumerable.Range(0, 100).Select(index => JoinAsync(nodes[index % nodes.Length], $"m{index}"));
        var members = await Task.WhenAll(joins).WithinAsync("all have joined");

        await AssertSettledAsync(members);
        await members[0].ConfirmAsync();
        await members[99].ConfirmAsync(ConfirmLevel.ProcessedByAll);
        await AllReceiveAllAsync(members[0], members[50], members[99]);
    }

    // gm.md "To add": two members of one node in one ring.
    [Fact]
    public async Task Join_TwiceOnOneNode_MakesTwoMembers()
    {
        var nodes = await StartAsync("a", "b");
        var one = await JoinAsync(nodes[0], "one");
        var two = await JoinAsync(nodes[0], "two");
        var other = await JoinAsync(nodes[1], "other");
        Assert.NotEqual(one.Id, two.Id);
        Assert.Equal(one.Id.Node, two.Id.Node);

        await one.PublishManyAsync(3);
        await two.PublishManyAsync(3);
        await other.PublishManyAsync(3);
        await AllReceiveAllAsync(one, two, other);

        await two.LeaveAsync();
        await AssertSettledAsync(one, other);
    }

    // gm §1.1 E5: an identity is never used again.
    [Fact]
    public async Task Join_AfterLeaving_IsANewMember()
    {
        var members = await StartRingAsync("a", "b");
        await members[1].PublishManyAsync(3);
        await members[1].LeaveAsync();

        var again = await JoinAsync(members[1].Node, "b");
        Assert.NotEqual(members[1].Id, again.Id);
        await AssertSettledAsync(members[0], again);
        await again.PublishAsync();
        await members[0].Handler.ReceivesAsync(again.Id, 1);
        Assert.Equal([members[1].Id], members[0].Handler.Deaths);
    }

    // IMulticast: groups do not mix.
    [Fact]
    public async Task Join_TwoGroups_DoNotMix()
    {
        var nodes = await StartAsync("a", "b");
        var left = await JoinAsync(nodes[0], "left", "a");
        var right = await JoinAsync(nodes[1], "right", "b");

        await left.ConfirmAsync();
        await right.ConfirmAsync();
        await DrainAsync();
        Assert.Equal([left.Id], left.Handler.Messages.Select(static message => message.From));
        Assert.Equal([right.Id], right.Handler.Messages.Select(static message => message.From));
    }

    // MulticastJoinOptions
    [Fact]
    public async Task Join_WithAndWithoutName_IsLabelled()
    {
        var nodes = await StartAsync("a");
        var named = await JoinAsync(nodes[0], "label");
        var unnamed = await nodes[0].Multicast.JoinAsync(Ring, NewHandler("unnamed")).WithinAsync("it joins");

        Assert.Equal("label", named.Id.Name);
        Assert.Equal(Ring.Value, unnamed.Self.Name);
        Assert.Equal(Ring, unnamed.Group);
        Assert.Equal(nodes[0].Id, unnamed.Self.Node);
        Assert.Equal(nodes[0].Id, nodes[0].Multicast.Node);
    }

    // style §3: caller misuse throws before any effect.
    [Fact]
    public async Task Join_WithoutGroupOrHandler_IsRefused()
    {
        var nodes = await StartAsync("a");
        await Assert.ThrowsAnyAsync<ArgumentException>(() => nodes[0].Multicast.JoinAsync(default, NewHandler("a")));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => nodes[0].Multicast.JoinAsync(Ring, null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => nodes[0].Multicast.ForgetAsync(default));
    }

    // MulticastOptions.MaxMembers
    [Fact]
    public async Task Join_FullRing_IsRefusedUntilSomebodyLeaves()
    {
        var nodes = await StartAsync(static options => options.Multicast.MaxMembers = 2, "a", "b");
        var first = await JoinAsync(nodes[0], "first");
        var second = await JoinAsync(nodes[1], "second");

        var refused = await Assert.ThrowsAsync<GroupLimitException>(() =>
            nodes[1].Multicast.JoinAsync(Ring, new RecordingHandler("third"))).WithinAsync("the third is refused");
        Assert.Equal(nameof(MulticastOptions.MaxMembers), refused.Limit);
        await AssertSettledAsync(first, second);

        await second.LeaveAsync();
        await first.Handler.KnowsAsync(first.Id);
        var third = await JoinAsync(nodes[1], "third");
        await AssertSettledAsync(first, third);
    }

    // MulticastOptions.MaxLocalMembers
    [Fact]
    public async Task Join_FullNode_IsRefusedUntilAMemberEnds()
    {
        var nodes = await StartAsync(static options => options.Multicast.MaxLocalMembers = 1, "a", "b");
        var first = await JoinAsync(nodes[0], "first");

        var refused = await Assert.ThrowsAsync<GroupLimitException>(() =>
            nodes[0].Multicast.JoinAsync("other", new RecordingHandler("second"))).WithinAsync("the second is refused");
        Assert.Equal(nameof(MulticastOptions.MaxLocalMembers), refused.Limit);

        await JoinAsync(nodes[1], "elsewhere");
        await first.LeaveAsync();
        await JoinAsync(nodes[0], "other", "third");
    }

    // gm §1.5: the group is there for publishing from the very first callback.
    [Fact]
    public async Task Joined_PublishingInIt_ReachesAll()
    {
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "a");
        var second = await JoinAsync(nodes[1], "b", static handler => handler.WhenJoined = static async joined =>
        {
            Assert.Equal(BroadcastOutcome.Ok, await joined.Group.BroadcastAsync(Payloads.Numbered(1)));
            return HandlerReply.Ok;
        });

        await AllReceiveAsync(second, 1, first, second);
    }
}
