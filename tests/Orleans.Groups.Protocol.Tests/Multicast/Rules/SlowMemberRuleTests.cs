namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>R1: whom the policy takes out for being far behind, and whom it does not.</summary>
public sealed class SlowMemberRuleTests
{
    private const int Messages = 16;
    private const int Window =
        Messages * (PayloadText.HeaderBytes + PublicationBatch.OverheadBytes);

    private static readonly RingSettings Settings =
        RingWorldOptions.DefaultSettings with { EjectSlowMembers = true, WindowBytes = Window };

    /// <summary>
    /// A member that always gets somewhere, but holds the window up all the time, is taken out alone.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void R1_AlwaysFarBehind_IsTakenOut(int members)
    {
        var (world, ring) = Start(members, slow: 1);
        var since = world.Now;
        while (ring[1].IsRunning)
        {
            Assert.InRange(world.Now - since, TimeSpan.Zero, Settings.EjectAfter * 1.25);
            Advance(world, ring[0], ring[1..2]);
        }

        Assert.InRange(world.Now - since, Settings.EjectAfter, Settings.EjectAfter * 1.25);
        ring[1].IsHandlerHeld = false;
        world.SettleAndCheck();
        Assert.Equal(TerminationReason.LostMembership, ring[1].Termination!.Reason);
        Assert.Equal(members - 1, world.Survivors.Count);
        Assert.True(world.Broadcast(ring[0], Messages));
        world.SettleAndCheck();
    }

    /// <summary>A member that falls far behind again and again, and each time gets there in time, stays.</summary>
    [Fact]
    public void R1_BehindForLessThanTheTime_Stays()
    {
        var (world, ring) = Start(3, slow: 1);
        for (var times = 0; times < 10; times++)
        {
            var since = world.Now;
            while (world.Now - since < Settings.EjectAfter * 0.8)
            {
                Advance(world, ring[0], ring[1..2]);
            }

            ring[1].IsHandlerHeld = false;
            world.Settle();
            ring[1].IsHandlerHeld = true;
            Fill(world, ring[0]);
        }

        ring[1].IsHandlerHeld = false;
        world.SettleAndCheck();
        Assert.Equal(3, world.Survivors.Count);
    }

    /// <summary>A publisher that is too fast for all of them has nobody taken out.</summary>
    [Fact]
    public void R1_MostAreBehind_NobodyIsTakenOut()
    {
        var (world, ring) = Start(5, slow: 3);
        var since = world.Now;
        while (world.Now - since < Settings.EjectAfter * 10)
        {
            Advance(world, ring[0], ring[1..4]);
        }

        foreach (var member in ring)
        {
            member.IsHandlerHeld = false;
        }

        world.SettleAndCheck();
        Assert.Equal(5, world.Survivors.Count);
    }

    /// <summary>What is not acked waits for a link, not for a handler: nobody is behind for that.</summary>
    [Fact]
    public void R1_SlowLink_MakesNoBacklog()
    {
        var watch = Watch(1_000);
        watch.Add(Batch(1, count: 20));
        Assert.False(watch.HasFallenBehind(0));
        watch.Ack(20);
        Assert.True(watch.HasFallenBehind(0));
    }

    /// <summary>A mark is reached by whom so many bytes of acked messages wait for.</summary>
    [Fact]
    public void R1_Mark_IsWhatTheBytesSay()
    {
        var random = new DeterministicRandom(7);
        var mark = new BacklogMark(2_000);
        var batches = new List<PublicationBatch>();
        for (var step = 0; step < 2_000; step++)
        {
            batches.Add(Batch(batches.Count == 0 ? 1 : batches[^1].Last + 1, count: 1 + random.Next(4)));
            mark.Add(batches[^1].Last, batches[^1].Bytes);
            var through = batches[Math.Max(0, batches.Count - 1 - random.Next(40))].Last;
            var backlog = batches.Where(batch => batch.Last > through).Sum(batch => batch.Bytes);
            Assert.Equal(backlog >= 2_000, mark.IsReachedBy(through));
        }
    }

    private static BacklogWatch Watch(long windowBytes)
    {
        var world = new RingWorld();
        return new BacklogWatch(new MemberId(world.AddNode("a").Id, 1, "self"), windowBytes);
    }

    private static PublicationBatch Batch(long first, int count) => new(first, new ReadOnlyMemory<byte>[count]);

    /// <summary>
    /// A ring whose first member has filled its window, and some of whose others stand before a gate.
    /// </summary>
    private static (RingWorld World, WorldMember[] Ring) Start(int members, int slow)
    {
        var world = new RingWorld(new RingWorldOptions { WindowBytes = Window, Settings = Settings });
        var ring = world.Ring(members);
        world.Settle();
        foreach (var member in ring[1..(1 + slow)])
        {
            member.IsHandlerHeld = true;
        }

        Fill(world, ring[0]);
        return (world, ring);
    }

    private static void Fill(RingWorld world, WorldMember publisher)
    {
        while (world.Broadcast(publisher))
        {
            world.Settle();
        }

        world.Settle();
    }

    /// <summary>Each of the slow gets one message further, the window is filled again, and time passes.</summary>
    private static void Advance(RingWorld world, WorldMember publisher, WorldMember[] slow)
    {
        foreach (var member in slow)
        {
            world.RunHandler(member, messages: 1);
            while (member.Reports.Count > 0)
            {
                world.ReportProcessed(member);
            }
        }

        world.Settle();
        Fill(world, publisher);
        _ = world.FireEarliestTimer();
        world.Settle();
    }
}
