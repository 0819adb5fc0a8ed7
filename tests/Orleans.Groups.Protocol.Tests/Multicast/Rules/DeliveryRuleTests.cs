namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>R1 only the source blocks, R12 confirms, GD6, GD7: windows, slow handlers, proofs.</summary>
public sealed class DeliveryRuleTests
{
    /// <summary>
    /// R1, GD6: nobody's handler runs, everybody publishes; everything is forwarded and received all the same.
    /// </summary>
    [Fact]
    public void R1_NoHandlerRuns_ForwardingGoesOnAndOnlyTheSourcesStop()
    {
        var world = new RingWorld(new RingWorldOptions { WindowBytes = 5 * 72 });
        var ring = world.Ring(3);
        Hold(world, ring);
        foreach (var member in ring)
        {
            Assert.True(world.Broadcast(member, count: 5, confirm: ConfirmLevel.ReceivedByAll));
            Assert.False(world.Broadcast(member));
        }

        world.Settle();
        foreach (var member in ring)
        {
            Assert.Contains("confirm 1 Ok None", world.Diary(member));
            Assert.Equal(5 * 72, member.WindowUsed);
            Assert.All(ring, other => Assert.Equal(5, world.Observer<RingHistory>().Find(member, other.Id)!.Received));
        }

        Release(ring);
        world.SettleAndCheck();
        Assert.All(ring, member => Assert.True(world.Broadcast(member)));
        world.SettleAndCheck();
    }

    /// <summary>R1: the watermark names the slow member, not its neighbours.</summary>
    [Fact]
    public void R1_SlowMember_IsNamed()
    {
        var world = new RingWorld();
        var ring = world.Ring(5);
        ring[3].IsHandlerHeld = true;
        world.Broadcast(ring[0], count: 2);
        world.Broadcast(ring[4], count: 2);
        world.Settle();
        Assert.Equal(ring[3].Id, ring[0].Machine.GetStatus().HeldUpBy);
        Assert.Equal(ring[3].Id, ring[4].Machine.GetStatus().HeldUpBy);
        ring[3].IsHandlerHeld = false;
        world.SettleAndCheck();
    }

    /// <summary>R1: with the policy, exactly the slow member is taken out, and what waited for it goes on.</summary>
    [Fact]
    public void R1_SlowMemberPolicy_TakesOutTheSlowOneAlone()
    {
        var settings = RingWorldOptions.DefaultSettings with { EjectSlowMembers = true };
        var world = new RingWorld(new RingWorldOptions { Settings = settings });
        var ring = world.Ring(5);
        ring[3].IsHandlerHeld = true;
        world.Broadcast(ring[0], count: 2, confirm: ConfirmLevel.ProcessedByAll);
        world.Settle();
        Assert.DoesNotContain("confirm 1 Ok None", world.Diary(ring[0]));
        world.Settle(timers: true);
        world.SettleAndCheck();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.Equal(TerminationReason.LostMembership, ring[3].Termination!.Reason);
        Assert.Equal(4, world.Survivors.Count);
    }

    /// <summary>R1: a member that makes progress, however slowly, stays.</summary>
    [Fact]
    public void R1_SlowMemberPolicy_ProgressIsEnough()
    {
        var settings = RingWorldOptions.DefaultSettings with { EjectSlowMembers = true };
        var world = new RingWorld(new RingWorldOptions { Settings = settings });
        var ring = world.Ring(3);
        ring[2].IsHandlerHeld = true;
        world.Broadcast(ring[0], count: 3);
        world.Settle();
        while (ring[2].Deliveries.Count > 0)
        {
            world.RunHandler(ring[2], messages: 1);
            if (ring[2].Reports.Count > 0)
            {
                world.ReportProcessed(ring[2]);
            }

            world.Settle();
            _ = world.FireEarliestTimer();
            world.Settle();
        }

        ring[2].IsHandlerHeld = false;
        world.SettleAndCheck();
        Assert.True(ring[2].IsJoined);
    }

    /// <summary>GD7: with a link that is stuck, nobody keeps more than the members' windows.</summary>
    [Fact]
    public void GD7_StuckLink_MemoryIsBoundedByTheWindows()
    {
        var world = new RingWorld(new RingWorldOptions { WindowBytes = 1000 });
        var ring = world.Ring(4);
        world.Link(ring[1].Node, ring[2].Node).IsHeld = true;
        for (var times = 0; times < 50; times++)
        {
            foreach (var member in ring)
            {
                world.Broadcast(member, count: 2);
            }

            world.Settle();
        }

        foreach (var member in ring)
        {
            Assert.InRange(member.Machine.GetStatus().PendingBytes, 0, 1000 * ring.Length);
            Assert.InRange(member.WindowUsed, 1, 1000);
        }

        world.Link(ring[1].Node, ring[2].Node).IsHeld = false;
        world.SettleAndCheck();
    }

    /// <summary>
    /// R1: reports lost with a session are made again in the next one, also between members that are no neighbours.
    /// </summary>
    [Fact]
    public void R1_LostReports_AreMadeAgain()
    {
        var world = new RingWorld();
        var ring = world.Ring(5);
        world.EndSession(ring[0].Node, ring[2].Node);
        world.Settle();
        world.Broadcast(ring[0], count: 2, confirm: ConfirmLevel.ProcessedByAll);
        world.Settle();
        Assert.DoesNotContain("confirm 1 Ok None", world.Diary(ring[0]));
        world.OpenSession(ring[0].Node, ring[2].Node);
        world.SettleAndCheck();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.Equal(5, world.Survivors.Count);
    }

    /// <summary>
    /// R12: a handler may wait for "received by all" of its own message: it does not need that handler.
    /// </summary>
    [Fact]
    public void R12_ReceivedByAll_NeedsNoHandler_ProcessedByAllDoes()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        Hold(world, ring);
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Broadcast(ring[0], confirm: ConfirmLevel.ProcessedByAll);
        world.Settle();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.DoesNotContain("confirm 2 Ok None", world.Diary(ring[0]));
        Release(ring[..2]);
        world.Settle();
        Assert.DoesNotContain("confirm 2 Ok None", world.Diary(ring[0]));
        Release(ring);
        world.SettleAndCheck();
        Assert.Contains("confirm 2 Ok None", world.Diary(ring[0]));
    }

    /// <summary>R12: a stopped member counts as gone, and so does one that died.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void R12_ProcessedByAll_DoesNotWaitForTheGone(bool stops)
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        ring[1].IsHandlerHeld = true;
        world.Broadcast(ring[0], confirm: ConfirmLevel.ProcessedByAll);
        world.Settle();
        if (stops)
        {
            world.Stop(ring[1], TerminationReason.HandlerStopped);
        }
        else
        {
            world.Kill(ring[1]);
        }

        world.SettleAndCheck();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
    }

    /// <summary>R12: what a newcomer joined with counts as processed by it.</summary>
    [Fact]
    public void R12_JoinersBase_CountsAsProcessed()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        ring[1].IsHandlerHeld = true;
        world.Broadcast(ring[0], count: 3, confirm: ConfirmLevel.ProcessedByAll);
        world.Settle();
        var newcomer = world.JoinRightOf(ring[0], world.AddNode("c"));
        world.Settle();
        newcomer.IsHandlerHeld = true;
        ring[1].IsHandlerHeld = false;
        world.Settle();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        newcomer.IsHandlerHeld = false;
        world.SettleAndCheck();
    }

    /// <summary>R12: alone, it takes one read of the record.</summary>
    [Fact]
    public void R12_Alone_OneReadProves()
    {
        var world = new RingWorld();
        var ring = world.Ring(1);
        world.Store.IsHeld = true;
        world.Broadcast(ring[0], count: 2, confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        Assert.DoesNotContain("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.Single(world.Store.Requests);
        world.Store.IsHeld = false;
        world.SettleAndCheck();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
    }

    /// <summary>R12: alone with the store down nothing is proved.</summary>
    [Fact]
    public void R12_AloneAndStoreDown_Unknown()
    {
        var world = new RingWorld();
        var ring = world.Ring(1);
        world.Store.IsHeld = true;
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Broadcast(ring[0], confirm: ConfirmLevel.ProcessedByAll);
        world.Settle();
        while (world.Store.Requests.Count > 0)
        {
            world.AnswerUnknown(world.Store.Requests[0]);
            world.Settle();
        }

        world.Store.IsHeld = false;
        world.SettleAndCheck();
        Assert.Contains("confirm 1 Unknown RecordUnavailable", world.Diary(ring[0]));
        Assert.Contains("confirm 2 Unknown RecordUnavailable", world.Diary(ring[0]));
    }

    /// <summary>R12: alone in its own eyes alone: buried by membership, with a new ring beside it.</summary>
    [Fact]
    public void R12_AloneInItsOwnEyesOnly_IsNotOk()
    {
        var world = new RingWorld();
        var ring = world.Ring(1);
        world.DeclareDead(ring[0].Node);
        var other = world.Join("b");
        world.Settle(timers: true);
        Assert.True(other.IsJoined);
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.SettleAndCheck();
        Assert.Equal(
            ["confirm 1 Unknown LostMembership", "terminated LostMembership 0"], world.Diary(ring[0]).TakeLast(2));
    }

    /// <summary>R12: the read covers what was published before it, not what came after.</summary>
    [Fact]
    public void R12_Alone_ReadCoversOnlyWhatWasPublishedBeforeIt()
    {
        var world = new RingWorld();
        var ring = world.Ring(1);
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.SettleUntil(() => world.Store.Requests.Count == 1);
        world.Store.IsHeld = true;
        var read = world.Store.Requests[0];
        world.Apply(read);
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        world.Answer(read);
        world.Settle();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.DoesNotContain("confirm 2 Ok None", world.Diary(ring[0]));
        world.Store.IsHeld = false;
        world.SettleAndCheck();
        Assert.Contains("confirm 2 Ok None", world.Diary(ring[0]));
    }

    /// <summary>The others die while a message goes round: the record's saying so is the proof.</summary>
    [Fact]
    public void R12_LeftAloneByDeaths_ConfirmIsProvedByTheRecord()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Link(ring[0].Node, ring[1].Node).IsHeld = true;
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        world.Crash(ring[1].Node);
        world.Crash(ring[2].Node);
        world.SettleAndCheck();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
    }

    private static void Hold(RingWorld world, IEnumerable<WorldMember> members)
    {
        world.Settle();
        foreach (var member in members)
        {
            member.IsHandlerHeld = true;
        }
    }

    private static void Release(IEnumerable<WorldMember> members)
    {
        foreach (var member in members)
        {
            member.IsHandlerHeld = false;
        }
    }
}
