namespace Orleans.Groups.Conformance;

/// <summary>Joins that meet deaths, cuts and cancellation: GD3, GD4, S2, S5, R4, R7.</summary>
public abstract class JoiningFailuresConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>Enough for any try that is answered, on a busy machine, too.</summary>
    private static readonly TimeSpan LongAttempt = TimeSpan.FromSeconds(3);

    // GD4, S2, R7: the inserter dies before its answer arrives. With four of five members on its node it most likely is
    // the one.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.KillNode)]
    public async Task Join_InserterDiesBeforeItsStateArrives_SucceedsElsewhere()
    {
        var nodes = await StartAsync("a", "b");
        var doomed = new List<RingMember>();
        for (var index = 0; index < 4; index++)
        {
            doomed.Add(await JoinAsync(nodes[0], $"a{index}"));
        }

        var survivor = await JoinAsync(nodes[1], "b");
        await AllKnowAsync([.. doomed, survivor]);
        await Task.WhenAll(doomed.Select(static member => member.PublishManyAsync(10)));
        var joinerNode = await AddNodeAsync("c");
        await Fixture.CutAsync(nodes[0], joinerNode);
        var joining = JoinAsync(joinerNode, "c");
        await AnySeesBirthAsync(joinerNode, [.. doomed, survivor]);
        await Fixture.KillNodeAsync(nodes[0]);

        var joined = await joining;
        await AssertSettledAsync(survivor, joined);
        await survivor.ConfirmAsync();
        await joined.ConfirmAsync();
        await AllReceiveAllAsync(survivor, joined);
    }

    // R7: the same where nobody else is left: the newcomer founds the ring anew.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.KillNode)]
    public async Task Join_OnlyMemberDiesBeforeItsStateArrives_FoundsTheRing()
    {
        var members = await StartRingAsync("a");
        var joinerNode = await AddNodeAsync("c");
        await Fixture.CutAsync(members[0].Node, joinerNode);
        var joining = JoinAsync(joinerNode, "c");
        await AnySeesBirthAsync(joinerNode, members);
        await Fixture.KillNodeAsync(members[0].Node);

        var joined = await joining;
        await AssertSettledAsync(joined);
        await joined.ConfirmAsync();
    }

    // R4: a joiner never declares anybody dead. It cannot be heard for a while, and then joins the one ring that there
    // is.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Join_NobodyAnswersForAWhile_JoinsTheSameRingInTheEnd()
    {
        var members =
            await StartRingAsync(static options => options.Multicast.JoinAttemptTimeout = LongAttempt, "a", "b");
        var joinerNode = await AddNodeAsync("c");
        await Fixture.CutAsync(members[0].Node, joinerNode);
        await Fixture.CutAsync(members[1].Node, joinerNode);
        var joining = JoinAsync(joinerNode, "c");

        // A first try has been made, and given up: the ring took it in and it went.
        await Task.WhenAny(members.Select(member => member.Handler.WaitForAsync(
            "sees the first try of c end",
            told => told is RingEvent.Changed changed
                && changed.Value.Deaths.Any(death => death.Node == joinerNode.Id)))).Unwrap();
        await HealAllAsync([members[0].Node, members[1].Node, joinerNode]);

        var joined = await joining;
        await AssertSettledAsync([.. members, joined]);
        await joined.ConfirmAsync(ConfirmLevel.ProcessedByAll);
        Assert.All(
            members,
            member => Assert.All(member.Handler.Deaths, death => Assert.Equal(joinerNode.Id, death.Node)));
    }

    // The joiner's node dies in the middle of joining: the ring goes on without it.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.KillNode)]
    public async Task Join_JoinerDiesMeanwhile_LeavesNothingBehind()
    {
        var members = await StartRingAsync("a", "b");
        var joinerNode = await AddNodeAsync("c");
        await Fixture.CutAsync(members[0].Node, joinerNode);
        await Fixture.CutAsync(members[1].Node, joinerNode);
        var joining = joinerNode.Multicast.JoinAsync(Ring, new RecordingHandler("c"));
        await AnySeesBirthAsync(joinerNode, members);
        await Fixture.KillNodeAsync(joinerNode);

        await Assert.ThrowsAnyAsync<Exception>(() => joining).WithinAsync("the join fails");
        await AssertSettledAsync(members);
        await members[0].ConfirmAsync();
    }

    // ★ eager_sync (cancel sync); IMulticast.JoinAsync: cancelling undoes what was begun.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Join_Cancelled_LeavesNothingBehind()
    {
        var members = await StartRingAsync("a", "b");
        var joinerNode = await AddNodeAsync("c");
        await Fixture.CutAsync(members[0].Node, joinerNode);
        await Fixture.CutAsync(members[1].Node, joinerNode);
        using var cancel = new CancellationTokenSource();
        var handler = new RecordingHandler("c");
        var joining = joinerNode.Multicast.JoinAsync(Ring, handler, cancellationToken: cancel.Token);
        await AnySeesBirthAsync(joinerNode, members);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joining).WithinAsync("the join ends");
        await HealAllAsync([members[0].Node, members[1].Node, joinerNode]);
        await AssertSettledAsync(members);
        Assert.Empty(handler.Messages);
    }

    // MulticastJoinOptions.Timeout
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Join_NoAnswerInTime_TimesOutAndLeavesNothingBehind()
    {
        var members = await StartRingAsync("a", "b");
        var joinerNode = await AddNodeAsync("c");
        await Fixture.CutAsync(members[0].Node, joinerNode);
        await Fixture.CutAsync(members[1].Node, joinerNode);
        var options = new MulticastJoinOptions { Timeout = AttemptTimeout };
        var failure = await Assert.ThrowsAsync<GroupException>(() =>
            joinerNode.Multicast.JoinAsync(Ring, new RecordingHandler("c"), options)).WithinAsync("the join times out");

        Assert.Equal((GroupErrorCode.Timeout, true), (failure.Code, failure.IsTransient));
        await HealAllAsync([members[0].Node, members[1].Node, joinerNode]);
        await AssertSettledAsync(members);
    }

    // R7: a joiner that cannot be heard gives up, and the ring goes on at once, although nobody reaches the joiner's
    // node.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Join_GivesUpUnheard_RingGoesOn()
    {
        var members = await StartRingAsync("a", "b");
        var joinerNode = await AddNodeAsync("c");
        await Fixture.CutAsync(members[0].Node, joinerNode);
        await Fixture.CutAsync(members[1].Node, joinerNode);
        var options = new MulticastJoinOptions { Timeout = AttemptTimeout };
        await Assert.ThrowsAsync<GroupException>(() =>
            joinerNode.Multicast.JoinAsync(Ring, new RecordingHandler("c"), options)).WithinAsync("the join times out");

        await AllKnowAsync(members);
        await members[0].ConfirmAsync(ConfirmLevel.ProcessedByAll);
        await members[1].ConfirmAsync(ConfirmLevel.ProcessedByAll);
    }

    // GD3: between A and B comes C and dies, while messages of A to B are still on their way. Both arcs of the ring are
    // tried.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.KillNode)]
    public async Task Link_NewcomerInBetweenDies_OldFramesAreNotTakenAgain()
    {
        var members = await StartRingAsync("a", "b");
        for (var round = 0; round < 6; round++)
        {
            var (from, to) = round % 2 == 0 ? (members[0], members[1]) : (members[1], members[0]);
            await Fixture.CutAsync(from.Node, to.Node);
            await from.PublishManyAsync(5);
            var node = await AddNodeAsync($"c{round}");
            var joining = node.Multicast.JoinAsync(Ring, new RecordingHandler("c"));
            await AnySeesBirthAsync(node, members);
            await from.PublishManyAsync(5);
            await Fixture.KillNodeAsync(node);
            await IgnoreEndAsync(joining);
            await from.PublishManyAsync(5);
            await Fixture.HealAsync(from.Node, to.Node);
            await AllReceiveAllAsync(members);
        }

        await AssertSettledAsync(members);
    }

    // ★ eager_sync (sync during change); R5: newcomers come and die at one place, so that a neighbour skips versions.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task Join_NewcomersComeAndDieQuickly_RingStaysWhole()
    {
        var members = await StartRingAsync("a", "b", "c");
        using var stop = new CancellationTokenSource();
        var traffic = members.Select(member => PublishUntilAsync(member, stop.Token)).ToArray();
        for (var round = 0; round < 6; round++)
        {
            var node = await AddNodeAsync("x");
            var joining = node.Multicast.JoinAsync(Ring, new RecordingHandler("x"));
            if (round % 2 == 0)
            {
                await AnySeesBirthAsync(node, members);
            }
            else
            {
                await joining.WithinAsync("x joins");
            }

            await Fixture.KillNodeAsync(node);
            await IgnoreEndAsync(joining);
        }

        await stop.CancelAsync();
        await Task.WhenAll(traffic).WithinAsync("the senders stop");
        await AllReceiveAllAsync(members);
        await AssertSettledAsync(members);
    }

    /// <summary>Waits until a member, at first the inserter, sees a newcomer of this node.</summary>
    private static Task AnySeesBirthAsync(INodeFixture node, params RingMember[] members) =>
        Task.WhenAny(members.Select(member => member.Handler.WaitForAsync(
            $"sees a birth on {node.Name}",
            told => told is RingEvent.Changed changed && changed.Value.Births.Any(birth => birth.Node == node.Id))))
            .Unwrap();
}
