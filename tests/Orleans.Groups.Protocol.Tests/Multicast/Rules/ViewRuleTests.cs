namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>
/// R4 no assassins, R9 views push themselves, R10 one queue, R11 two marks, GD1, GD2, GD11, S4, S6 to S8, S15.
/// </summary>
public sealed class ViewRuleTests
{
    /// <summary>R4: two members suspect each other; one goes, one stays, and the one that goes learns it.</summary>
    [Fact]
    public void R4_MutualSuspicion_OneSurvives()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Broadcast(ring[1], confirm: ConfirmLevel.ReceivedByAll);
        world.EndSession(ring[0].Node, ring[1].Node, kept: 0);
        world.SettleAndCheck();
        Assert.Single(world.Survivors);
        Assert.Single(ring, static member => member.Termination?.Reason == TerminationReason.LostMembership);
    }

    /// <summary>R4: buried by somebody that cannot tell it, a member hears it from its old neighbour.</summary>
    [Fact]
    public void R4_BuriedByAStranger_IsToldByItsNeighbour()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        var home = world.AddNode("d");
        world.EndSession(home, ring[2].Node);
        world.Settle();
        var newcomer = world.JoinRightOf(ring[1], home); // Between b and c, without a session with c.
        world.Settle();
        Assert.True(newcomer.IsJoined);
        world.SettleAndCheck();

        // One of the two is out, and both know.
        Assert.Single(
            new[] { newcomer, ring[2] },
            static member => member.Termination?.Reason == TerminationReason.LostMembership);
    }

    /// <summary>
    /// R4 and S4: a joiner gets its state after it was buried; its new session with its neighbours is fine.
    /// </summary>
    [Theory]
    [InlineData(true)] // It reads the record when the session is back.
    [InlineData(false)] // Its right neighbour answers its catch-up.
    public void R4_BuriedBeforeItHadState_FindsOut(bool sessionComesBack)
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        var home = world.AddNode("c");
        var joiner = world.JoinRightOf(ring[0], home);
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        world.Link(ring[0].Node, home).IsHeld = true;
        world.Settle();
        var between = world.AddNode("d");
        // The next newcomer's false alarm about its right neighbour, which has no state yet.
        world.EndSession(between, home);
        world.JoinRightOf(ring[0], between);
        world.Settle();
        Assert.False(world.Store.Current!.ListsAlive(joiner.Id));
        Assert.True(joiner.IsRunning);
        if (sessionComesBack)
        {
            world.OpenSession(between, home);
        }

        world.Link(ring[0].Node, home).IsHeld = false;
        world.SettleAndCheck();
        Assert.False(joiner.IsRunning);
    }

    /// <summary>S4, R10: thrown out while alive is a normal end; what is open is unknown.</summary>
    [Fact]
    public void S4_EjectedWhileAlive_EndsWithLostMembershipAndHonestOutcomes()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Link(ring[0].Node, ring[1].Node).IsHeld = true;
        world.Broadcast(ring[0], count: 3, confirm: ConfirmLevel.ReceivedByAll);
        world.Turn(ring[0]);
        ring[0].IsHeld = true;
        world.EndSession(ring[1].Node, ring[0].Node, kept: 0);
        world.Settle();
        ring[0].IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(
            ["confirm 1 Unknown LostMembership", "terminated LostMembership 3"], world.Diary(ring[0]).TakeLast(2));
    }

    /// <summary>GD1, S15, G-L3: an idle ring hears of every death, without a single message.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void GD1_IdleRing_EverybodyHearsOfADeath(int size)
    {
        for (var victim = 0; victim < size; victim++)
        {
            var world = new RingWorld();
            var ring = world.Ring(size);
            world.Kill(ring[victim]);
            world.Settle();
            world.SettleAndCheck();
            foreach (var member in world.Survivors)
            {
                Assert.Equal($"deaths {ring[victim]}", world.Diary(member)[^1]);
            }
        }
    }

    /// <summary>
    /// R9: the committer dies after its commit; whose own edit has nothing to do installs and pushes.
    /// </summary>
    [Fact]
    public void R9_CommitterDiesAfterItsCommit_TheOthersStillHear()
    {
        var world = new RingWorld();
        var ring = world.Ring(5);
        world.Store.IsHeld = true;
        world.Kill(ring[2]);
        world.Settle();
        var byLeft = world.Store.Requests.Single(request => request.Author == ring[1]);
        world.Apply(byLeft);
        world.Crash(ring[1].Node, kept: static _ => 0);
        world.Store.IsHeld = false;
        world.SettleAndCheck();
        foreach (var member in world.Survivors)
        {
            Assert.Contains("deaths c1", string.Join('|', world.Diary(member)).Replace("deaths b1,c1", "deaths c1"));
        }

        Assert.Equal(3, world.Survivors.Count);
    }

    /// <summary>
    /// R9, S7: the answer "nothing to do" brings the newer view all the same, to handlers and neighbours too.
    /// </summary>
    [Fact]
    public void R9_NothingToDo_InstallsAndPushes()
    {
        var world = new RingWorld();
        var ring = world.Ring(4);
        world.Store.IsHeld = true;
        world.Kill(ring[1]);
        world.Settle();
        var requests = world.Store.Requests.ToList();
        Assert.Equal(2, requests.Count);
        requests.ForEach(world.Apply);
        var idle = requests.Single(static request => request.Result.Verdict == EditVerdict.NothingToDo);
        world.Answer(idle); // The one that changed something stays without an answer.
        world.Settle();
        Assert.All(world.Survivors, member => Assert.False(member.Machine.HeldRecord!.ListsAlive(ring[1].Id)));
        world.Store.IsHeld = false;
        world.SettleAndCheck();
    }

    /// <summary>
    /// R10: the death comes behind everything that the dead left behind, also where the heir hands it on.
    /// </summary>
    [Fact]
    public void R10_Death_FollowsTheLastMessage()
    {
        var world = new RingWorld();
        var ring = world.Ring(4);
        world.Link(ring[1].Node, ring[2].Node).IsHeld = true;
        world.Broadcast(ring[0], count: 4);
        world.Settle();
        world.Kill(ring[0]);
        world.Settle();
        Assert.DoesNotContain("deaths a1", world.Diary(ring[1]));
        world.Link(ring[1].Node, ring[2].Node).IsHeld = false;
        world.SettleAndCheck();
        foreach (var member in world.Survivors)
        {
            Assert.Equal(["a1:4", "deaths a1"], world.Diary(member).TakeLast(2));
        }
    }

    /// <summary>R11: two, one, two: the first message after it goes round.</summary>
    [Fact]
    public void R11_TwoOneTwo_MarksAreSettled()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Link(ring[0].Node, ring[1].Node).IsHeld = true;
        world.Broadcast(ring[0], count: 3);
        world.Broadcast(ring[1], count: 2);
        world.Settle();
        world.Kill(ring[1]);
        world.Settle();
        world.SettleAndCheck();
        world.Broadcast(ring[0], count: 2);
        world.Settle();
        var third = world.JoinRightOf(ring[0], world.AddNode("c"));
        world.Settle();
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Broadcast(third, confirm: ConfirmLevel.ProcessedByAll);
        world.SettleAndCheck();
        Assert.Equal("a1:6", world.Diary(third).Find(static line => line.StartsWith("a1:", StringComparison.Ordinal)));
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.Contains("confirm 1 Ok None", world.Diary(third));
    }

    /// <summary>S6: the last survivor reports the deaths, and the record forgets them.</summary>
    [Fact]
    public void S6_SoleSurvivor_ErasesTheDead()
    {
        var world = new RingWorld();
        var ring = world.Ring(4);
        world.Broadcast(ring[1], count: 3);
        world.Broadcast(ring[2], count: 3);
        world.Turn(ring[1]);
        world.Turn(ring[2]);
        world.Crash(ring[1].Node);
        world.Crash(ring[2].Node);
        world.Crash(ring[3].Node);
        world.SettleAndCheck();
        Assert.Single(world.Store.Current!.Entries);
        Assert.Equal(["a1"], world.Observer<MembershipChecker>().AliveAt(ring[0]).Select(static member => member.Name));
    }

    /// <summary>S8: a record in which everybody is dead.</summary>
    [Fact]
    public void S8_AllDeadRecord_ManyJoinersFoundOneRing()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        foreach (var member in ring)
        {
            world.Crash(member.Node);
        }

        world.Settle();
        var joiners = Enumerable.Range(0, 4).Select(index => world.Join($"n{index}")).ToList();
        world.Settle(timers: true);
        world.SettleAndCheck();
        Assert.Contains(joiners, static joiner => joiner.IsJoined);
        Assert.Equal(joiners.Count(static joiner => joiner.IsJoined), world.Store.Current!.Entries.Length);
    }

    /// <summary>GD2: a rolling restart, with messages under way at every step, leaves no dead entry behind.</summary>
    [Fact]
    public void GD2_RollingRestart_LeavesNoZombie()
    {
        for (var held = 0; held < 6; held++)
        {
            var world = new RingWorld();
            var ring = world.Ring(3).ToList();
            for (var round = 0; round < 9; round++)
            {
                world.Broadcast(ring[0], count: 2);
                world.Broadcast(ring[^1], count: 1);
                var link = world.Links[(held + (7 * round)) % world.Links.Count];
                link.IsHeld = true;
                world.Settle();
                var newcomer = world.JoinRightOf(ring[(held + round) % ring.Count], world.AddNode($"n{round}"));
                world.Settle();
                world.Crash(ring[0].Node);
                ring.RemoveAt(0);
                world.Settle();
                link.IsHeld = false;
                world.Settle(timers: true);
                ring.Add(newcomer.IsJoined ? newcomer : JoinAgain(world, newcomer.Node));
            }

            world.SettleAndCheck();
            Assert.Equal(3, world.Store.Current!.Entries.Length);
        }
    }

    /// <summary>GD2, exactly: the heir hands a newcomer the acks it issued, and goes before they come back.</summary>
    [Fact]
    public void GD2_HeirGoesBeforeItsAcksReturn_NewHeirSettlesTheDead()
    {
        var world = new RingWorld();
        var ring = world.Ring(4);
        world.Broadcast(ring[0], count: 3);
        world.Turn(ring[0]);
        world.Crash(ring[0].Node);

        // b inherits a and issues acks, which get stuck behind b.
        world.SettleUntil(() => world[ring[1].Id].Machine.GetStatus().Inherited.Contains(ring[0].Id));
        world.Link(ring[1].Node, ring[2].Node).IsHeld = true;
        world.Settle();
        var newcomer = world.JoinRightOf(ring[1], world.AddNode("n"));
        world.Settle();
        world.Crash(ring[1].Node, kept: static _ => 0);
        world.Crash(ring[3].Node, kept: static _ => 0);
        world.Link(ring[1].Node, ring[2].Node).IsHeld = false;
        world.Settle(timers: true);
        world.SettleAndCheck();
        Assert.All(world.Store.Current!.Entries, static entry => Assert.True(entry.IsAlive));
        Assert.True(newcomer.IsJoined || newcomer.Failure is not null);
    }

    /// <summary>
    /// GD11: a partition between members that all reach the record: one side stays, the other side is told, nothing
    /// splits.
    /// </summary>
    [Fact]
    public void GD11_Partition_OneRingRemains()
    {
        var world = new RingWorld();
        var ring = world.Ring(6);
        foreach (var a in ring[..3])
        {
            foreach (var b in ring[3..])
            {
                world.EndSession(a.Node, b.Node, kept: 1);
            }
        }

        world.Settle(timers: true);
        Heal(world);
        world.SettleAndCheck();
        Assert.NotEmpty(world.Survivors);
        Assert.All(ring, static member => Assert.True(
            member.IsJoined || member.Termination!.Reason == TerminationReason.LostMembership));
    }

    /// <summary>A node that was declared dead and lives on: its members go, its group goes on without it.</summary>
    [Fact]
    public void R4_DeclaredDeadAndAlive_DoesNotStayInTheRing()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.DeclareDead(ring[1].Node);
        world.Broadcast(ring[1], confirm: ConfirmLevel.ReceivedByAll);
        world.SettleAndCheck();
        Assert.Equal(TerminationReason.LostMembership, ring[1].Termination!.Reason);
        Assert.DoesNotContain("confirm 1 Ok None", world.Diary(ring[1]));
    }

    [Fact]
    public void ValidateMembers_ReportsTheDifferenceAndChangesNothing()
    {
        var world = new RingWorld(observers: [new RingDiary()]);
        var ring = world.Ring(2);
        var stranger = new MemberId(ring[0].Node.Id, 99, "stranger");
        var before = RingText.Of(ring[0].Machine.GetStatus());
        world.Step(ring[0], new RingInput.ValidateMembers([ring[0].Id, stranger]));
        Assert.Equal(["births b1", "deaths stranger"], world.Diary(ring[0]).TakeLast(2));
        world.Step(ring[0], new RingInput.ValidateMembers([ring[0].Id, ring[1].Id]));
        Assert.Equal(["births b1", "deaths stranger"], world.Diary(ring[0]).TakeLast(2));
        Assert.Equal(before, RingText.Of(ring[0].Machine.GetStatus()));
    }

    private static void Heal(RingWorld world)
    {
        foreach (var a in world.Nodes)
        {
            foreach (var b in world.Nodes)
            {
                if (RingWorld.CanConnect(a, b))
                {
                    world.OpenSession(a, b);
                }
            }
        }
    }

    private static WorldMember JoinAgain(RingWorld world, WorldNode node)
    {
        var again = world.Join(node);
        world.Settle(timers: true);
        Assert.True(again.IsJoined);
        return again;
    }
}
