using Orleans.Groups.Engine;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>Windows, waiting in line, confirms, and what a callback may do.</summary>
public sealed class BroadcastTests
{
    // Room for exactly ten messages of 36 bytes, 64 more each.
    private const int Ten = 1_000;
    private static readonly string Text = new('x', 36);

    [Fact]
    public async Task Broadcast_WindowFull_WaitsInLineAndGoesOnInOrder()
    {
        await using var cluster = Cluster();
        var (member, handler, gate) = await BlockedAsync(cluster);
        var waiting = Enumerable.Range(0, 20).Select(number => member.SayAsync($"{number}").AsTask()).ToArray();
        Assert.All(waiting, static call => Assert.False(call.IsCompleted));
        gate.Open();
        Assert.All(await Task.WhenAll(waiting).Soon(), static outcome => Assert.True(outcome.IsOk));
        await cluster.DrainedAsync();
        Assert.Equal(Enumerable.Range(0, 20).Select(static number => $"a: {number}"), handler.Messages.Skip(10));
        Assert.Equal(0, member.GetStatus().UnprocessedBytes);
    }

    [Fact]
    public async Task Broadcast_LargeOneFirstInLine_IsNotPassedBySmallOnes()
    {
        await using var cluster = Cluster();
        var (member, handler, gate) = await BlockedAsync(cluster);
        var large = member.SayAsync(new string('y', 500)).AsTask();
        var small = member.SayAsync("small").AsTask();
        gate.Open();
        Assert.True((await small.Soon()).IsOk);
        Assert.True((await large.Soon()).IsOk);
        await cluster.DrainedAsync();
        Assert.Equal(["a: " + new string('y', 500), "a: small"], handler.Messages[^2..]);
    }

    [Fact]
    public async Task Broadcast_CancelledInLine_WasNotPublishedAndLetsTheNextPass()
    {
        await using var cluster = Cluster();
        var (member, handler, gate) = await BlockedAsync(cluster);
        using var cancel = new CancellationTokenSource();
        var given = member.SayAsync("given up", cancel.Token).AsTask();
        var proof = member.ProveAsync("given up, too", cancellationToken: cancel.Token).AsTask();
        var next = member.SayAsync("next").AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => proof.Soon());
        Assert.False(next.IsCompleted);
        gate.Open();
        Assert.True((await next.Soon()).IsOk);
        await cluster.DrainedAsync();
        Assert.Equal(11, handler.Messages.Length);
        Assert.Equal("a: next", handler.Messages[^1]);
    }

    [Fact]
    public async Task Broadcast_TooManyInLine_IsOverloaded()
    {
        await using var cluster = Cluster(static options => options.Multicast.MaxWaitingBroadcasts = 2);
        var (member, _, gate) = await BlockedAsync(cluster);
        var waiting = new[] { member.SayAsync("1").AsTask(), member.SayAsync("2").AsTask() };
        Assert.Equal(Rings.Failed(BroadcastReason.Overloaded), await member.SayAsync("3"));
        Assert.Equal(Rings.Failed(BroadcastReason.Overloaded), await member.ProveAsync("3"));
        gate.Open();
        await Task.WhenAll(waiting).Soon();
    }

    [Fact]
    public async Task Broadcast_LeavingWhileOthersWaitInLine_FailsThem()
    {
        await using var cluster = Cluster();
        var (member, _, gate) = await BlockedAsync(cluster);
        var waiting = new[] { member.SayAsync("1").AsTask(), member.ProveAsync("2").AsTask() };
        var left = member.LeaveAsync();
        Assert.All(
            await Task.WhenAll(waiting).Soon(),
            static outcome => Assert.Equal(Rings.Failed(BroadcastReason.Leaving), outcome));
        Assert.Equal(BroadcastStatus.Failed, (await member.SayAsync("3")).Status);
        gate.Open();
        Assert.Equal(TerminationReason.Left, (await left.Soon()).Reason);
        Assert.Equal(Rings.Failed(BroadcastReason.Terminated), await member.SayAsync("4"));
        Assert.Equal(Rings.Failed(BroadcastReason.Terminated), await member.ProveAsync("4"));
    }

    [Fact]
    public async Task Broadcast_TooLarge_Throws()
    {
        await using var cluster = Cluster();
        var member = await cluster.AddNode("a").JoinAsync(new Recorder());
        var thrown = await Assert.ThrowsAsync<PayloadTooLargeException>(
            () => member.BroadcastAsync(new byte[cluster.Core.Multicast.MaxPayloadBytes + 1]).AsTask());
        Assert.Equal(cluster.Core.Multicast.MaxPayloadBytes, thrown.Limit);
    }

    [Fact]
    public async Task Callback_WindowFull_IsOverloadedAtOnceAndNeverWaits()
    {
        await using var cluster = Cluster();
        var node = cluster.AddNode("a");
        IMulticastGroup? group = null;
        var outcomes = new List<BroadcastOutcome>();
        var handler = new Recorder
        {
            WhenMessage = async message =>
            {
                for (var number = 0; message.Number == 1 && number < 12; number++)
                {
                    await Task.Yield();
                    outcomes.Add(await group!.SayAsync(Text));
                }

                return default;
            },
        };
        group = await node.JoinAsync(handler);
        await group.SayAsync(Text);
        await cluster.DrainedAsync();
        Assert.Equal(9, outcomes.Count(static outcome => outcome.IsOk));
        Assert.Equal(3, outcomes.Count(static outcome => outcome == Rings.Failed(BroadcastReason.Overloaded)));
    }

    [Fact]
    public async Task Callback_Confirms_ReceivedWorksAndProcessedIsRefused()
    {
        await using var cluster = new InMemoryCluster();
        IMulticastGroup? group = null;
        var outcomes = new List<BroadcastOutcome>();
        var handler = new Recorder
        {
            WhenMessage = async message =>
            {
                if (message.Number == 1)
                {
                    outcomes.Add(await group!.ProveAsync("received").Soon());
                    outcomes.Add(await group!.ProveAsync("processed", ConfirmLevel.ProcessedByAll).Soon());
                }

                return default;
            },
        };
        group = await cluster.AddNode("a").JoinAsync(handler);
        await cluster.AddNode("b").JoinAsync(new Recorder());
        Assert.True((await group.ProveAsync("first", ConfirmLevel.ProcessedByAll).Soon()).IsOk);
        Assert.Equal([BroadcastOutcome.Ok, Rings.Failed(BroadcastReason.ReentrantConfirm)], outcomes);
    }

    [Fact]
    public async Task Callback_OfAnotherMemberOfTheSameRing_CountsAsInside()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        var other = await node.JoinAsync(new Recorder());
        var outcome = new TaskCompletionSource<BroadcastOutcome>();
        var member = await node.JoinAsync(new Recorder
        {
            WhenMessage = async _ =>
            {
                outcome.TrySetResult(await other.ProveAsync("x", ConfirmLevel.ProcessedByAll));
                return default;
            },
        });
        await member.SayAsync("go");
        Assert.Equal(Rings.Failed(BroadcastReason.ReentrantConfirm), await outcome.Task.Soon());
    }

    [Fact]
    public async Task Callback_OfAnotherRing_IsNotInside()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        var other = await node.JoinAsync(new Recorder(), "other");
        var outcome = new TaskCompletionSource<BroadcastOutcome>();
        var member = await node.JoinAsync(new Recorder
        {
            WhenMessage = async _ =>
            {
                outcome.TrySetResult(await other.ProveAsync("x", ConfirmLevel.ProcessedByAll));
                return default;
            },
        });
        await member.SayAsync("go");
        Assert.True((await outcome.Task.Soon()).IsOk);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Callback_EndsItsOwnMember_DoesNotWaitForItself(int how)
    {
        await using var cluster = new InMemoryCluster();
        IMulticastGroup? group = null;
        var handler = new Recorder
        {
            WhenMessage = async _ =>
            {
                await (how switch
                {
                    0 => group!.LeaveAsync().Soon(),
                    1 => group!.ShutDownGroupAsync().Soon(),
                    _ => group!.DisposeAsync().AsTask().Soon(),
                });
                return default;
            },
        };
        group = await cluster.AddNode("a").JoinAsync(handler);
        await group.SayAsync("go");
        var expected = how == 1 ? TerminationReason.GroupShutDown : TerminationReason.Left;
        Assert.Equal(expected, (await group.Completion.Soon()).Reason);
        Assert.Equal(["joined", "a: go", $"end {expected}"], handler.Told);
        Assert.Equal(expected, (await group.LeaveAsync().Soon()).Reason);
    }

    [Fact]
    public async Task Confirm_TimeRunsOut_IsUnknownAndOthersGoOn()
    {
        var time = new ManualTime();
        await using var cluster = Cluster(options => options.TimeProvider = time);
        var (member, handler, gate) = await BlockedAsync(cluster, messages: 1);
        var brief = member.ProveAsync("brief", ConfirmLevel.ProcessedByAll, TimeSpan.FromSeconds(1)).AsTask();
        var patient = member.ProveAsync("patient", ConfirmLevel.ProcessedByAll, TimeSpan.FromSeconds(100)).AsTask();
        await cluster.WaitForInputsAsync(cluster.Nodes[0]);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(Rings.Unknown(BroadcastReason.Timeout), await brief.Soon());
        Assert.False(patient.IsCompleted);
        gate.Open();
        Assert.True((await patient.Soon()).IsOk);
        Assert.Contains("a: brief", handler.Messages);
    }

    /// <summary>Who moves time by hand need not move it for what is put off while nobody waits.</summary>
    [Fact]
    public async Task Broadcast_TimeStandsStill_ComesToRest()
    {
        await using var cluster = Cluster(static options => options.TimeProvider = new ManualTime());
        var members = new List<IMulticastGroup>();
        for (var index = 0; index < 3; index++)
        {
            members.Add(await cluster.AddNode($"node {index}").JoinAsync(new Recorder()));
        }

        Assert.True((await members[0].SayAsync("once")).IsOk);
        await cluster.DrainedAsync();
        Assert.All(members, static member => Assert.Equal(0, member.GetStatus().UnprocessedBytes));
    }

    [Fact]
    public async Task Confirm_TimeRunsOutInLine_Failed()
    {
        var time = new ManualTime();
        await using var cluster = Cluster(options => options.TimeProvider = time);
        var (member, handler, gate) = await BlockedAsync(cluster);
        var proof = member.ProveAsync("never sent", timeout: TimeSpan.FromSeconds(1)).AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(Rings.Failed(BroadcastReason.Timeout), await proof.Soon());
        gate.Open();
        await cluster.DrainedAsync();
        Assert.Equal(10, handler.Messages.Length);
    }

    [Fact]
    public async Task Confirm_Cancelled_EndsTheWaitAndNotTheBroadcast()
    {
        await using var cluster = Cluster();
        var (member, handler, gate) = await BlockedAsync(cluster, messages: 1);
        using var cancel = new CancellationTokenSource();
        var proof = member.ProveAsync("on its way", ConfirmLevel.ProcessedByAll, null, cancel.Token).AsTask();
        await cluster.WaitForInputsAsync(cluster.Nodes[0]);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => proof.Soon());
        gate.Open();
        await cluster.DrainedAsync();
        Assert.Equal("a: on its way", handler.Messages[^1]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => member.ProveAsync("never", cancellationToken: cancel.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => member.SayAsync("never", cancel.Token).AsTask());
    }

    [Fact]
    public async Task Confirm_TooMany_IsOverloadedUntilOneIsSettled()
    {
        await using var cluster = Cluster(static options => options.Multicast.MaxPendingConfirms = 2);
        var (member, _, gate) = await BlockedAsync(cluster, messages: 1);
        var proofs = Enumerable.Range(0, 2)
            .Select(_ => member.ProveAsync("x", ConfirmLevel.ProcessedByAll).AsTask())
            .ToArray();
        Assert.Equal(Rings.Failed(BroadcastReason.Overloaded), await member.ProveAsync("x"));
        gate.Open();
        Assert.All(await Task.WhenAll(proofs).Soon(), static outcome => Assert.True(outcome.IsOk));
        Assert.True((await member.ProveAsync("x").Soon()).IsOk);
    }

    [Fact]
    public async Task Broadcast_MoreThanFitsOneInput_KeepsOrderAndFindsTheRightProofs()
    {
        const int Count = 30_000;
        await using var cluster = new InMemoryCluster();
        var (near, far) = (new Recorder(), new Recorder());
        var member = await cluster.AddNode("a").JoinAsync(near);
        await cluster.AddNode("b").JoinAsync(far);
        var proofs = new List<Task<BroadcastOutcome>>();
        for (var number = 0; number < Count; number++)
        {
            if (number % 1_000 == 999)
            {
                proofs.Add(member.ProveAsync($"{number}", ConfirmLevel.ProcessedByAll).AsTask());
            }
            else
            {
                Assert.True((await member.SayAsync($"{number}")).IsOk);
            }
        }

        Assert.All(await Task.WhenAll(proofs).Soon(), static outcome => Assert.True(outcome.IsOk));
        var expected = Enumerable.Range(0, Count).Select(static number => $"a: {number}");
        Assert.Equal(expected, near.Messages);
        Assert.Equal(expected, far.Messages);
    }

    [Fact]
    public async Task Deliveries_HandlerStandsStillWhileOthersComeAndGo_StayBounded()
    {
        const int Comers = 700;
        await using var cluster = Cluster();
        var (member, handler, gate) = await BlockedAsync(cluster, messages: 1);
        var queue = ((RingHost)member).QueuedCalls;
        for (var number = 0; number < Comers; number++)
        {
            var comer = await cluster.Nodes[0].JoinAsync(new Recorder());
            await comer.LeaveAsync().Soon();
        }

        await cluster.WaitForInputsAsync(cluster.Nodes[0]);
        Assert.InRange(((RingHost)member).QueuedCalls - queue, 1_000, 1_024);
        gate.Open();
        await cluster.DrainedAsync();
        Assert.Equal(
            handler.Told.Count(static line => line == "births a"),
            handler.Told.Count(static line => line == "deaths a"));
    }

    [Fact]
    public async Task Deliveries_PublishersComeAndGoWhileTheHandlerStandsStill_EndTheMemberAsTooSlow()
    {
        const int Comers = 12;
        const int MostWindows = 4;
        await using var cluster = Cluster(static options => options.Multicast.MaxQueuedBytes = MostWindows * Ten);
        var (member, handler, gate) = await BlockedAsync(cluster, messages: 1);
        var other = new Recorder();
        var witness = await cluster.AddNode("w").JoinAsync(other);
        var highest = 0L;
        for (var number = 1; number <= Comers; number++)
        {
            var node = cluster.AddNode("comer");
            var comer = await node.JoinAsync(new Recorder());
            for (var message = 0; message < 10; message++)
            {
                Assert.True((await comer.SayAsync(Text)).IsOk);
            }

            Assert.Equal(TerminationReason.Left, (await comer.LeaveAsync().Soon()).Reason);
            cluster.KillNode(node);

            // The limit holds for the witness too: it is given the time to handle everything.
            var expected = number * 10;
            await other.UntilAsync(told =>
                told.Count(static line => line.StartsWith("comer: ", StringComparison.Ordinal)) == expected);
            await cluster.WaitForInputsAsync(cluster.Nodes[0]);
            highest = Math.Max(highest, ((RingHost)member).QueuedBytes);
        }

        Assert.InRange(highest, 1, MostWindows * Ten);
        gate.Open();
        var end = await member.Completion.Soon();
        Assert.Equal(TerminationReason.TooSlow, end.Reason);
        Assert.Contains(nameof(MulticastOptions.MaxQueuedBytes), end.Detail, StringComparison.Ordinal);
        Assert.Equal("end TooSlow", handler.Told[^1]);
        Assert.Single(handler.Messages);
        Assert.True((await witness.ProveAsync("goes on", ConfirmLevel.ProcessedByAll).Soon()).IsOk);
    }

    [Fact]
    public async Task Confirm_BadArguments_Throw()
    {
        await using var cluster = new InMemoryCluster();
        var member = await cluster.AddNode("a").JoinAsync(new Recorder());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => member.ProveAsync("x", timeout: TimeSpan.Zero).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => member.ProveAsync("x", (ConfirmLevel)7).AsTask());
    }

    private static InMemoryCluster Cluster(Action<InMemoryClusterOptions>? configure = null)
    {
        var options = new InMemoryClusterOptions { Multicast = { WindowBytes = Ten, MaxPayloadBytes = 600 } };
        configure?.Invoke(options);
        return new InMemoryCluster(options);
    }

    /// <summary>
    /// The only member of a ring whose handler stands still, and whose window is full after ten messages.
    /// </summary>
    private static async Task<(IMulticastGroup Member, Recorder Handler, Gate Gate)> BlockedAsync(
        InMemoryCluster cluster,
        int messages = 10)
    {
        var gate = new Gate();
        var handler = new Recorder
        {
            WhenMessage = async _ =>
            {
                await gate.PassAsync();
                return default;
            },
        };
        var member = await cluster.AddNode("a").JoinAsync(handler);
        for (var number = 0; number < messages; number++)
        {
            Assert.True((await member.SayAsync(Text)).IsOk);
        }

        await gate.Reached;
        await cluster.WaitForInputsAsync(cluster.Nodes[0]);
        return (member, handler, gate);
    }
}
