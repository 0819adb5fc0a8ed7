namespace Orleans.Groups.Conformance;

/// <summary>The record store fails, is late, forgets its answer, or loses the record. R3, R6, R8, GD9.</summary>
[Needs(FixtureCapabilities.RecordFaults)]
public abstract class RecordFaultsConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // "To add", R8: the store is down, and a ring whose members do not change keeps delivering and proving.
    [Fact]
    public async Task Unavailable_RingOfThree_KeepsDelivering()
    {
        var members = await StartRingAsync("a", "b", "c");
        await Fixture.Records.SetUnavailableAsync(true);
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(50)));
        foreach (var member in members)
        {
            await member.ConfirmAsync();
            await member.ConfirmAsync(ConfirmLevel.ProcessedByAll);
        }

        await AllReceiveAllAsync(members);
        await Fixture.Records.SetUnavailableAsync(false);
        await AssertSettledAsync(members);
    }

    // A death while the store is down is settled as soon as it is back; without traffic.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task Unavailable_DeathMeanwhile_IsSettledLater()
    {
        var members = await StartRingAsync("a", "b", "c");
        await members[2].PublishManyAsync(10);
        await AllReceiveAsync(members[2], 10, members);
        await Fixture.Records.SetUnavailableAsync(true);
        await Fixture.KillNodeAsync(members[2].Node);
        var confirmed = members[0].TryConfirmAsync();
        await Fixture.Records.SetUnavailableAsync(false);

        Assert.Equal(BroadcastOutcome.Ok, await confirmed);
        await AssertSettledAsync(members[0], members[1]);
        await AllReceiveAllAsync(members[0], members[1]);
    }

    // R12: the only member cannot know that it still is, so it says unknown; and delivers its own message.
    [Fact]
    public async Task Unavailable_OnlyMember_ConfirmIsUnknown()
    {
        var members = await StartRingAsync("a");
        await Fixture.Records.SetUnavailableAsync(true);
        var outcome = await members[0].TryConfirmAsync(timeout: TimeSpan.FromMilliseconds(300));
        Assert.Equal(BroadcastStatus.Unknown, outcome.Status);
        Assert.True(outcome.Reason is BroadcastReason.RecordUnavailable or BroadcastReason.Timeout, $"{outcome}");
        await members[0].PublishAsync();
        await members[0].Handler.ReceivesAsync(members[0].Id, 2);

        await Fixture.Records.SetUnavailableAsync(false);
        await members[0].ConfirmAsync();
    }

    // Joining while the store is down: a typed error that says so.
    [Fact]
    public async Task Unavailable_Joining_FailsInTime()
    {
        var nodes = await StartAsync("a");
        await Fixture.Records.SetUnavailableAsync(true);
        var options = new MulticastJoinOptions { Timeout = TimeSpan.FromMilliseconds(300) };
        var failure = await Assert.ThrowsAsync<GroupException>(() =>
            nodes[0].Multicast.JoinAsync(Ring, new RecordingHandler("a"), options)).WithinAsync("the join fails");
        Assert.True(failure.Code is GroupErrorCode.RecordUnavailable or GroupErrorCode.Timeout, $"{failure.Code}");
        Assert.True(failure.IsTransient);
        var forgetting = await Assert.ThrowsAsync<GroupException>(() => nodes[0].Multicast.ForgetAsync(Ring))
            .WithinAsync("it fails");
        Assert.Equal(GroupErrorCode.RecordUnavailable, forgetting.Code);

        await Fixture.Records.SetUnavailableAsync(false);
        var member = await JoinAsync(nodes[0], "a");
        await AssertSettledAsync(member);
    }

    // A join that has begun when the store goes down succeeds when it is back in time.
    [Fact]
    public async Task Unavailable_ForAWhile_JoinSucceeds()
    {
        var members = await StartRingAsync("a");
        var node = await AddNodeAsync("b");
        await Fixture.Records.SetUnavailableAsync(true);
        var joining = JoinAsync(node, "b");
        await members[0].PublishManyAsync(10);
        await Fixture.Records.SetUnavailableAsync(false);
        await AssertSettledAsync(members[0], await joining);
    }

    // "To add": late answers. A join, a leave and a death wait in the store, together.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task Late_JoinLeaveAndDeath_AreSettledOnRelease()
    {
        var members = await StartRingAsync("a", "b", "c", "d");
        var node = await AddNodeAsync("e");
        await Fixture.Records.HoldAsync();
        var joining = JoinAsync(node, "e");
        var leaving = members[1].LeaveAsync();
        await Fixture.KillNodeAsync(members[2].Node);
        await members[0].PublishManyAsync(20);
        await Fixture.Records.ReleaseAsync();

        Assert.Equal(TerminationReason.Left, (await leaving).Reason);
        RingMember[] expected = [members[0], members[3], await joining];
        await AssertSettledAsync(expected);
        await members[3].Handler.ReceivesAsync(members[0].Id, 20);
        foreach (var member in expected)
        {
            await member.ConfirmAsync();
        }
    }

    // Late answers to a joiner that has given up meanwhile: no ghost is left.
    [Fact]
    public async Task Late_JoinerGaveUp_LeavesNoGhost()
    {
        var members = await StartRingAsync("a", "b");
        var node = await AddNodeAsync("c");
        await Fixture.Records.HoldAsync();
        var options = new MulticastJoinOptions { Timeout = TimeSpan.FromMilliseconds(200) };
        await Assert.ThrowsAsync<GroupException>(() =>
            node.Multicast.JoinAsync(Ring, new RecordingHandler("c"), options)).WithinAsync("the join fails");
        await Fixture.Records.ReleaseAsync();
        await members[0].ConfirmAsync();
        await DrainAsync();
        await AssertSettledAsync(members);
    }

    // "To add", R6: the reply to a committed edit is lost, on joining …
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task LostReply_OnJoining_JoinsOnce(int replies)
    {
        var members = await StartRingAsync("a", "b");
        await Fixture.Records.LoseRepliesAsync(replies);
        var third = await JoinAsync(await AddNodeAsync("c"), "c");
        await AssertSettledAsync([.. members, third]);
        await third.ConfirmAsync();
        await AllReceiveAllAsync([.. members, third]);
    }

    // … on founding …
    [Fact]
    public async Task LostReply_OnFounding_FoundsOnce()
    {
        var nodes = await StartAsync("a", "b");
        await Fixture.Records.LoseRepliesAsync(1);
        var first = await JoinAsync(nodes[0], "a");
        var second = await JoinAsync(nodes[1], "b");
        await AssertSettledAsync(first, second);
    }

    // … on a death and its erasure …
    [Theory]
    [Needs(FixtureCapabilities.KillNode)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task LostReply_OnADeath_IsSettled(int replies)
    {
        var members = await StartRingAsync("a", "b", "c");
        await members[2].PublishManyAsync(5);
        await Fixture.Records.LoseRepliesAsync(replies);
        await Fixture.KillNodeAsync(members[2].Node);
        await AssertSettledAsync(members[0], members[1]);
        await members[0].ConfirmAsync();
    }

    // … and on leaving.
    [Fact]
    public async Task LostReply_OnLeaving_Leaves()
    {
        var members = await StartRingAsync("a", "b", "c");
        await members[1].PublishManyAsync(5);
        await Fixture.Records.LoseRepliesAsync(1);
        Assert.Equal(TerminationReason.Left, (await members[1].LeaveAsync()).Reason);
        await AssertSettledAsync(members[0], members[2]);
        await AllReceiveAsync(members[1], 5, members[0], members[2]);
    }

    // "To add", R3: the record is lost under living members. A joiner finds the same ring, not a second one.
    [Fact]
    public async Task LostRecord_ThenAJoin_IsTheSameRing()
    {
        var members = await StartRingAsync("a", "b", "c");
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(10)));
        var epoch = members[0].Status.Epoch;
        await Fixture.Records.LoseRecordAsync(Ring);
        Assert.False(await Fixture.Records.ExistsAsync(Ring));

        var fourth = await JoinAsync(await AddNodeAsync("d"), "d");
        Assert.True(await Fixture.Records.ExistsAsync(Ring));
        await AssertSettledAsync([.. members, fourth]);
        Assert.NotEqual(epoch, fourth.Status.Epoch);
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(10)));
        await AllReceiveAllAsync(members);
        await fourth.Handler.ReceivesAsync(members[0].Id, 20);
        Assert.All(members, static member => Assert.Empty(member.Handler.Deaths));
    }

    // R3: agreement holds across epochs; messages are under way while the record is lost and made again.
    [Fact]
    public async Task LostRecord_UnderLoad_LosesNoMessage()
    {
        var members = await StartRingAsync("a", "b", "c");
        using var stop = new CancellationTokenSource();
        var traffic = members.Select(member => PublishUntilAsync(member, stop.Token)).ToArray();
        var all = members.ToList();
        for (var round = 0; round < 3; round++)
        {
            await members[0].Handler.ReceivesAsync(members[2].Id, 100 * (round + 1));
            await Fixture.Records.LoseRecordAsync(Ring);
            all.Add(await JoinAsync(await AddNodeAsync($"late{round}"), $"late{round}"));
        }

        await stop.CancelAsync();
        await Task.WhenAll(traffic).WithinAsync("the senders stop");
        await AllReceiveAllAsync([.. all]);
        await AssertSettledAsync([.. all]);
    }

    // R3: the record is lost, and then a member dies.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task LostRecord_ThenADeath_IsSettled()
    {
        var members = await StartRingAsync("a", "b", "c");
        await members[1].PublishManyAsync(10);
        await Fixture.Records.LoseRecordAsync(Ring);
        await Fixture.KillNodeAsync(members[1].Node);
        await AssertSettledAsync(members[0], members[2]);
        await members[0].ConfirmAsync();
        await members[2].ConfirmAsync();
        Assert.Equal(members[0].Handler.Last[members[1].Id], members[2].Handler.Last[members[1].Id]);
    }

    // R3: the record is lost, and a member leaves.
    [Fact]
    public async Task LostRecord_ThenALeave_Leaves()
    {
        var members = await StartRingAsync("a", "b", "c");
        await members[1].PublishManyAsync(10);
        await Fixture.Records.LoseRecordAsync(Ring);
        Assert.Equal(TerminationReason.Left, (await members[1].LeaveAsync()).Reason);
        await AssertSettledAsync(members[0], members[2]);
        await AllReceiveAsync(members[1], 10, members[0], members[2]);
    }

    // R3, R12: the only member asks the record and finds none: it may say unknown. A joiner finds it all the same.
    [Fact]
    public async Task LostRecord_OnlyMember_IsHonestAndIsJoined()
    {
        var members = await StartRingAsync("a");
        await Fixture.Records.LoseRecordAsync(Ring);
        var outcome = await members[0].TryConfirmAsync();
        Assert.True(outcome.IsOk || outcome.Reason == BroadcastReason.RecordUnavailable, $"{outcome}");
        var second = await JoinAsync(await AddNodeAsync("b"), "b");
        await AssertSettledAsync(members[0], second);
        await second.ConfirmAsync();
        await members[0].ConfirmAsync();
    }
}
