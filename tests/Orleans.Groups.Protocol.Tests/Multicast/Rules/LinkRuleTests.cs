namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>
/// R5 link stamps, R8 the record ahead, H1 sessions, H4 lanes, S3, S9, S14, GD3: links, staged step by step.
/// </summary>
public sealed class LinkRuleTests
{
    /// <summary>
    /// GD3: A, then A and C between, then A again: what A sent on the first link must not count on the third.
    /// </summary>
    [Fact]
    public void GD3_OldFramesOfAnOldIncarnationOfTheLink_AreDropped()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        var link = world.Link(ring[0].Node, ring[1].Node);
        link.IsHeld = true;
        world.Broadcast(ring[0], count: 2);
        world.Settle();
        var between = world.JoinRightOf(ring[0], world.AddNode("c"));
        world.Settle();
        world.Broadcast(ring[0], count: 2);
        world.Settle();
        world.Kill(between);
        world.Settle();
        Assert.True(link.Count > 2);
        Assert.Contains("a1:4", world.Diary(ring[1]));

        link.IsHeld = false;
        world.Broadcast(ring[0]);
        world.SettleAndCheck();
        Assert.True(world.Sightings.ContainsKey("trace OldLink") || world.Sightings.ContainsKey("trace NotFromLeft"));
        Assert.Equal(
            ["joined a1,b1", "births c1", "a1:1", "a1:2", "a1:3", "a1:4", "a1:5", "deaths c1"], world.Diary(ring[1]));
    }

    /// <summary>L3: a link counts from its catch-up on, whatever its stamp says.</summary>
    [Fact]
    public void L3_ContentBeforeTheCatchup_IsDropped()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        var home = world.AddNode("c");
        world.Link(home, ring[1].Node).IsHeld = true;
        var between = world.JoinRightOf(ring[0], home);
        world.Settle();
        // Shows b the view in which c is its left neighbour.
        var other = world.JoinRightOf(ring[1], world.AddNode("d"));
        world.Settle();
        var record = ring[1].Machine.HeldRecord!;
        Assert.Equal(between.Id, ring[1].Machine.GetStatus().Left);
        var stamp = new LinkStamp(record.Epoch, record.Entries[record.IndexOf(ring[1].Id)].LinkVersion, record.Version);
        var batch = new PublicationBatch(1, new ReadOnlyMemory<byte>[] { PayloadText.Make(between.Serial, 1, 0) });
        world.HasForgeries = true;
        world.Step(
            ring[1],
            new RingInput.Received(
                between.Id, new RingMessage.Activity(stamp, [new ActivityEntry(between.Id, [batch], 1, 0)])));
        Assert.DoesNotContain("c1:1", world.Diary(ring[1]));
        Assert.Equal(1, world.Sightings["trace OldLink"]);
        world.Link(home, ring[1].Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.True(other.IsJoined);
    }

    /// <summary>
    /// R5: a member that hears of an insert and of the newcomer's death at once has the same stamp as its neighbour.
    /// </summary>
    [Fact]
    public void R5_SkippedVersion_BothEndsUseTheSameStamp()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        ring[1].IsHeld = true;
        var between = world.JoinRightOf(ring[0], world.AddNode("d"));
        world.Settle();
        Assert.True(between.IsJoined);
        world.Kill(between);
        world.Settle();
        Assert.False(world.Store.Current!.ListsAlive(between.Id));

        // All that b hears is the last view.
        Skip(world, ring[1]);
        ring[1].IsHeld = false;
        world.Broadcast(ring[0], count: 2, confirm: ConfirmLevel.ReceivedByAll);
        world.Broadcast(ring[1], confirm: ConfirmLevel.ProcessedByAll);
        world.SettleAndCheck();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[1]));
    }

    /// <summary>R8: the ring needs no store to carry messages, and no frame ever waits for a read.</summary>
    [Fact]
    public void R8_StoreDown_RingGoesOn()
    {
        var world = new RingWorld();
        var ring = world.Ring(4);
        world.Store.IsHeld = true;
        foreach (var member in ring)
        {
            world.Broadcast(member, count: 3, confirm: ConfirmLevel.ReceivedByAll);
            world.Broadcast(member, count: 3, confirm: ConfirmLevel.ProcessedByAll);
        }

        world.Settle();
        foreach (var member in ring)
        {
            Assert.Contains("confirm 1 Ok None", world.Diary(member));
            Assert.Contains("confirm 2 Ok None", world.Diary(member));
        }

        Assert.Empty(world.Store.Requests);
    }

    /// <summary>R8: what was gathered before a view came leaves behind that view, which its stamp needs.</summary>
    [Fact]
    public void R8_ViewBetweenGatheringAndFlush_TravelsAhead()
    {
        var world = new RingWorld();
        var ring = world.Ring(4);
        world.Kill(ring[3]);
        ring[0].IsHeld = true;
        world.Settle();
        world.Broadcast(ring[0], count: 2, confirm: ConfirmLevel.ReceivedByAll);

        // One turn: the view of d's death and the broadcast, whichever comes first.
        Assert.True(ring[0].Mailbox.Count > 1);
        var inputs = ring[0].Mailbox.ToList();
        ring[0].Mailbox.Clear();
        foreach (var input in inputs.OrderByDescending(static input => input is RingInput.Broadcast))
        {
            ring[0].Mailbox.Enqueue(input);
        }

        ring[0].IsHeld = false;
        world.SettleAndCheck();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.False(world.Sightings.ContainsKey("trace AheadOfRecord"));
    }

    /// <summary>S3 and H4: the notice of a death comes behind the last frames of the dead.</summary>
    [Fact]
    public void S3_LastMessagesBeforeADeath_Arrive()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Link(ring[0].Node, ring[1].Node).IsHeld = true;
        world.Broadcast(ring[0], count: 5);
        world.Turn(ring[0]);
        world.Crash(ring[0].Node);
        world.Link(ring[0].Node, ring[1].Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(
            ["joined a1,b1", "births c1", "a1:1", "a1:2", "a1:3", "a1:4", "a1:5", "deaths a1"], world.Diary(ring[1]));
        Assert.Equal(["a1:5", "deaths a1"], world.Diary(ring[2]).TakeLast(2));
    }

    /// <summary>S14: a catch-up larger than a frame travels in parts; the checkers look at every frame.</summary>
    [Fact]
    public void S14_LargeState_TravelsInParts()
    {
        var settings = RingWorldOptions.DefaultSettings with { MaxFrameBytes = 300 };
        var world = new RingWorld(new RingWorldOptions { Settings = settings });
        var ring = world.Ring(3);
        world.Link(ring[2].Node, ring[0].Node).IsHeld = true;
        for (var times = 0; times < 20; times++)
        {
            world.Broadcast(ring[0], count: 5, size: 40);
            world.Broadcast(ring[1], count: 2, size: 100);
        }

        world.Settle();
        var newcomer = world.JoinRightOf(ring[1], world.AddNode("d"));
        world.Settle();
        world.Kill(ring[1]);
        world.Settle();
        var parts = world.Observer<RingDiary>().Sent.Max(static send => send.Message switch
        {
            RingMessage.JoinReply reply => reply.Parts,
            RingMessage.Catchup catchup => -catchup.Parts,
            _ => 0,
        });
        Assert.True(parts > 20);
        Assert.Contains(
            world.Observer<RingDiary>().Sent, static send => send.Message is RingMessage.Catchup { Parts: > 20 });

        world.Link(ring[2].Node, ring[0].Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.True(newcomer.IsJoined);
    }

    /// <summary>
    /// H1: after a false alarm the record decides who goes; who comes back can be anybody's neighbour again.
    /// </summary>
    [Fact]
    public void H1_AfterAFalseAlarm_TheLoserComesBackAndIsNeighbourAgain()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        for (var round = 0; round < 3; round++)
        {
            var (a, b) = (world.Survivors[0], world.Survivors[1]);
            world.EndSession(a.Node, b.Node);
            world.Settle();
            world.OpenSession(a.Node, b.Node);
            world.SettleAndCheck();
            var survivor = Assert.Single(world.Survivors);
            var loser = survivor == a ? b : a;
            Assert.Equal(TerminationReason.LostMembership, loser.Termination!.Reason);
            world.Join(loser.Node);
            world.Settle(timers: true);
            world.Broadcast(survivor, confirm: ConfirmLevel.ProcessedByAll);
            world.SettleAndCheck();
            Assert.Contains($"confirm {survivor.LastConfirm} Ok None", world.Diary(survivor));
        }

        Assert.Equal(2, world.Survivors.Count);
        Assert.NotEmpty(ring);
    }

    /// <summary>The last hop back to the publisher carries numbers only.</summary>
    [Fact]
    public void LastHop_CarriesNumbersOnly()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Broadcast(ring[0], count: 3, size: 50);
        world.SettleAndCheck();
        var back = world.Observer<RingDiary>().Sent
            .Where(send => send.To.Equals(ring[0].Id))
            .Select(static send => send.Message)
            .OfType<RingMessage.Activity>()
            .SelectMany(static activity => activity.Entries)
            .Where(entry => entry.Publisher.Equals(ring[0].Id))
            .ToList();
        Assert.Contains(back, static entry => entry.PublishedThrough == 3);
        Assert.All(back, static entry => Assert.Empty(entry.Publications));
    }

    /// <summary>Of all views that wait for a member, only the last one reaches it.</summary>
    private static void Skip(RingWorld world, WorldMember member)
    {
        var inputs = member.Mailbox.ToList();
        var last = inputs.FindLastIndex(static input => input is RingInput.Received { Message: RingMessage.View });
        var newest = (RingInput.Received)inputs[last];
        member.Mailbox.Clear();
        member.Mailbox.Enqueue(newest);
        foreach (var input in inputs)
        {
            // In their order, so that nothing but the versions in between is missing.
            if (input is not RingInput.Received { Message: RingMessage.View })
            {
                member.Mailbox.Enqueue(input);
            }
        }

        world.Note($"{member} skips versions");
    }
}
