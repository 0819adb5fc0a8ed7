namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>Rule H4 and what a lane is: order, each frame once, batches, parts, retries.</summary>
public sealed class LinkLaneTests
{
    private static readonly LinkSettings Settings = new()
    {
        MaxBatchesInFlight = 4,
        EagerBatchesInFlight = 2,
        MaxBatchBytes = 64,
        MaxFrameBytes = 1000,
        RetryMinimum = TimeSpan.FromMilliseconds(100),
        RetryMaximum = TimeSpan.FromMilliseconds(1000),
    };

    private readonly LinkPair _pair = LinkPair.InSession(Settings);

    private LinkProbe A => _pair.A;

    private LinkProbe B => _pair.B;

    /// <summary>Without order in a lane, a death would overtake the last messages.</summary>
    [Fact]
    public void H4_BatchesInAnyOrderAndDoubled_AreDeliveredInOrderAndOnce()
    {
        var batches = A.SendAndTake(LinkProbe.Ring, "one", "two");
        A.Send(LinkChannel.Free(9), new string('x', 60));
        A.Send(LinkProbe.Ring, "down");
        A.Flush();
        batches.AddRange(A.Take<LinkMessage.Batch>());
        Assert.Equal(3, batches.Count);

        B.Receive(batches[2], batches[1], batches[2], batches[0], batches[1], batches[0], batches[2]);

        Assert.Equal(4, B.Log.Count(line => line == "trace Duplicate"));
        var lines = B.Log.Where(line => !line.StartsWith("trace Duplicate", StringComparison.Ordinal));
        Assert.Equal(["free 3 one", "free 3 two", $"free 9 {new string('x', 60)}"], lines);
        _pair.Flow();
        Assert.Equal("free 3 down", B.Log[^1]);
    }

    [Fact]
    public void H4_TheControlLane_IsNeverBehindData()
    {
        A.SendAndTake(LinkProbe.Ring, "lost", "lost too");
        for (var count = 0; count < 20; count++)
        {
            A.Send(LinkProbe.Ring, new string('x', 50)); // The window is full, and much waits.
        }

        A.Flush();
        A.Take<LinkMessage>();
        Assert.Equal(4, A.Status.Data.UnackedBatches);
        A.SendControl("hint");
        A.Flush();
        B.Receive(A.Take<LinkMessage>());

        Assert.Equal("control hint", B.TakeLog());
    }

    [Fact]
    public void H4_ControlFrames_KeepTheirOwnOrder()
    {
        A.SendControl("one");
        A.Flush();
        A.SendControl("two");
        A.Flush();
        var batches = A.Take<LinkMessage.Batch>();

        B.Receive(batches[1], batches[0]);

        Assert.Equal("control one, control two", B.TakeLog());
    }

    [Fact]
    public void ControlFrames_BeyondTheBound_AreRefused()
    {
        var pair = LinkPair.InSession(Settings with { MaxControlBytes = 100 });
        while (pair.A.SendControl("0123456789") == LinkSendOutcome.Accepted)
        {
            Assert.InRange(pair.A.Status.Control.GatheredBytes, 1, 120);
        }

        Assert.Equal(LinkSendOutcome.Full, pair.A.SendControl("0123456789"));
        Assert.Equal(LinkState.Open, pair.A.Status.State);
        pair.A.Flush();
        pair.Flow();
        Assert.Equal(LinkSendOutcome.Accepted, pair.A.SendControl("0123456789"));
    }

    [Fact]
    public void Batching_WhenIdle_SendsAtOnce_ThenGathersUntilABatchIsFull()
    {
        A.Send(LinkProbe.Ring, "1");
        Assert.Equal("flush", A.TakeLog());
        A.Send(LinkProbe.Ring, "2");
        Assert.Empty(A.TakeLog()); // Said once.
        A.Flush();
        A.Send(LinkProbe.Ring, "3");
        A.Flush();
        Assert.Equal(2, A.Take<LinkMessage.Batch>().Count);

        for (var count = 0; count < 10; count++)
        {
            A.Send(LinkProbe.Ring, "gathered");
            A.Flush();
        }

        var full = Assert.Single(A.Take<LinkMessage.Batch>());
        Assert.InRange(full.Body.Length, 50, 64);
        Assert.True(A.Status.Data.GatheredBytes > 0);
    }

    [Fact]
    public void Batching_WithAWindowOfOne_IsStopAndWait()
    {
        var pair = LinkPair.InSession(Settings with { MaxBatchesInFlight = 1, EagerBatchesInFlight = 1 });
        for (var count = 0; count < 40; count++)
        {
            pair.A.Send(LinkProbe.Ring, $"{count}");
            pair.A.Flush();
        }

        Assert.Single(pair.A.Box);
        var batches = 0;
        while (pair.A.Take<LinkMessage.Batch>() is { Count: > 0 } batch)
        {
            Assert.Single(batch);
            batches++;
            pair.B.Receive(batch);
            pair.A.Receive(pair.B.Take<LinkMessage>());
        }

        Assert.InRange(batches, 2, 10);
        Assert.Equal(string.Join(", ", Enumerable.Range(0, 40).Select(n => $"free 3 {n}")), pair.B.TakeLog());
    }

    /// <summary>The smaller window, batch and frame of the two ends hold.</summary>
    [Fact]
    public void Limits_OfTheOtherEnd_AreKept()
    {
        var pair = LinkPair.InSession(
            Settings with { MaxBatchesInFlight = 60, EagerBatchesInFlight = 60, MaxBatchBytes = 500 },
            Settings with { MaxBatchesInFlight = 2, EagerBatchesInFlight = 1, MaxFrameBytes = 200 });
        var batches = pair.A.SendAndTake(LinkProbe.Ring, "one", "two", "three", new string('x', 190));

        Assert.Equal(2, batches.Count);
        Assert.Equal(LinkSendOutcome.TooLarge, pair.A.Send(LinkProbe.Ring, new string('x', 201)));
        pair.B.Receive(batches);
        while (pair.B.Box.Count > 0)
        {
            pair.A.Receive(pair.B.Take<LinkMessage>());
            Assert.All(pair.A.Batches, batch => Assert.InRange(batch.Body.Length, 1, 64));
            pair.B.Receive(pair.A.Take<LinkMessage>());
        }

        Assert.Equal($"free 3 one, free 3 two, free 3 three, free 3 {new string('x', 190)}", pair.B.TakeLog());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(61)]
    [InlineData(62)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(1000)]
    public void Frames_OfAnyLength_ArriveWhole(int length)
    {
        A.Send(LinkProbe.Ring, "before");
        Assert.Equal(LinkSendOutcome.Accepted, A.Send(LinkChannel.Free(500), new string('x', length)));
        A.Send(LinkProbe.Ring, "behind");
        A.Flush();
        _pair.Flow();

        Assert.Equal($"free 3 before, free 500 {new string('x', length)}, free 3 behind", B.TakeLog());
        Assert.Equal(0, B.Status.Data.PartBytes);
    }

    [Fact]
    public void Frames_LargerThanTheMaximum_AreRefusedAndLeaveNoTrace()
    {
        foreach (var channel in new[] { LinkProbe.Ring, LinkProbe.Scope })
        {
            Assert.Equal(LinkSendOutcome.TooLarge, A.Send(channel, new string('x', 1001)));
        }

        Assert.Equal(LinkSendOutcome.TooLarge, A.SendControl(new string('x', 1001)));
        A.Flush();
        Assert.Empty(A.Box);
        Assert.Empty(A.TakeLog());
        Assert.Empty(A.Status.Channels);
        Assert.Equal(0, A.Status.Data.GatheredBytes);
    }

    [Fact]
    public void ARetry_RepeatsWhatHasWaitedForAWholePeriod_ExactlyAsItWas()
    {
        var first = A.SendAndTake(LinkProbe.Ring, "one");
        A.SendAndTake(LinkProbe.Ring, "two"); // In the period that has begun with the first.

        A.Fire(LinkTimer.Retry);
        var again = Assert.Single(A.Take<LinkMessage.Batch>());
        Assert.Equal(1, again.Number);
        Assert.True(first[0].Body.Span.SequenceEqual(again.Body.Span));
        Assert.Equal(2, A.Status.Data.OldestAttempts);
        A.Fire(LinkTimer.Retry);
        Assert.Equal([1L, 2L], A.Take<LinkMessage.Batch>().Select(batch => batch.Number));
    }

    [Fact]
    public void ARetry_LeavesOutWhatThePeerHolds()
    {
        var batches = A.SendAndTake(LinkProbe.Ring, "one", "two");
        B.Receive(batches[1]);
        A.Receive(B.Take<LinkMessage>());

        A.Fire(LinkTimer.Retry);
        A.Fire(LinkTimer.Retry);

        Assert.All(A.Take<LinkMessage.Batch>(), batch => Assert.Equal(1, batch.Number));
    }

    [Fact]
    public void Retries_BackOff_UntilSomethingGetsThrough()
    {
        var batches = A.SendAndTake(LinkProbe.Ring, "one", "two");
        foreach (var longest in new[] { 100, 200, 400, 800, 1000, 1000 })
        {
            Assert.InRange(A.Timers[LinkTimer.Retry].After.TotalMilliseconds, longest / 2, longest);
            A.TakeLog();
            A.Fire(LinkTimer.Retry);
        }

        Assert.Equal("unanswered 6", A.TakeLog());
        B.Receive(batches[0]);
        A.Receive(B.Take<LinkMessage>());
        Assert.Equal("unanswered 0", A.TakeLog());
        Assert.InRange(A.Timers[LinkTimer.Retry].After.TotalMilliseconds, 50, 100);
        Assert.Equal(0, A.Status.Failures);
    }

    [Fact]
    public void AFailureOfTheTransport_IsRepeatedAtOnce_ThenBacksOff()
    {
        var batch = Assert.Single(A.SendAndTake(LinkProbe.Ring, "one"));
        for (var count = 0; count < 3; count++)
        {
            A.Fire(LinkTimer.Retry);
        }

        A.Take<LinkMessage>();
        var later = Assert.Single(A.SendAndTake(LinkProbe.Ring, "two"));
        A.Step(new LinkInput.SendFailed(later));
        Assert.Equal(2, Assert.Single(A.Take<LinkMessage.Batch>()).Number);
        Assert.InRange(A.Timers[LinkTimer.Retry].After.TotalMilliseconds, 400, 800);

        A.Step(new LinkInput.SendFailed(later));
        Assert.Empty(A.Box); // Not again at once: a transport that fails at once makes no hot loop.
        Assert.InRange(A.Timers[LinkTimer.Retry].After.TotalMilliseconds, 50, 100);
        A.Fire(LinkTimer.Retry);
        Assert.Contains(A.Batches, again => again.Number == 2);
        Assert.Equal(1, batch.Number);
    }

    [Fact]
    public void AFailureOfWhatHasArrived_ChangesNothing()
    {
        var batch = Assert.Single(A.SendAndTake(LinkProbe.Ring, "one"));
        B.Receive(batch);
        A.Receive(B.Take<LinkMessage>());

        A.Step(new LinkInput.SendFailed(batch));
        A.Step(new LinkInput.SendFailed(new LinkMessage.Ack(batch.Header, default)));

        Assert.Empty(A.Box);
    }

    [Fact]
    public void AnAck_RidesOnABatch_OrIsTheLastWord()
    {
        B.Receive(A.SendAndTake(LinkProbe.Ring, "one"));
        Assert.Equal(1, Assert.IsType<LinkMessage.Ack>(Assert.Single(B.Box)).Acks.DataThrough);
        B.Take<LinkMessage>();

        B.Send(LinkProbe.Ring, "answer");
        B.Receive(A.SendAndTake(LinkProbe.Ring, "two"));

        Assert.Equal(2, Assert.IsType<LinkMessage.Batch>(Assert.Single(B.Box)).Acks.DataThrough);
    }

    [Fact]
    public void AfterQuiet_NoTimerIsSet()
    {
        _pair.A.SendAndTake(LinkProbe.Ring, "one");
        A.Fire(LinkTimer.Retry);
        _pair.Flow();
        A.Fire(LinkTimer.Retry); // What is acked needs it no more, and it is not set again.

        Assert.Empty(A.Timers);
        Assert.Empty(B.Timers);
        Assert.Empty(A.Box);
    }

    [Fact]
    public void OldTimers_AreIgnored()
    {
        A.SendAndTake(LinkProbe.Ring, "one");
        var (generation, _) = A.Timers[LinkTimer.Retry];

        A.Step(new LinkInput.TimerFired(LinkTimer.Retry, generation - 1));
        A.Step(new LinkInput.TimerFired(LinkTimer.Credit, generation));
        A.Step(new LinkInput.TimerFired(LinkTimer.KeepAlive, generation));

        Assert.Empty(A.Box);
    }

    [Fact]
    public void AKeepAlive_ComesFromOneEndOnly_AndCarriesHints()
    {
        var pair = LinkPair.InSession(Settings with { KeepAliveInterval = TimeSpan.FromSeconds(1) });
        Assert.Equal([LinkTimer.KeepAlive], pair.A.Timers.Keys);
        Assert.Empty(pair.B.Timers);

        pair.A.Fire(LinkTimer.KeepAlive);
        Assert.Equal("KeepAliveDue, flush", pair.A.TakeLog());
        pair.A.Flush();
        pair.Flow();
        Assert.Equal("KeepAliveHeard", pair.B.TakeLog());

        pair.A.Fire(LinkTimer.KeepAlive); // The answer was heard.
        Assert.Empty(pair.A.TakeLog());
        pair.A.Fire(LinkTimer.KeepAlive);
        pair.A.SendControl("digest");
        pair.A.Flush();
        Assert.Single(pair.A.Box);
        pair.Flow();
        Assert.Equal("control digest", pair.B.TakeLog());
    }

    /// <summary>Beyond the buffers, which hold the frames' own bytes, only batches cost memory.</summary>
    [Fact]
    public void Frames_TakeNoMemoryOfTheirOwn()
    {
        const int Frames = 64 * 400;
        const int Length = 100;
        var (a, b) = (new EffectList<LinkEffect>(), new EffectList<LinkEffect>());
        var machineA = new LinkMachine(LinkPair.NodeA, LinkPair.NodeB, new LinkSettings(), 1);
        var machineB = new LinkMachine(LinkPair.NodeB, LinkPair.NodeA, new LinkSettings(), 2);
        machineA.Step(LinkInput.PeerAlive.Instance, a);
        machineB.Step(LinkInput.PeerAlive.Instance, b);
        var (sum, delivered) = (0L, 0);
        Exchange();
        var frame = new byte[Length];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var number = 1; number <= Frames; number++)
        {
            var channel = number % 2 == 0 ? LinkProbe.Ring : LinkProbe.Scope;
            Assert.True(machineA.Send(1, channel, frame, a) == LinkSendOutcome.Accepted);
            if (number % 64 == 0)
            {
                machineA.Step(LinkInput.Flush.Instance, a);
                Exchange();
            }
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Frames, delivered);
        Assert.Equal((long)Frames * Length, sum);
        Assert.InRange((double)allocated / Frames, Length, Length + 40);

        void Exchange()
        {
            while (a.Count + b.Count > 0)
            {
                Run(a, machineB, b, machineA);
                Run(b, machineA, a, machineB);
            }
        }

        void Run(EffectList<LinkEffect> done, LinkMachine other, EffectList<LinkEffect> ofOther, LinkMachine own)
        {
            for (var index = 0; index < done.Count; index++)
            {
                if (done[index] is LinkEffect.Send send)
                {
                    other.Step(new LinkInput.Received(send.Message), ofOther);
                }
                else if (done[index] is LinkEffect.FlushWanted)
                {
                    own.Step(LinkInput.Flush.Instance, done);
                }
                else if (done[index] is LinkEffect.Deliver deliver)
                {
                    foreach (var arrived in deliver.Frames)
                    {
                        delivered++;
                        sum += arrived.Bytes.Length;
                        own.Consume(deliver.Session, arrived.Channel, 1, arrived.Bytes.Length, done);
                    }
                }
            }

            done.Clear();
        }
    }
}
