namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>
/// R2 the joiner's cut, R7 the stateless joiner, S1, S2 (GD4), S5, S13: joining, staged step by step.
/// </summary>
public sealed class JoiningRuleTests
{
    /// <summary>
    /// R2: forwarded between the commit and its handling, the message completes the circle without the newcomer.
    /// </summary>
    [Fact]
    public void R2_MessageBetweenCommitAndHandling_IsBelowTheNewcomersBase()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Store.IsHeld = true;
        var newcomer = world.JoinRightOf(ring[0], world.AddNode("c"));
        world.Store.IsHeld = false;
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        world.Store.IsHeld = true;
        var insert = world.Store.Requests[0];
        world.Apply(insert);

        world.Broadcast(ring[1], confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[1]));

        world.Answer(insert);
        world.Store.IsHeld = false;
        world.Broadcast(ring[1]);
        world.SettleAndCheck();
        Assert.Equal(["joined a1,b1,c1", "b1:2"], world.Diary(newcomer));
    }

    /// <summary>
    /// R2: published after the inserter handled the commit, the message is not confirmed before the newcomer has it.
    /// </summary>
    [Fact]
    public void R2_MessageAfterHandling_WaitsForTheNewcomer()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        var home = world.AddNode("c");
        var newcomer = world.JoinRightOf(ring[0], home);
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        world.Link(ring[0].Node, home).IsHeld = true;
        world.Settle();

        world.Broadcast(ring[1], confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        Assert.DoesNotContain("confirm 1 Ok None", world.Diary(ring[1]));
        Assert.False(newcomer.IsJoined);

        world.Link(ring[0].Node, home).IsHeld = false;
        world.SettleAndCheck();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[1]));
        Assert.Equal(["joined a1,b1,c1", "b1:1"], world.Diary(newcomer));
    }

    /// <summary>S1: pending messages come inside the state, once, and are not delivered; what follows is.</summary>
    [Fact]
    public void S1_PendingMessagesOfTheInserter_AreInTheStateAndNotDelivered()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Link(ring[2].Node, ring[0].Node).IsHeld = true;
        world.Broadcast(ring[0], count: 3);
        world.Settle();
        var newcomer = world.JoinRightOf(ring[1], world.AddNode("d"));
        world.Settle();
        world.Broadcast(ring[0], count: 1);
        world.Link(ring[2].Node, ring[0].Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(["joined a1,b1,c1,d1", "a1:4"], world.Diary(newcomer));
    }

    /// <summary>
    /// R7, GD4, S2: the inserter dies after the commit and before its reply; the new left neighbour's state is not
    /// taken.
    /// </summary>
    [Fact]
    public void R7_InserterDiesBeforeItsReply_JoinerGoesAndComesBackAsSomebodyElse()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Broadcast(ring[0], count: 2);
        world.Settle();
        var home = world.AddNode("d");
        var joiner = world.JoinRightOf(ring[1], home);
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        world.Apply(world.Store.Requests[0]);
        world.Crash(ring[1].Node);
        world.Settle();

        Assert.Equal(JoinFailure.InserterLost, joiner.Failure);
        var again = world.Join(home);
        world.Broadcast(ring[2], count: 1);
        world.SettleAndCheck();
        Assert.True(again.IsJoined);
        Assert.Equal(["join failed InserterLost"], world.Diary(joiner));
        // The joiner that never had state is no heir and leaves nothing.
        Assert.Contains("deaths b1", world.Diary(ring[0]));
    }

    /// <summary>
    /// R7 and S2: the next newcomer is quicker. What the left neighbour sends waits for the inserter's state, however
    /// late that is.
    /// </summary>
    [Fact]
    public void R7_RingTrafficBeforeTheState_IsHeldAndProcessedAfterIt()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Broadcast(ring[0], count: 2);
        world.Settle();
        var home = world.AddNode("c");
        var joiner = world.JoinRightOf(ring[0], home);
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        world.Link(ring[0].Node, home).IsHeld = true;
        world.Settle();
        var quicker = world.JoinRightOf(ring[0], world.AddNode("d"));
        world.Settle();
        Assert.True(quicker.IsJoined);
        world.Broadcast(ring[0], count: 2, confirm: ConfirmLevel.ReceivedByAll);
        world.Broadcast(quicker, count: 1);
        world.Settle();
        Assert.Contains("a1:4", world.Diary(quicker));
        Assert.Empty(world.Diary(joiner));

        world.Link(ring[0].Node, home).IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(["joined a1,b1,c1,d1", "d1:1", "a1:3", "a1:4"], world.Diary(joiner));
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
    }

    /// <summary>S14: a state in many parts counts when all are there; the ring goes on behind them.</summary>
    [Fact]
    public void S14_StateInParts_CountsWhenAllAreThere()
    {
        var world = new RingWorld(
            new RingWorldOptions { Settings = RingWorldOptions.DefaultSettings with { MaxFrameBytes = 100 } });
        var ring = world.Ring(2);
        world.Link(ring[1].Node, ring[0].Node).IsHeld = true;
        for (var count = 0; count < 6; count++)
        {
            world.Broadcast(ring[0]);
        }

        world.Settle();
        var home = world.AddNode("c");
        var joiner = world.JoinRightOf(ring[0], home);
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        var link = world.Link(ring[0].Node, home);
        link.IsHeld = true;
        world.Settle();
        world.Broadcast(ring[0], count: 2);
        world.Settle();
        Assert.True(link.Count > 6);
        while (!joiner.IsJoined)
        {
            Assert.Empty(world.Diary(joiner));
            world.DeliverNext(link);
            world.Turn(joiner);
        }

        link.IsHeld = false;
        world.Link(ring[1].Node, ring[0].Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(["joined a1,b1,c1", "a1:7", "a1:8"], world.Diary(joiner));
    }

    /// <summary>R7: too much waits for the state.</summary>
    [Fact]
    public void R7_TooMuchHeld_StartsAnew()
    {
        var settings = RingWorldOptions.DefaultSettings with { MaxHeldBytes = 1000 };
        var world = new RingWorld(new RingWorldOptions { Settings = settings });
        var ring = world.Ring(1);
        var joiner = world.JoinRightOf(ring[0], world.AddNode("b"));
        world.SettleUntil(() => world.Link(ring[0].Node, joiner.Node).Count > 0);
        var stamp = new LinkStamp(world.Store.Current!.Epoch, 2, 2);
        world.HasForgeries = true;
        for (var frame = 0; frame < 20 && joiner.IsRunning; frame++)
        {
            world.Step(joiner, new RingInput.Received(ring[0].Id, new RingMessage.Activity(stamp, [])));
        }

        Assert.Equal(JoinFailure.HeldTooMuch, joiner.Failure);
        world.Settle(timers: true);
        world.Join(joiner.Node);
        world.SettleAndCheck();
    }

    /// <summary>S5: the asked member has been buried and does not know it.</summary>
    [Fact]
    public void S5_AskedMemberIsDeadInTheRecord_JoinerIsSentAway()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Link(ring[1].Node, ring[0].Node).IsHeld = true;
        var home = world.AddNode("c");
        var joiner = world.JoinRightOf(ring[0], home);
        world.SettleUntil(
            () => ring[0].Mailbox.Any(static input => input is RingInput.Received { Message: RingMessage.AddOnRight }));
        ring[0].IsHeld = true;
        world.EndSession(ring[1].Node, ring[0].Node, kept: 0);
        world.Settle();
        Assert.False(world.Store.Current!.ListsAlive(ring[0].Id));
        ring[0].IsHeld = false;
        world.Link(ring[1].Node, ring[0].Node).IsHeld = false;
        world.SettleAndCheck();

        Assert.Equal(TerminationReason.LostMembership, ring[0].Termination!.Reason);
        Assert.Equal(JoinFailure.InserterLost, joiner.Failure);
        var again = world.Join(home);
        world.SettleAndCheck();
        Assert.True(again.IsJoined);
    }

    /// <summary>S13: a busy member sends joiners away, and they do not come back at once by themselves.</summary>
    [Fact]
    public void S13_BusyMember_JoinerGivesUpInsteadOfAskingOnAndOn()
    {
        var settings = RingWorldOptions.DefaultSettings with { MaxWaitingJoiners = 1 };
        var world = new RingWorld(new RingWorldOptions { Settings = settings });
        var ring = world.Ring(1);
        world.Settle();
        var joiners = Enumerable.Range(0, 4).Select(_ => world.Join(world.AddNode("x"))).ToList();
        joiners.ForEach(world.Turn);
        foreach (var read in world.Store.Requests.ToList())
        {
            world.Apply(read);
            world.Answer(read);
        }

        joiners.ForEach(world.Turn);
        world.Store.IsHeld = true;
        foreach (var joiner in joiners)
        {
            world.DeliverNext(world.Link(joiner.Node, ring[0].Node));
            world.DeliverNext(world.Link(joiner.Node, ring[0].Node));
        }

        world.Turn(ring[0]);
        world.Store.IsHeld = false;
        var before = world.Steps;
        world.Settle();
        var sent = world.Observer<RingDiary>().Sent;
        Assert.Contains(sent, static send => send.Message is RingMessage.JoinRefused { Reason: JoinRefusal.Busy });
        Assert.Equal(4, sent.Count(send => send.Message is RingMessage.AddOnRight && send.To.Equals(ring[0].Id)));
        Assert.InRange(world.Steps - before, 1, 150);
        world.SettleAndCheck();
    }

    [Fact]
    public void FullRing_IsSaidSo()
    {
        var settings = RingWorldOptions.DefaultSettings with { MaxMembers = 2 };
        var world = new RingWorld(new RingWorldOptions { Settings = settings });
        world.Ring(2);
        var third = world.Join("c");
        world.SettleAndCheck();
        Assert.Equal(JoinFailure.Full, third.Failure);
    }

    /// <summary>R4: a joiner that lost its session buries nobody.</summary>
    [Fact]
    public void R4_JoinerWithoutSession_BuriesNobody()
    {
        var world = new RingWorld();
        var ring = world.Ring(1);
        var home = world.AddNode("b");
        world.EndSession(home, ring[0].Node);
        world.Settle();
        var joiner = world.Join(home);
        world.Settle(timers: true);
        Assert.Equal(JoinFailure.InserterLost, joiner.Failure);
        Assert.True(world.Store.Current!.ListsAlive(ring[0].Id));

        world.OpenSession(home, ring[0].Node);
        var again = world.Join(home);
        world.SettleAndCheck();
        Assert.True(again.IsJoined);
    }

    /// <summary>
    /// Inserted, buried by its left neighbour and erased, all before the inserter's death reaches it: the id must not
    /// come back.
    /// </summary>
    [Fact]
    public void R7_InsertedBuriedAndErasedWithoutKnowing_ComesBackAsSomebodyElse()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        var home = world.AddNode("c");
        var joiner = world.JoinRightOf(ring[0], home);
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        world.Link(ring[0].Node, home).IsHeld = true;
        world.Settle();
        world.EndSession(world.AddNode("d"), home);
        world.JoinRightOf(ring[0], world.Nodes[^1]); // Has no session with the stateless joiner and buries it.
        world.Settle();
        Assert.Equal(-1, world.Store.Current!.IndexOf(joiner.Id));
        world.Crash(ring[0].Node, kept: static _ => 0);
        world.Link(ring[0].Node, home).IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(JoinFailure.InserterLost, joiner.Failure);
        Assert.Equal(-1, world.Store.Current!.IndexOf(joiner.Id));
    }

    /// <summary>R4: what membership, or the member's own node, says is certain.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void R4_JoinerFindsEverybodyDead_FoundsAnew(bool nodeCrashes)
    {
        var world = new RingWorld();
        var ring = world.Ring(1);
        if (nodeCrashes)
        {
            world.Crash(ring[0].Node);
        }
        else
        {
            world.Kill(ring[0]);
        }

        world.Settle();
        var joiner = world.Join("b");
        world.SettleAndCheck();
        Assert.True(joiner.IsJoined);
        Assert.Equal(joiner.Id, Assert.Single(world.Store.Current!.Entries).Member);
    }

    /// <summary>The founder's record is closed before the founder hears that it was made.</summary>
    [Fact]
    public void ViewThatOvertakesTheFounding_Counts()
    {
        var world = new RingWorld();
        var founder = world.Join("a");
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.Create }]);
        var create = world.Store.Requests[0];
        world.Apply(create);
        world.Forget(founder.Node);
        world.Store.IsHeld = true;
        world.Settle();
        world.Store.IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(TerminationReason.Forgotten, founder.Termination!.Reason);
    }

    /// <summary>R7: a damaged state is not adopted; the joiner comes back as somebody else.</summary>
    [Theory]
    [InlineData(0, 1, false)] // Of a record that does not list the joiner.
    [InlineData(1, 2, true)] // The second part first.
    [InlineData(2, 2, true)] // A part beyond the last.
    public void R7_BrokenState_StartsAnew(int part, int parts, bool listsJoiner)
    {
        var world = new RingWorld();
        var ring = world.Ring(1);
        var before = world.Store.Current!;
        var joiner = world.JoinRightOf(ring[0], world.AddNode("b"));
        world.SettleUntil(() => world.Link(ring[0].Node, joiner.Node).Count > 0);
        var record = listsJoiner ? world.Store.Current! : before;
        world.HasForgeries = true;
        world.Step(joiner, new RingInput.Received(ring[0].Id, new RingMessage.JoinReply(record, part, parts, [])));

        Assert.Equal(JoinFailure.InserterLost, joiner.Failure);
        Assert.True(world.Sightings.ContainsKey("trace BrokenParts"));
        world.Settle(timers: true);
        var again = world.Join(joiner.Node);
        world.SettleAndCheck();
        Assert.Equal([ring[0].Id, again.Id], world.Store.Current!.Entries.Select(static entry => entry.Member));
    }

    /// <summary>
    /// R7: a view without the state makes no member. Calls that come too early do nothing, and who waits is told so.
    /// </summary>
    [Fact]
    public void R7_CallsBeforeTheState_HaveNoEffect()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        var joiner = world.JoinRightOf(ring[0], world.AddNode("c"));
        var link = world.Link(ring[0].Node, joiner.Node);
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        link.IsHeld = true;
        world.Settle();
        world.Step(joiner, new RingInput.Received(ring[0].Id, new RingMessage.View(world.Store.Current!)));
        var status = joiner.Machine.GetStatus();
        Assert.Equal((MulticastPhase.Joining, false), (status.Phase, status.HasState));
        Assert.Equal(3, status.Members.Length);
        Assert.All(status.Members, static member => Assert.Equal(0, member.LastPublished + member.LastReturned));

        var effects = new EffectList<RingEffect>();
        joiner.Machine.Step(new RingInput.ValidateMembers([ring[0].Id]), effects);
        joiner.Machine.Step(new RingInput.Processed(ring[0].Id, 1), effects);
        joiner.Machine.Step(RingInput.Flush.Instance, effects);
        Assert.Equal(0, effects.Count);
        var confirm = new ConfirmRequest(0, 7, ConfirmLevel.ReceivedByAll);
        joiner.Machine.Step(new RingInput.Broadcast(new ReadOnlyMemory<byte>[] { new byte[1] }, [confirm]), effects);
        Assert.Equal(
            [new RingEffect.ConfirmSettled(7, new(BroadcastStatus.Failed, BroadcastReason.Terminated))],
            effects.Effects.ToArray());

        link.IsHeld = false;
        world.SettleAndCheck();
        Assert.True(joiner.IsJoined);
    }

    /// <summary>However a joiner is ended, its caller hears that it did not join, and nothing of it is left.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EndingWhileJoining_GivesUp(bool shutsDown)
    {
        var world = new RingWorld();
        world.Ring(1);
        var joiner = world.Join("b");
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        world.Step(
            joiner,
            shutsDown ? RingInput.ShutDownGroup.Instance : new RingInput.Stop(TerminationReason.HandlerStopped, "no"));
        Assert.Equal(JoinFailure.Stopped, joiner.Failure);
        world.SettleAndCheck();
        Assert.Single(world.Store.Current!.Entries);
    }

    [Fact]
    public void LeavingWhileJoining_GivesUp()
    {
        var world = new RingWorld();
        world.Ring(1);
        var joiner = world.Join("b");
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        world.Leave(joiner);
        world.SettleAndCheck();
        Assert.Equal(JoinFailure.Stopped, joiner.Failure);
        Assert.Single(world.Store.Current!.Entries);
    }
}
