namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>R13, GD8, GD10, S10: leaving, stopping, shutting down, forgetting.</summary>
public sealed class LeavingRuleTests
{
    /// <summary>GD8: leaving right after publishing loses nothing, not even what has not been flushed.</summary>
    [Fact]
    public void GD8_LeaveRightAfterBroadcast_LosesNothing()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Broadcast(ring[0], count: 5);
        world.Leave(ring[0]);
        world.SettleAndCheck();
        Assert.Equal("terminated Left 0", world.Diary(ring[0])[^1]);
        Assert.Equal(["a1:5", "deaths a1"], world.Diary(ring[1]).TakeLast(2));
        Assert.Equal(["a1:5", "deaths a1"], world.Diary(ring[2]).TakeLast(2));
    }

    /// <summary>
    /// R13: the leaver forwards for the others until its own messages have been all the way round twice.
    /// </summary>
    [Fact]
    public void R13_LeaverForwardsWhileItDrains()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        var back = world.Link(ring[2].Node, ring[0].Node);
        back.IsHeld = true;
        world.Broadcast(ring[0], count: 2, confirm: ConfirmLevel.ReceivedByAll);
        world.Leave(ring[0]);
        world.Settle();
        Assert.True(ring[0].IsRunning);
        back.IsHeld = false;
        world.Link(ring[1].Node, ring[2].Node).IsHeld = true;
        world.Broadcast(ring[2], count: 2, confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        Assert.True(ring[0].IsRunning);
        Assert.Contains("c1:2", world.Diary(ring[1]));
        world.Link(ring[1].Node, ring[2].Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[2]));
        Assert.Equal("terminated Left 0", world.Diary(ring[0])[^1]);
        Assert.DoesNotContain(
            world.Sightings.Keys, static situation => situation.StartsWith("edit MarkDead", StringComparison.Ordinal));
    }

    /// <summary>R13: from then on nothing is taken, and it is said that nothing was sent.</summary>
    [Fact]
    public void R13_BroadcastAfterLeave_IsRefusedAsFailed()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Link(ring[0].Node, ring[1].Node).IsHeld = true;
        world.Broadcast(ring[0]);
        world.Leave(ring[0]);
        ring[0].IsLeaving = false; // As if the application had been quicker than the host.
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        Assert.Contains("confirm 1 Failed Leaving", world.Diary(ring[0]));
        world.Link(ring[0].Node, ring[1].Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.DoesNotContain("a1:2", world.Diary(ring[1]));
    }

    /// <summary>R13, GD10: what cannot be drained in time is unknown, and said so.</summary>
    [Fact]
    public void R13_DeadlinePasses_EndsUndrainedWithHonestOutcomes()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Link(ring[0].Node, ring[1].Node).IsHeld = true;
        world.Broadcast(ring[0], count: 3, confirm: ConfirmLevel.ReceivedByAll);
        world.Leave(ring[0]);
        world.Settle(timers: true);
        Assert.Equal(["confirm 1 Unknown Terminated", "terminated LeftUndrained 3"], world.Diary(ring[0]).TakeLast(2));
        world.Link(ring[0].Node, ring[1].Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(2, world.Survivors.Count);
    }

    /// <summary>
    /// Alone in its own eyes, with a new ring beside it: nobody has got anything, so it has not left, it was lost.
    /// </summary>
    [Fact]
    public void R13_LeaveOfTheBuried_IsNoCleanLeave()
    {
        var world = new RingWorld();
        var ring = world.Ring(1);
        world.DeclareDead(ring[0].Node);
        var other = world.Join("b");
        world.Settle(timers: true);
        Assert.True(other.IsJoined);
        world.Broadcast(ring[0], count: 3);
        world.Leave(ring[0]);
        world.SettleAndCheck();
        Assert.Equal(TerminationReason.LostMembership, ring[0].Termination!.Reason);
    }

    /// <summary>GD10: a leaver that waits for a slow handler's proof does not wait for ever.</summary>
    [Fact]
    public void GD10_ProofThatNeverComes_DoesNotKeepALeaver()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        ring[1].IsHandlerHeld = true;
        world.Broadcast(ring[0], confirm: ConfirmLevel.ProcessedByAll);
        world.Leave(ring[0]);
        world.Settle();
        Assert.True(ring[0].IsRunning);
        world.Settle(timers: true);
        Assert.Equal(["confirm 1 Unknown Terminated", "terminated LeftUndrained 0"], world.Diary(ring[0]).TakeLast(2));
        ring[1].IsHandlerHeld = false;
        world.SettleAndCheck();
    }

    /// <summary>R13: a stop does not drain.</summary>
    [Fact]
    public void R13_Stop_EndsAtOnce()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        ring[0].IsHeld = true;
        world.Broadcast(ring[0], count: 2, confirm: ConfirmLevel.ReceivedByAll);
        world.Stop(ring[0], TerminationReason.HandlerStopped);
        ring[0].IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(["confirm 1 Unknown Terminated", "terminated HandlerStopped 2"], world.Diary(ring[0]).TakeLast(2));
        Assert.DoesNotContain("a1:1", world.Diary(ring[1]));
    }

    /// <summary>R13: a ring that is shut down does not bury itself member by member.</summary>
    [Fact]
    public void R13_ShutDown_NobodyIsMarkedDead()
    {
        var world = new RingWorld();
        var ring = world.Ring(5);
        world.Broadcast(ring[3], count: 3);
        world.ShutDownGroup(ring[2]);
        world.SettleAndCheck();
        Assert.All(ring, static member => Assert.Equal(TerminationReason.GroupShutDown, member.Termination!.Reason));
        Assert.Equal(RecordStatus.ShutDown, world.Store.Current!.Status);
        Assert.All(world.Store.Current.Entries, static entry => Assert.True(entry.IsAlive));
        Assert.DoesNotContain(
            world.Sightings.Keys, static situation => situation.StartsWith("edit MarkDead", StringComparison.Ordinal));

        var next = world.Join("n");
        world.SettleAndCheck();
        Assert.True(next.IsJoined);
    }

    [Fact]
    public void R13_ShutDownByAll_AndByTheOnlyOne()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        foreach (var member in ring)
        {
            world.ShutDownGroup(member);
        }

        world.SettleAndCheck();
        Assert.All(ring, static member => Assert.Equal(TerminationReason.GroupShutDown, member.Termination!.Reason));
        var alone = world.Join("n");
        world.Settle();
        world.ShutDownGroup(alone);
        world.SettleAndCheck();
        Assert.Equal(TerminationReason.GroupShutDown, alone.Termination!.Reason);
    }

    /// <summary>R13, S11: forgotten under its living members, by somebody who need not be one.</summary>
    [Fact]
    public void R13_Forget_TerminatesTheLiving()
    {
        var world = new RingWorld();
        var ring = world.Ring(4);
        var outsider = world.AddNode("z");
        world.EndSession(outsider, ring[1].Node);
        world.EndSession(outsider, ring[2].Node);
        world.Settle();
        world.Forget(outsider);
        world.SettleAndCheck();
        Assert.All(ring, static member => Assert.Equal(TerminationReason.Forgotten, member.Termination!.Reason));
        var next = world.Join(outsider);
        world.SettleAndCheck();
        Assert.True(next.IsJoined);
    }

    [Fact]
    public void LastMemberLeaves_RecordIsEmptyAndCanBeFoundedAgain()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        foreach (var member in ring)
        {
            world.Broadcast(member, count: 2);
            world.Leave(member);
        }

        world.SettleAndCheck();
        Assert.All(
            ring,
            static member => Assert.Equal("Left 0", $"{member.Termination!.Reason} {member.Termination.Unsettled}"));
        Assert.Empty(world.Store.Current!.Entries);
        var next = world.Join("n");
        world.SettleAndCheck();
        Assert.True(next.IsJoined);
    }

    /// <summary>S10: a leaver that dies while it drains is a dead member like any other.</summary>
    [Fact]
    public void S10_LeaverDiesWhileDraining_ItsMessagesAreSettledByTheHeir()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Link(ring[1].Node, ring[2].Node).IsHeld = true;
        world.Broadcast(ring[0], count: 2);
        world.Leave(ring[0]);
        world.Settle();
        world.Kill(ring[0]);
        world.Link(ring[1].Node, ring[2].Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(["a1:2", "deaths a1"], world.Diary(ring[2]).TakeLast(2));
    }
}
