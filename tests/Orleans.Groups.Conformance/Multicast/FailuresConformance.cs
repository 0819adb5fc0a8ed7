namespace Orleans.Groups.Conformance;

/// <summary>Members and nodes that die: survivors are told, lose nothing, and agree.</summary>
public abstract class FailuresConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // ★ member_death: no traffic is needed; S15, "idle death notice".
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task Death_OfAnIdleMember_IsToldWithoutTraffic()
    {
        var members = await StartRingAsync("a", "b", "c");
        await Fixture.KillNodeAsync(members[2].Node);
        await members[0].Handler.KnowsAsync(members[0].Id, members[1].Id);
        await members[1].Handler.KnowsAsync(members[0].Id, members[1].Id);
        await DrainAsync();

        Assert.Equal([members[2].Id], members[0].Handler.Deaths);
        Assert.Equal([members[2].Id], members[1].Handler.Deaths);
        Assert.Empty(members[0].Handler.Messages);
        await AssertSettledAsync(members[0], members[1]);
    }

    // GD1, R9: the idle 5-ring in which the original tells only 1 of 4 survivors. Whichever place dies, all are told.
    [Theory]
    [Needs(FixtureCapabilities.KillNode)]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Death_InAnIdleRingOfFive_IsToldToAllSurvivors(int victim)
    {
        var members = await StartRingAsync("a", "b", "c", "d", "e");
        await Fixture.KillNodeAsync(members[victim].Node);
        var survivors = members.Where((_, index) => index != victim).ToArray();
        await AssertSettledAsync(survivors);
        Assert.All(survivors, survivor => Assert.Equal([members[victim].Id], survivor.Handler.Deaths));
    }

    // ★ many_node_ha: a node in the middle is killed under load; what the living send is complete at all the living.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task Death_OfAnIntermediateMemberUnderLoad_LosesNothingOfTheLiving()
    {
        var members = await StartRingAsync("a", "b", "c", "d", "e");
        using var stop = new CancellationTokenSource();
        RingMember[] living = [members[0], members[1], members[3], members[4]];
        var traffic = living.Select(member => PublishUntilAsync(member, stop.Token)).ToArray();

        await members[2].Handler.ReceivesAsync(members[0].Id, 100);
        await Fixture.KillNodeAsync(members[2].Node);
        await members[0].Handler.SeesDeathAsync(members[2].Id);
        await members[0].Handler.ReceivesAsync(members[4].Id, members[4].Published + 50);
        await stop.CancelAsync();
        await Task.WhenAll(traffic).WithinAsync("the senders stop");

        await AllReceiveAllAsync(living);
        await AssertSettledAsync(living);
    }

    // G2 agreement, G5: whatever the dead sender left, all survivors have the same of it, and then its death.
    [Theory]
    [Needs(FixtureCapabilities.KillNode)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Death_OfASender_LeavesSurvivorsInAgreement(int seed)
    {
        var members = await StartRingAsync("a", "b", "c", "d");
        var sending = members[0].Group;
        var traffic = Task.Run(async () =>
        {
            for (var number = 1; (await sending.BroadcastAsync(Payloads.Numbered(number, 100 * seed))).IsOk; number++)
            {
            }
        });

        await members[3].Handler.ReceivesAsync(members[0].Id, 100 * seed);
        await Fixture.KillNodeAsync(members[0].Node);
        await IgnoreEndAsync(traffic);
        RingMember[] survivors = [members[1], members[2], members[3]];
        await AssertSettledAsync(survivors);

        var last = survivors.Select(survivor => survivor.Handler.Last[members[0].Id]).ToArray();
        Assert.True(last[0] >= 100 * seed);
        Assert.Equal([last[0], last[0], last[0]], last);
    }

    // W1: an heir of an heir; two neighbours at once, and all but one at once.
    [Theory]
    [Needs(FixtureCapabilities.KillNode)]
    [InlineData(new[] { 1, 2 })]
    [InlineData(new[] { 0, 4 })]
    [InlineData(new[] { 0, 2, 4 })]
    [InlineData(new[] { 0, 1, 2, 3 })]
    public async Task Death_OfSeveralAtOnce_LeavesTheOthersInOrder(int[] victims)
    {
        var members = await StartRingAsync("a", "b", "c", "d", "e");
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(20)));
        foreach (var victim in victims)
        {
            await Fixture.KillNodeAsync(members[victim].Node);
        }

        var survivors = members.Where((_, index) => !victims.Contains(index)).ToArray();
        await AssertSettledAsync(survivors);
        foreach (var survivor in survivors)
        {
            Assert.Equal(victims.Select(victim => members[victim].Id).Order(), survivor.Handler.Deaths.Order());
            await survivor.PublishManyAsync(5);
            await survivor.ConfirmAsync();
        }

        await AllReceiveAllAsync(survivors);
        foreach (var victim in victims.Select(victim => members[victim].Id))
        {
            Assert.Single(survivors.Select(survivor => survivor.Handler.Last[victim]).Distinct());
        }
    }

    // gm T8, R11, S6: from two to one and back; the first message after one-to-two breaks when marks are wrong.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task Death_LeavingOneMember_RingGoesOnAndGrowsAgain()
    {
        var members = await StartRingAsync("a", "b");
        var survivor = members[0];
        for (var round = 0; round < 4; round++)
        {
            var other = round == 0 ? members[1] : await JoinAsync(await AddNodeAsync("b"), "b");
            await survivor.PublishManyAsync(3);
            await other.PublishManyAsync(3);
            await AllReceiveAllAsync(survivor, other);
            await Fixture.KillNodeAsync(other.Node);
            await AssertSettledAsync(survivor);
            await survivor.PublishManyAsync(2);
            await survivor.ConfirmAsync();
        }

        await survivor.Handler.ReceivesAsync(survivor.Id, survivor.Published);
        Assert.Equal(4, survivor.Handler.Deaths.Length);
    }

    // GD2: a rolling restart leaves no dead item in the record, although heirs die before acks return.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task RollingRestart_UnderLoad_LeavesNoDeadMember()
    {
        var members = (await StartRingAsync("a", "b", "c")).ToList();
        for (var round = 0; round < 6; round++)
        {
            await Task.WhenAll(members.Select(static member => member.PublishManyAsync(10)));
            var victim = members[0];
            members.RemoveAt(0);
            await Fixture.KillNodeAsync(victim.Node);
            members.Add(await JoinAsync(await AddNodeAsync(victim.Node.Name), victim.Node.Name));
        }

        await AssertSettledAsync([.. members]);
        foreach (var member in members)
        {
            await member.ConfirmAsync(ConfirmLevel.ProcessedByAll);
        }
    }

    // ★ dynamic_ha: the set of members is replaced wholesale, again and again.
    [Fact]
    public async Task Replacement_OfAllMembersAtOnce_KeepsTheRing()
    {
        var nodes = await StartAsync("a", "b", "c");
        var old = await Task.WhenAll(nodes.Select(node => JoinAsync(node, node.Name)));
        for (var round = 1; round <= 4; round++)
        {
            var generation = round;
            var joining = Task.WhenAll(nodes.Select(node => JoinAsync(node, $"{node.Name}{generation}")));
            await Task.WhenAll(old.Select(static member => member.PublishManyAsync(10)));
            var leaving = Task.WhenAll(old.Select(static member => member.LeaveAsync()));
            var young = await joining;
            Assert.All(
                await leaving,
                static end => Assert.Equal((TerminationReason.Left, 0L), (end.Reason, end.Unsettled)));
            await AssertSettledAsync(young);
            old = young;
        }

        await old[0].ConfirmAsync();
        await AllReceiveAllAsync(old);
    }

    // A member whose handler stops it goes at once, without its node; the others are told.
    [Fact]
    public async Task Death_OfOneMemberOfALivingNode_IsTold()
    {
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "first");
        var victim = await JoinAsync(nodes[0], "victim", static handler =>
            handler.WhenMessage = static _ => ValueTask.FromResult(HandlerReply.Stop("enough")));
        var last = await JoinAsync(nodes[1], "last");

        await last.PublishAsync();
        var end = await victim.EndsAsync();
        Assert.Equal((TerminationReason.HandlerStopped, "enough"), (end.Reason, end.Detail));
        await AssertSettledAsync(first, last);
        Assert.Equal([victim.Id], last.Handler.Deaths);
    }

    // The dead node's name comes back: another member, and nothing of the old one.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task Restart_OfANodeWithTheSameName_JoinsAsSomebodyElse()
    {
        var members = await StartRingAsync("a", "b");
        await members[1].PublishManyAsync(5);
        await AllReceiveAllAsync(members);
        await Fixture.KillNodeAsync(members[1].Node);
        var again = await JoinAsync(await AddNodeAsync("b"), "b");

        Assert.NotEqual(members[1].Id, again.Id);
        Assert.True(again.Node.Id.Replaces(members[1].Node.Id));
        await AssertSettledAsync(members[0], again);
        await again.PublishManyAsync(2);
        await AllReceiveAllAsync(members[0], again);
        Assert.Equal([1L, 2L], members[0].Handler.MessagesOf(again.Id).Select(static message => message.Number));
    }

    // StopNode: members leave in order, and what they published reaches everybody.
    [Fact]
    public async Task StopNode_RightAfterBroadcasts_LosesNothing()
    {
        var members = await StartRingAsync("a", "b", "c");
        await members[0].PublishManyAsync(100);
        await Fixture.StopNodeAsync(members[0].Node).WithinAsync("the node stops");

        var end = await members[0].EndsAsync();
        Assert.True(end.Reason is TerminationReason.Left or TerminationReason.NodeStopped, $"{end}");
        Assert.Equal(0, end.Unsettled);
        await AssertSettledAsync(members[1], members[2]);
        await AllReceiveAsync(members[0], 100, members[1], members[2]);
        var late = await Assert.ThrowsAsync<GroupException>(
            () => members[0].Node.Multicast.JoinAsync(Ring, new RecordingHandler("late")));
        Assert.Equal(GroupErrorCode.ShuttingDown, late.Code);
    }

    // From the moment in which a node begins to stop, nobody new lives there.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task StopNode_WhileAMemberDrains_MakesNoMember()
    {
        var members = await StartRingAsync("a", "b");
        var stopping = members[0].Node;
        await Fixture.CutAsync(stopping, members[1].Node);
        await members[0].PublishManyAsync(1);
        var stopped = Fixture.StopNodeAsync(stopping);
        var refused = await RefusalAsync(stopping).WithinAsync("the node begins to stop");

        Assert.Equal(GroupErrorCode.ShuttingDown, refused.Code);
        Assert.False(members[0].Group.Completion.IsCompleted, "It still drains.");
        await Fixture.HealAsync(stopping, members[1].Node);
        await stopped.WithinAsync("the node stops");
        await AllReceiveAsync(members[0], 1, members[1]);
    }

    private static async Task<GroupException> RefusalAsync(INodeFixture node)
    {
        while (true)
        {
            try
            {
                node.CreateMember("late").End();
            }
            catch (GroupException exception)
            {
                return exception;
            }

            await Task.Yield();
        }
    }
}
