namespace Orleans.Groups.Conformance;

/// <summary>
/// Links that are cut while everybody lives: pauses, and members that are declared dead and are not. S4, R4, R8, H1.
/// </summary>
public abstract class PartitionsConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // "To add": a member that is suspended and not dead (a long GC pause): nothing is lost and nobody is ejected.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Pause_OfANode_DelaysAndLosesNothing()
    {
        var members = await StartRingAsync("a", "b", "c");
        foreach (var other in new[] { members[0], members[2] })
        {
            await Fixture.CutAsync(members[1].Node, other.Node);
            await Fixture.CutAsync(other.Node, members[1].Node);
        }

        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(50)));
        var confirmed = members[0].TryConfirmAsync();
        await HealAllAsync([.. members.Select(static member => member.Node)]);

        Assert.Equal(BroadcastOutcome.Ok, await confirmed);
        await AllReceiveAllAsync(members);
        await AssertSettledAsync(members);
        Assert.All(members, static member => Assert.Empty(member.Handler.Deaths));
    }

    // "To add": an asymmetric cut that nobody notices: the ring stands still, and then goes on.
    [Theory]
    [Needs(FixtureCapabilities.Cut)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    public async Task Cut_OfOneDirection_DelaysAndLosesNothing(int from, int to)
    {
        var members = await StartRingAsync("a", "b", "c");
        await Fixture.CutAsync(members[from].Node, members[to].Node);
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(20)));
        await Fixture.HealAsync(members[from].Node, members[to].Node);
        await AllReceiveAllAsync(members);
        await AssertSettledAsync(members);
    }

    // S4, R4: a false alarm in a ring of two. One of them is ejected, never both, and it may come back as a new member.
    [Theory]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FalseAlarm_InARingOfTwo_EjectsExactlyOne(bool whileCut)
    {
        var members = await StartRingAsync("a", "b");
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(10)));
        if (whileCut)
        {
            await Fixture.SplitAsync(members[0].Node, members[1].Node);
        }
        else
        {
            await Fixture.DeclareDownAsync(members[0].Node, members[1].Node);
        }

        var ended = await Task.WhenAny(members[0].EndsAsync(), members[1].EndsAsync())
            .WithinAsync("one of them is ejected");
        Assert.Equal(TerminationReason.LostMembership, (await ended).Reason);
        var survivor = members.Single(static member => !member.Group.Completion.IsCompleted);
        var ejected = members.Single(member => member != survivor);
        await Fixture.HealAsync(members[0].Node, members[1].Node);
        await AssertSettledAsync(survivor);
        Assert.Equal([ejected.Id], survivor.Handler.Deaths);

        var again = await JoinAsync(ejected.Node, "again");
        await AssertSettledAsync(survivor, again);
        await again.ConfirmAsync();
        await survivor.ConfirmAsync();
        Assert.False(survivor.Group.Completion.IsCompleted);
    }

    // "To add": ejected while alive. Its callers are told honestly, the others agree on what it left behind.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task FalseAlarm_InARingOfFour_EjectedMemberIsToldAndOthersAgree()
    {
        var members = await StartRingAsync("a", "b", "c", "d");
        await Task.WhenAll(members.Select(static member => member.PublishManyAsync(10)));
        var victim = members[1];
        foreach (var other in members.Where(member => member != victim))
        {
            await Fixture.SplitAsync(victim.Node, other.Node);
        }

        // Whoever is out, those that are left form one ring: nobody is alone beside a living ring.
        await Task.WhenAny(members.Select(static member => member.EndsAsync())).WithinAsync("somebody is ejected");
        await HealAllAsync([.. members.Select(static member => member.Node)]);
        var survivors = await SurvivorsAsync(members);
        Assert.NotEmpty(survivors);
        await AssertSettledAsync(survivors);
        foreach (var ejected in members.Except(survivors))
        {
            Assert.Equal(TerminationReason.LostMembership, (await ejected.EndsAsync()).Reason);
            Assert.IsType<RingEvent.Terminated>(ejected.Handler.Events[^1]);
            Assert.Single(survivors.Select(survivor => survivor.Handler.Last[ejected.Id]).Distinct());
            Assert.Equal(
                new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.Terminated),
                await ejected.TryPublishAsync());
        }

        await Task.WhenAll(survivors.Select(static survivor => survivor.ConfirmAsync()));
    }

    // "To add": a partial partition. Two neighbours cannot reach each other, a third reaches both. The ring stays one.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task Split_OfOnePairOnly_LeavesOneRing()
    {
        var members = await StartRingAsync("a", "b", "c", "d");
        await Fixture.SplitAsync(members[0].Node, members[2].Node);
        var pairs = members.Where(static (_, index) => index is 0 or 2).ToArray();
        await Task.WhenAll(members[1].PublishManyAsync(10), members[3].PublishManyAsync(10));
        await Fixture.HealAsync(pairs[0].Node, pairs[1].Node);

        var survivors = await SurvivorsAsync(members);
        Assert.True(survivors.Length >= 3, $"{survivors.Length} members are left");
        await AssertSettledAsync(survivors);
        await Task.WhenAll(survivors.Select(static survivor => survivor.ConfirmAsync()));
        await AllReceiveAllAsync(survivors);
    }

    // R10, outcomes are honest: what an ejected member had accepted and could not send is unknown to its callers.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task Ejected_WithConfirmsUnderWay_AnswersUnknown()
    {
        var members = await StartRingAsync("a", "b", "c");
        var victim = members[1];
        foreach (var other in new[] { members[0], members[2] })
        {
            await Fixture.CutAsync(victim.Node, other.Node);
            await Fixture.CutAsync(other.Node, victim.Node);
        }

        var confirms = Enumerable.Range(1, 5).Select(number =>
            victim.Group.ConfirmedBroadcastAsync(Payloads.Numbered(number)).AsTask()).ToArray();
        await victim.Handler.ReceivesAsync(victim.Id, 5);
        await Fixture.DeclareDownAsync(members[0].Node, victim.Node);
        await Fixture.DeclareDownAsync(members[2].Node, victim.Node);
        await members[0].Handler.SeesDeathAsync(victim.Id);
        await HealAllAsync([.. members.Select(static member => member.Node)]);

        var end = await victim.EndsAsync();
        Assert.Equal(TerminationReason.LostMembership, end.Reason);
        Assert.Equal(5, end.Unsettled);
        var expected = new BroadcastOutcome(BroadcastStatus.Unknown, BroadcastReason.LostMembership);
        Assert.All(
            await Task.WhenAll(confirms).WithinAsync("they are answered"),
            outcome => Assert.Equal(expected, outcome));
        await AssertSettledAsync(members[0], members[2]);
    }

    // H1: after a false alarm two living nodes can be neighbours again, as often as it happens.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task FalseAlarm_AgainAndAgain_NodesBecomeNeighboursAgain()
    {
        var nodes = await StartAsync("a", "b");
        for (var round = 0; round < 4; round++)
        {
            GroupName group = $"ring{round}";
            var left = await JoinAsync(nodes[0], group, "left");
            var right = await JoinAsync(nodes[1], group, "right");
            await AllKnowAsync(left, right);
            await left.ConfirmAsync();
            await right.ConfirmAsync();
            await Fixture.SplitAsync(nodes[round % 2], nodes[(round + 1) % 2]);
            await Task.WhenAny(left.EndsAsync(), right.EndsAsync()).WithinAsync("one of them is ejected");
            await Fixture.HealAsync(nodes[0], nodes[1]);
        }
    }

    /// <summary>Those that are left when nothing moves any more.</summary>
    private async Task<RingMember[]> SurvivorsAsync(IEnumerable<RingMember> members)
    {
        await ConvergeAsync();
        await DrainAsync();
        return [.. members.Where(static member => !member.Group.Completion.IsCompleted)];
    }
}
