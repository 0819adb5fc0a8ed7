namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>R1: what nobody waits for is put off; what somebody waits for is not.</summary>
public sealed class PutOffRuleTests
{
    private const int Messages = 16;
    private const int Message = PayloadText.HeaderBytes + PublicationBatch.OverheadBytes;
    private const int Window = Messages * Message;

    private static readonly RingSettings Settings = RingWorldOptions.DefaultSettings with
    {
        WindowBytes = Window,
        ReportDelay = TimeSpan.FromMilliseconds(1),
    };

    /// <summary>Reports and acks of one message wait for a moment, and then come.</summary>
    [Fact]
    public void R1_NobodyWaits_ReportsComeAfterAMoment()
    {
        var (world, ring) = Start();
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.Equal(Message, ring[0].WindowUsed);
        Assert.True(ring[0].Machine.GetStatus().IsAckPutOff);
        Assert.Equal(Message, ring[2].Machine.GetStatus().PendingBytes);

        world.SettleAndCheck();
        Assert.Equal(0, ring[0].WindowUsed);
        Assert.Equal(0, ring[2].Machine.GetStatus().PendingBytes);
    }

    /// <summary>The next message takes the ack of the one before along.</summary>
    [Fact]
    public void R1_NextMessage_TakesTheAckAlong()
    {
        var (world, ring) = Start();
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        Assert.Contains("confirm 2 Ok None", world.Diary(ring[0]));
        Assert.Equal(Message, ring[2].Machine.GetStatus().PendingBytes);
        world.SettleAndCheck();
    }

    /// <summary>R12: who waits for <i>processed by all</i> does not wait for a moment to pass.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void R12_ProcessedByAll_IsReportedAtOnce(int members)
    {
        var (world, ring) = Start(members);
        world.Broadcast(ring[0], confirm: ConfirmLevel.ProcessedByAll);
        world.Settle();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        world.SettleAndCheck();
    }

    /// <summary>R12: also when the handlers come to it only later, or have come to it before they are asked.</summary>
    [Fact]
    public void R12_SlowHandler_ReportsWhatItWasAskedFor()
    {
        var (world, ring) = Start();
        ring[1].IsHandlerHeld = true;
        world.Broadcast(ring[0], count: 3, confirm: ConfirmLevel.ProcessedByAll);
        world.Settle();
        Assert.DoesNotContain("confirm 1 Ok None", world.Diary(ring[0]));
        ring[1].IsHandlerHeld = false;
        world.Settle();
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        world.SettleAndCheck();
    }

    /// <summary>An eighth of the window is reported at once, so that the publisher can go on.</summary>
    [Fact]
    public void R1_EighthOfTheWindow_IsReportedAtOnce()
    {
        var (world, ring) = Start();
        for (var count = 0; count < Messages * 3; count++)
        {
            Assert.True(world.Broadcast(ring[0]));
            world.Settle();
            Assert.InRange(ring[0].WindowUsed, 0, Window / 8);
        }

        world.SettleAndCheck();
    }

    /// <summary>R13: whoever leaves puts nothing off, so draining waits for nothing.</summary>
    [Fact]
    public void R13_Leaving_PutsNothingOff()
    {
        var (world, ring) = Start();
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        world.Leave(ring[0]);
        world.Settle();
        Assert.Equal(TerminationReason.Left, ring[0].Termination!.Reason);
        world.SettleAndCheck();
    }

    private static (RingWorld World, WorldMember[] Ring) Start(int members = 3)
    {
        var world = new RingWorld(new RingWorldOptions { WindowBytes = Window, Settings = Settings });
        var ring = world.Ring(members);
        world.Settle(timers: true);
        return (world, ring);
    }
}
