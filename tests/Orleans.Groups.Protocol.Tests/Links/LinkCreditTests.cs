namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>Rule H5: credit per channel, bounded buffers, named outcomes.</summary>
public sealed class LinkCreditTests
{
    private const string Ten = "0123456789"; // Costs 42.

    private static readonly LinkSettings Settings = new()
    {
        ChannelCreditBytes = 100,
        MaxBatchBytes = 64,
        MaxFrameBytes = 500,
        MaxChannelWaitingBytes = 60,
        MaxWaitingBytes = 100,
    };

    private readonly LinkPair _pair = LinkPair.InSession(Settings);

    private LinkProbe A => _pair.A;

    private LinkProbe B => _pair.B;

    [Fact]
    public void H5_AChannelWithoutCredit_WaitsAndBlocksNoOther()
    {
        SendAll(LinkProbe.Scope, Ten, Ten, Ten, Ten);
        Assert.Equal("flush, credited 5 is full", A.TakeLog());
        SendAll(LinkProbe.Ring, "ring");
        SendAll(LinkChannel.Credited(6), "other");
        A.SendControl("hint");
        A.Flush();
        _pair.Flow();

        Assert.Equal(
            $"credited 5 {Ten}, credited 5 {Ten}, credited 5 {Ten}, free 3 ring, control hint, credited 6 other",
            B.TakeLog());
        Assert.Equal(12, A.Status.WaitingBytes);

        B.Consume(LinkProbe.Scope, Ten, Ten, Ten);
        B.Flush();
        _pair.Flow();
        Assert.Equal($"flush, credited 5 {Ten}", B.TakeLog());
        Assert.EndsWith("credited 5 has room", A.TakeLog());
    }

    /// <summary>Each of very many channels is told once that it has room, whether or not others are stopped.</summary>
    [Fact]
    public void H5_ManyChannels_StopAndGoOn_OneAfterTheOther()
    {
        SendAll(LinkProbe.Scope, Ten, Ten, Ten, Ten); // Stopped all the time.
        _pair.Flow();
        A.TakeLog();
        for (var round = 0; round < 2; round++)
        {
            for (var number = 100UL; number < 200; number++)
            {
                var channel = LinkChannel.Credited(number);
                SendAll(channel, Ten, Ten, Ten, Ten);
                _pair.Flow();
                Assert.Equal($"flush, credited {number} is full", A.TakeLog());
                B.Consume(channel, Ten, Ten, Ten);
                B.Flush();
                _pair.Flow();
                Assert.Equal($"credited {number} has room", A.TakeLog());
                B.Consume(channel, Ten);
                B.Flush();
                _pair.Flow();
                Assert.Empty(A.TakeLog());
            }
        }

        B.Consume(LinkProbe.Scope, Ten, Ten, Ten);
        B.Flush();
        _pair.Flow();
        Assert.EndsWith("credited 5 has room", A.TakeLog());
    }

    [Fact]
    public void H5_NothingConsumed_OwesNothing()
    {
        B.Consume(LinkProbe.Scope);

        Assert.Empty(B.TakeLog());
        Assert.Empty(B.Timers);
        Assert.False(_pair.B.Box.OfType<LinkMessage.Batch>().Any());
    }

    [Fact]
    public void H5_RoomComesBack_BelowHalf()
    {
        SendAll(LinkProbe.Scope, Ten, Ten, Ten);
        _pair.Flow();
        Assert.Equal("flush, credited 5 is full", A.TakeLog());

        B.Consume(LinkProbe.Scope, Ten);
        B.Flush();
        _pair.Flow();
        Assert.Empty(A.TakeLog()); // 84 of 100 are outstanding.
        B.Consume(LinkProbe.Scope, Ten);
        B.Flush();
        _pair.Flow();

        Assert.Equal("credited 5 has room", A.TakeLog());
    }

    [Fact]
    public void H5_TooMuchThatWaits_IsRefused_AndTheSessionGoesOn()
    {
        var accepted = 0;
        while (A.Send(LinkProbe.Scope, Ten) == LinkSendOutcome.Accepted)
        {
            accepted++;
        }

        Assert.Equal(3 + 5, accepted); // Three have credit, five times 12 bytes wait.
        var other = LinkChannel.Credited(7);
        while (A.Send(other, Ten) == LinkSendOutcome.Accepted)
        {
            accepted++;
        }

        Assert.Equal(8 + 3 + 4, accepted); // All channels together: 100.
        A.TakeLog();
        A.Flush();
        _pair.Flow();
        B.Consume(LinkProbe.Scope, Ten, Ten, Ten);
        B.Flush();
        _pair.Flow();
        B.Consume(LinkProbe.Scope, Ten, Ten, Ten);
        B.Flush();
        _pair.Flow();
        Assert.Empty(A.TakeLog()); // The last two have gone, and 84 are outstanding.
        B.Consume(LinkProbe.Scope, Ten, Ten);
        B.Flush();
        _pair.Flow();
        Assert.Equal("credited 5 has room", A.TakeLog());
        Assert.Equal(LinkSendOutcome.Accepted, A.Send(LinkProbe.Scope, Ten));
    }

    /// <summary>What others have waiting is no reason to refuse a frame to whom nothing was said.</summary>
    [Fact]
    public void H5_WhoWasNotToldToWait_IsNotRefused()
    {
        var others = LinkChannel.Credited(7);
        while (A.Send(others, new string('x', 90)) == LinkSendOutcome.Accepted)
        {
        }

        Assert.InRange(A.Status.WaitingBytes, 60, 200);
        while (A.Machine.HasRoom(LinkProbe.Scope))
        {
            Assert.Equal(LinkSendOutcome.Accepted, A.Send(LinkProbe.Scope, Ten));
        }

        Assert.EndsWith("credited 5 is full", A.TakeLog());
        Assert.True(A.Machine.HasRoom(LinkChannel.Credited(8)));
    }

    /// <summary>A frame may be larger than all the credit, or nothing would ever move.</summary>
    [Fact]
    public void H5_AFrameLargerThanTheCredit_GoesWhenNothingIsOutstanding()
    {
        var large = new string('x', 400);
        SendAll(LinkProbe.Scope, "a", large, "b");
        _pair.Flow();
        Assert.Equal($"credited 5 a, credited 5 {large}", B.TakeLog());

        B.Consume(LinkProbe.Scope, "a", large);
        B.Flush();
        _pair.Flow();
        Assert.Equal("flush, credited 5 b", B.TakeLog());
    }

    [Fact]
    public void H5_LargeFramesThatWait_ArriveWholeAndInOrder()
    {
        var large = new string('x', 400);
        var pair = LinkPair.InSession(Settings with { MaxChannelWaitingBytes = 5000, MaxWaitingBytes = 5000 });
        string[] texts = [large, "a", large, large, "b"];
        foreach (var text in texts)
        {
            pair.A.Send(LinkProbe.Scope, text);
        }

        pair.A.Flush();
        var arrived = new List<string>();
        while (arrived.Count < texts.Length)
        {
            pair.A.Send(LinkProbe.Ring, "between");
            pair.A.Flush();
            pair.Flow();
            const string Prefix = "credited 5 ";
            var news = pair.B.TakeLog().Split(", ").Where(line => line.StartsWith(Prefix, StringComparison.Ordinal));
            var fresh = news.Select(line => line[Prefix.Length..]).ToArray();
            Assert.InRange(fresh.Length, 1, 2); // Never more than the credit and one frame.
            arrived.AddRange(fresh);
            pair.B.Consume(LinkProbe.Scope, fresh);
            pair.B.Flush();
        }

        Assert.Equal(texts, arrived);
        pair.B.Fire(LinkTimer.Credit, orFlush: true);
        pair.Flow();
        Assert.Empty(pair.A.Status.Channels);
    }

    [Fact]
    public void H5_SmallConsumption_IsToldAfterTheDelay_OrWithTheNextBatch()
    {
        var pair = LinkPair.InSession(Settings with { ChannelCreditBytes = 1000 });
        pair.A.SendAndTake(LinkProbe.Scope, Ten);
        pair.A.Fire(LinkTimer.Retry);
        pair.Flow();
        pair.B.Consume(LinkProbe.Scope, Ten);
        Assert.Empty(pair.B.Box);
        Assert.Equal(TimeSpan.FromMilliseconds(50), pair.B.Timers[LinkTimer.Credit].After);

        pair.B.Fire(LinkTimer.Credit);
        var told = Assert.Single(pair.B.Batches);
        Assert.Equal(LinkLane.Control, told.Lane);
        Assert.Equal(new LinkCredit(LinkProbe.Scope, 42), Assert.Single(told.Credits));
        pair.Flow();
        Assert.Empty(pair.A.Status.Channels);

        pair.A.Send(LinkProbe.Scope, Ten);
        pair.A.Flush();
        pair.Flow();
        pair.B.Consume(LinkProbe.Scope, Ten);
        pair.B.Send(LinkProbe.Ring, "data");
        pair.B.Flush();
        Assert.Equal(LinkLane.Data, Assert.Single(pair.B.Batches).Lane);
        pair.Flow();
        Assert.Empty(pair.A.Status.Channels);
        pair.B.Fire(LinkTimer.Credit);
        Assert.Empty(pair.B.Box); // Nothing is owed any more.
    }

    /// <summary>Credit is numbered like frames: lost, it is told again; doubled, it counts once.</summary>
    [Fact]
    public void H5_CreditThatIsLostOrDoubled_CountsOnce()
    {
        SendAll(LinkProbe.Scope, Ten, Ten, Ten, Ten, Ten);
        _pair.Flow();
        B.Consume(LinkProbe.Scope, Ten);
        B.Flush();
        B.Take<LinkMessage>(); // Lost.
        B.Fire(LinkTimer.Retry);
        var again = B.Take<LinkMessage>();
        A.Receive(again);
        A.Receive(again);
        A.Receive(again);

        var channel = Assert.Single(A.Status.Channels);
        Assert.Equal(3 * 42, channel.OutstandingBytes); // Five, less one, less what waits.
        Assert.Equal(12, channel.WaitingBytes);
    }

    [Fact]
    public void H5_ANewSession_BeginsWithFullCredit()
    {
        SendAll(LinkProbe.Scope, Ten, Ten, Ten, Ten);
        _pair.Flow();
        B.TakeLog();
        A.Step(new LinkInput.EndSession(1));
        _pair.Flow();
        B.Consume(1, LinkProbe.Scope, Ten, Ten, Ten); // Nobody's debt any more.
        B.TakeLog();

        SendAll(LinkProbe.Scope, Ten, Ten, Ten);
        _pair.Flow();

        Assert.Equal($"credited 5 {Ten}, credited 5 {Ten}, credited 5 {Ten}", B.TakeLog());
        Assert.Equal(3 * 42, B.Status.UnconsumedBytes);
    }

    /// <summary>
    /// Rule R1 bounds what rings send; if that fails nevertheless, the session is the price, not memory.
    /// </summary>
    [Fact]
    public void H5_FreeChannels_AreNeverRefused_ButAFullBufferEndsTheSession()
    {
        var pair = LinkPair.InSession(Settings with { MaxBufferBytes = 1000 });
        var accepted = 0;
        while (pair.A.Send(LinkProbe.Ring, Ten) == LinkSendOutcome.Accepted)
        {
            Assert.InRange(++accepted, 1, 100);
        }

        Assert.Equal("flush, down 1 BufferFull", pair.A.TakeLog());
        Assert.Equal(84, accepted); // 12 bytes each.
        pair.Flow();
        Assert.Equal("up 2", pair.A.TakeLog());
        Assert.Equal("down 1 PeerGaveUp, up 2", pair.B.TakeLog());
    }

    /// <summary>Credited channels leave half of the buffer to the free ones, whose frames cannot be refused.</summary>
    [Fact]
    public void H5_CreditedChannels_CannotFillTheBuffer()
    {
        var pair = LinkPair.InSession(Settings with
        {
            MaxBufferBytes = 400,
            ChannelCreditBytes = 100_000,
            MaxChannelWaitingBytes = 10_000,
            MaxWaitingBytes = 10_000,
        });
        for (var count = 0; count < 100; count++)
        {
            Assert.Equal(LinkSendOutcome.Accepted, pair.A.Send(LinkProbe.Scope, $"{count:D10}"));
        }

        Assert.InRange(pair.A.Status.Data.GatheredBytes, 200, 212);
        Assert.Equal(LinkSendOutcome.Accepted, pair.A.Send(LinkProbe.Ring, "ring"));
        Assert.Equal("flush, credited 5 is full", pair.A.TakeLog());
        pair.A.Flush();
        pair.Flow();

        var expected = Enumerable.Range(0, 100).Select(count => $"credited 5 {count:D10}").ToList();
        Assert.Equal(expected, pair.B.Log.Where(line => line != "free 3 ring"));
        Assert.Equal("credited 5 has room", pair.A.TakeLog());
    }

    [Fact]
    public void Channels_BeyondTheMaximum_AreRefusedUntilOneIsDone()
    {
        var pair = LinkPair.InSession(Settings with { MaxChannels = 2 });
        Assert.Equal(LinkSendOutcome.Accepted, pair.A.Send(LinkChannel.Credited(1), Ten));
        Assert.Equal(LinkSendOutcome.Accepted, pair.A.Send(LinkChannel.Credited(2), Ten));
        Assert.Equal(LinkSendOutcome.Full, pair.A.Send(LinkChannel.Credited(3), Ten));
        pair.A.Flush();
        pair.Flow();
        pair.B.Consume(LinkChannel.Credited(1), Ten);
        pair.B.Flush();
        pair.Flow();

        Assert.Equal(LinkSendOutcome.Accepted, pair.A.Send(LinkChannel.Credited(3), Ten));
    }

    [Fact]
    public void Consuming_WhatHasNotArrived_IsOurBug()
    {
        Assert.Throws<InvariantViolationException>(() => B.Consume(LinkProbe.Scope, Ten));
        A.Consume(LinkProbe.Ring, Ten); // Free channels owe nothing.
    }

    private void SendAll(LinkChannel channel, params string[] texts)
    {
        foreach (var text in texts)
        {
            Assert.Equal(LinkSendOutcome.Accepted, A.Send(channel, text));
        }

        A.Flush();
    }
}
