namespace Orleans.Groups.Conformance;

/// <summary>Leaving, shutting a ring down, and forgetting it. R13.</summary>
public abstract class LeavingConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // GD8, S10: leave right after broadcast loses nothing.
    [Fact]
    public async Task Leave_RightAfterBroadcasts_LosesNothing()
    {
        var members = await StartRingAsync("a", "b", "c");
        await members[0].PublishManyAsync(200);
        var end = await members[0].LeaveAsync();
        Assert.Equal((TerminationReason.Left, 0L), (end.Reason, end.Unsettled));

        await AssertSettledAsync(members[1], members[2]);
        await AllReceiveAsync(members[0], 200, members[1], members[2]);
    }

    // GD8: all at once, each with messages under way.
    [Fact]
    public async Task Leave_AllAtOnce_EveryoneDrains()
    {
        var members = await StartRingAsync("a", "b", "c", "d");
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(50)));
        var ends = await Task.WhenAll(members.Select(static member => member.LeaveAsync()))
            .WithinAsync("all have left");
        Assert.All(ends, static end => Assert.Equal((TerminationReason.Left, 0L), (end.Reason, end.Unsettled)));

        var again = await JoinAsync(members[2].Node, "again");
        Assert.Equal([again.Id], again.Handler.Joined.Members);
        await AssertSettledAsync(again);
    }

    // S12, S10: leave is idempotent, and disposing is leaving.
    [Fact]
    public async Task Leave_TwiceAndDispose_AnswerTheSame()
    {
        var members = await StartRingAsync("a", "b");
        var first = members[0].Group.LeaveAsync();
        var second = members[0].Group.LeaveAsync();
        var end = await first.WithinAsync("it leaves");
        Assert.Equal(end, await second.WithinAsync("it leaves"));
        Assert.Equal(end, await members[0].LeaveAsync());
        Assert.Equal(end, await members[0].EndsAsync());
        await members[0].Group.DisposeAsync().AsTask().WithinAsync("it is disposed");
        Assert.Single(members[0].Handler.Events.OfType<RingEvent.Terminated>());
        Assert.Equal(MulticastPhase.Terminated, members[0].Status.Phase);

        await members[1].Group.DisposeAsync().AsTask().WithinAsync("it is disposed");
        Assert.Equal(TerminationReason.Left, (await members[1].EndsAsync()).Reason);
    }

    // R13: from inside a callback leaving does not wait for its end.
    [Fact]
    public async Task Leave_InsideACallback_DoesNotWaitForItself()
    {
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "a");
        RingMember second = null!;
        second = await JoinAsync(nodes[1], "b", handler => handler.WhenMessage = async _ =>
        {
            await second.Group.LeaveAsync();
            return HandlerReply.Ok;
        });

        await first.PublishAsync();
        Assert.Equal(TerminationReason.Left, (await second.EndsAsync()).Reason);
        await AssertSettledAsync(first);
    }

    // R13: new broadcasts are refused while it drains.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Leave_WhileItDrains_RefusesBroadcasts()
    {
        var members = await StartRingAsync("a", "b");
        await Fixture.CutAsync(members[1].Node, members[0].Node);
        await members[0].PublishManyAsync(3);
        var leaving = members[0].Group.LeaveAsync();
        var expected = new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.Leaving);
        Assert.Equal(expected, await members[0].TryPublishAsync());
        Assert.Equal(expected, await members[0].TryConfirmAsync());
        Assert.Equal(MulticastPhase.Leaving, members[0].Status.Phase);
        Assert.False(leaving.IsCompleted);

        await Fixture.HealAsync(members[0].Node, members[1].Node);
        Assert.Equal(TerminationReason.Left, (await leaving.WithinAsync("it leaves")).Reason);
        await members[1].Handler.ReceivesAsync(members[0].Id, 3);
        await AssertSettledAsync(members[1]);
    }

    // R13: confirms that are under way when it leaves are answered by the draining.
    [Fact]
    public async Task Leave_WithConfirmsUnderWay_ProvesThem()
    {
        var members = await StartRingAsync("a", "b", "c");
        var confirms = Enumerable.Range(1, 50).Select(number =>
            members[0].Group.ConfirmedBroadcastAsync(Payloads.Numbered(number)).AsTask()).ToArray();
        await members[0].LeaveAsync();
        Assert.All(
            await Task.WhenAll(confirms).WithinAsync("they are answered"),
            static outcome => Assert.Equal(BroadcastOutcome.Ok, outcome));
        await AllReceiveAsync(members[0], 50, members[1], members[2]);
    }

    // GD10, R13: draining ends at its time limit, and says so.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Leave_CannotDrainInTime_SaysWhatIsUnsettled()
    {
        var members = await StartRingAsync(
            static options => options.Multicast.LeaveTimeout = TimeSpan.FromMilliseconds(200), "a", "b");
        await Fixture.CutAsync(members[1].Node, members[0].Node);
        await members[0].PublishManyAsync(3);
        var confirmed = members[0].Group.ConfirmedBroadcastAsync(Payloads.Numbered(4)).AsTask();
        var end = await members[0].LeaveAsync();
        Assert.Equal((TerminationReason.LeftUndrained, 4L), (end.Reason, end.Unsettled));
        Assert.Equal(BroadcastStatus.Unknown, (await confirmed.WithinAsync("it is answered")).Status);

        await Fixture.HealAsync(members[0].Node, members[1].Node);
        await AssertSettledAsync(members[1]);
    }

    // IMulticastGroup.LeaveAsync: cancelling ends the wait, not the leaving.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Leave_Cancelled_LeavesAllTheSame()
    {
        var members = await StartRingAsync("a", "b");
        await Fixture.CutAsync(members[1].Node, members[0].Node);
        await members[0].PublishAsync();
        using var cancel = new CancellationTokenSource();
        var leaving = members[0].Group.LeaveAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving).WithinAsync("the wait ends");

        await Fixture.HealAsync(members[0].Node, members[1].Node);
        Assert.Equal(TerminationReason.Left, (await members[0].EndsAsync()).Reason);
        await AssertSettledAsync(members[1]);
    }

    // Completion: after the last callback, and it never faults.
    [Fact]
    public async Task Completion_Always_ComesAfterTheLastCallback()
    {
        using var gate = new Gate();
        var nodes = await StartAsync("a");
        var member = await JoinAsync(nodes[0], "a", handler => handler.WhenTerminated = async _ =>
        {
            await gate.PassAsync();
            throw new InvalidOperationException("A handler that fails at the very end.");
        });

        var leaving = member.Group.LeaveAsync();
        await gate.ReachedAsync();
        Assert.False(member.Group.Completion.IsCompleted);
        gate.Open();
        Assert.Equal(TerminationReason.Left, (await member.EndsAsync()).Reason);
        await leaving.WithinAsync("it leaves");
    }

    // R13: one verb for the whole ring; nobody reports deaths.
    [Fact]
    public async Task ShutDownGroup_OfThree_EndsAllWithoutDeaths()
    {
        var members = await StartRingAsync("a", "b", "c");
        await members[0].ConfirmAsync();
        var end = await members[1].Group.ShutDownGroupAsync().WithinAsync("the ring ends");
        Assert.Equal(TerminationReason.GroupShutDown, end.Reason);
        foreach (var member in members)
        {
            Assert.Equal(TerminationReason.GroupShutDown, (await member.EndsAsync()).Reason);
            Assert.Empty(member.Handler.Deaths);
        }

        var again = await JoinAsync(members[0].Node, "again");
        Assert.Equal([again.Id], again.Handler.Joined.Members);
        await AssertSettledAsync(again);
    }

    // GD11, S11: a group is forgotten under living members.
    [Fact]
    public async Task Forget_WithLivingMembers_EndsThem()
    {
        var members = await StartRingAsync("a", "b");
        var outside = await AddNodeAsync("c");
        await outside.Multicast.JoinAsync("elsewhere", new RecordingHandler("c")) // The store has been asked before.
            .WithinAsync("it joins elsewhere");
        Assert.True(await outside.Multicast.ForgetAsync(Ring).WithinAsync("it is forgotten"));
        foreach (var member in members)
        {
            Assert.Equal(TerminationReason.Forgotten, (await member.EndsAsync()).Reason);
            Assert.Empty(member.Handler.Deaths);
        }

        var again = await JoinAsync(outside, "again");
        Assert.Equal([again.Id], again.Handler.Joined.Members);
        await again.ConfirmAsync();
    }

    // gm T14
    [Fact]
    public async Task Forget_UnknownGroup_IsFalse()
    {
        var nodes = await StartAsync("a");
        var member = await JoinAsync(nodes[0], "a");
        Assert.False(await nodes[0].Multicast.ForgetAsync("nobody").WithinAsync("it is looked up"));
        await member.ConfirmAsync();
    }

    // ★ down_in_members_change: the record vanishes while a member is busy with the death of its neighbour.
    [Fact]
    public async Task Forget_WhileADeathIsHandled_EndsWithAReason()
    {
        using var gate = new Gate();
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "a", handler => handler.WhenChanged = async change =>
        {
            if (change.Deaths.Length > 0)
            {
                await gate.PassAsync();
            }

            return HandlerReply.Ok;
        });
        var second = await JoinAsync(nodes[1], "b");
        await second.LeaveAsync();
        await gate.ReachedAsync();
        Assert.True(await nodes[1].Multicast.ForgetAsync(Ring).WithinAsync("it is forgotten"));
        gate.Open();
        Assert.Equal(TerminationReason.Forgotten, (await first.EndsAsync()).Reason);
    }

    // gm_qc: no leaked member and no stray message, whatever came and went.
    [Fact]
    public async Task Leave_AfterEverything_LeavesNothingBehind()
    {
        var members = await StartRingAsync("a", "b", "c");
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(20)));
        await Task.WhenAll(members.Select(static member => member.LeaveAsync()));
        await DrainAsync();
        var told = members.Select(static member => member.Handler.Events.Length).ToArray();

        var again = await JoinAsync(members[0].Node, "again");
        await again.ConfirmAsync();
        await DrainAsync();
        Assert.Equal(told, members.Select(static member => member.Handler.Events.Length));
        Assert.All(members, static member => Assert.Equal(MulticastPhase.Terminated, member.Status.Phase));
        Assert.All(members, static member => Assert.IsType<RingEvent.Terminated>(member.Handler.Events[^1]));
    }

    // ★ simple_ha, rapid redeclare: a ring ends and is founded again at once, by somebody else each time.
    [Fact]
    public async Task ShutDownGroup_ThenFoundedAtOnce_AgainAndAgain()
    {
        var nodes = await StartAsync("a", "b");
        for (var round = 0; round < 15; round++)
        {
            var first = await JoinAsync(nodes[round % 2], $"first{round}");
            var second = await JoinAsync(nodes[(round + 1) % 2], $"second{round}");
            Assert.Equal([first.Id, second.Id], second.Handler.Joined.Members);
            await second.ConfirmAsync();
            await second.Group.ShutDownGroupAsync().WithinAsync("the ring ends");
            if (round % 2 == 0)
            {
                await first.EndsAsync();
            }
        }
    }
}
