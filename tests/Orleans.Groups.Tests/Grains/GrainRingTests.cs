namespace Orleans.Groups.Tests;

/// <summary>Ring members that live in grains: callbacks, confirms, replies of handlers.</summary>
public sealed class GrainRingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Broadcast_GrainsOnThreeSilos_AllGetAllInOrder(bool usesDefaultDirectory)
    {
        const int Count = 200;
        await using var cluster = await GrainCluster.StartAsync(3, usesDefaultDirectory);
        for (var index = 0; index < 3; index++)
        {
            await cluster.RunOnAsync(cluster.Cluster.Silos[index], cluster.Grain($"a{index}"), RingAsync);
        }

        await cluster.ConvergedAsync();
        var before = cluster.Notes.All.Count;

        await cluster.RunAsync(cluster.Grain("a1"), static async grain =>
        {
            for (var number = 0; number < Count; number++)
            {
                Assert.Equal(BroadcastOutcome.Ok, await grain.Ring!.BroadcastAsync($"{number}".Bytes()));
            }
        });

        await cluster.Notes.WaitForCountAsync(before + (3 * Count));
        for (var index = 0; index < 3; index++)
        {
            Assert.Equal(
                Enumerable.Range(0, Count).Select(number => $"a{index} got {number}"),
                cluster.Notes.All.Where(note => note.StartsWith($"a{index} got", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Member_OfAGrain_IsNamedAfterIt()
    {
        await using var cluster = await GrainCluster.StartAsync(1);

        await cluster.RunAsync(cluster.Grain("a"), static async grain =>
        {
            await RingAsync(grain);
            Assert.True(grain.Ring!.Self.TryGetGrainId(out var id));
            Assert.Equal(grain.GetGrainId(), id);
            Assert.NotEqual(grain.GetGroupMember().Id, grain.Ring.Self);

            var named = await grain.Groups.Multicast.JoinAsync(
                "other",
                (HandlingGrain)grain,
                new MulticastJoinOptions { MemberName = "by hand" });
            Assert.Equal("by hand", named.Self.Name);
        });
    }

    [Fact]
    public async Task Callback_InAGrain_RunsInItsTurnsAsAnyGrainCode()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var other = cluster.Script.Add(static grain =>
        {
            grain.Note($"called {RequestContext.Get("who")}");
            return Task.CompletedTask;
        });
        cluster.Script["a"].OnRing = async (grain, _) =>
        {
            Assert.NotSame(TaskScheduler.Default, TaskScheduler.Current);
            var turns = TaskScheduler.Current;
            Assert.Null(RequestContext.Get("who"));
            RequestContext.Set("who", "by a callback");
            await grain.Factory.GetGrain<IScriptedMute>("b").RunAsync(other);
            Assert.Same(turns, TaskScheduler.Current);
            await Task.Yield();
            Assert.Same(turns, TaskScheduler.Current);
            grain.RegisterGrainTimer(
                (grain, _) =>
                {
                    Assert.Same(turns, TaskScheduler.Current);
                    grain.Note("timer");
                    return Task.CompletedTask;
                },
                grain,
                TimeSpan.Zero,
                Timeout.InfiniteTimeSpan);
            return HandlerReply.Ok;
        };
        await cluster.RunAsync(cluster.Grain("a"), RingAsync);

        RequestContext.Set("who", "by the sender");
        await cluster.RunAsync(cluster.Grain("a"), static async grain => await grain.Ring!.BroadcastAsync("x".Bytes()));
        RequestContext.Clear();

        await cluster.Notes.WaitForAsync("timer");
        Assert.Equal(["a joined 1", "called by a callback", "timer"], cluster.Notes.All);
    }

    [Fact]
    public async Task Callbacks_AndCalls_NeverRunAtTheSameTime()
    {
        const int Count = 500;
        await using var cluster = await GrainCluster.StartAsync(1);
        var running = 0;
        void Turn()
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            Thread.SpinWait(200);
            Interlocked.Decrement(ref running);
        }

        cluster.Script["a"].OnRing = async (grain, message) =>
        {
            Turn();
            await Task.Yield();
            Turn();
            grain.Note(message.Text());
            return HandlerReply.Ok;
        };
        cluster.Script["a"].OnMessage = async (grain, _) =>
        {
            Turn();
            await Task.Yield();
            Turn();
        };
        var grain = cluster.Grain("a");
        await cluster.RunAsync(grain, RingAsync);

        await cluster.RunAsync(grain, async inner =>
        {
            var member = inner.GetGroupMember().Id;
            for (var number = 0; number < Count; number++)
            {
                Turn();
                await inner.Ring!.BroadcastAsync($"{number}".Bytes());
                await inner.Groups.SendAsync(member, "x");
                await Task.Yield();
            }
        });

        await cluster.Notes.WaitForAsync($"{Count - 1}");
        Assert.Equal(
            ["a joined 1", .. Enumerable.Range(0, Count).Select(static number => $"{number}")],
            cluster.Notes.All);
    }

    [Theory]
    [InlineData(ConfirmLevel.ReceivedByAll)]
    [InlineData(ConfirmLevel.ProcessedByAll)]
    public async Task ConfirmedBroadcast_InsideACall_IsProved(ConfirmLevel level)
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        await cluster.RunOnAsync(cluster.Cluster.Silos[0], cluster.Grain("a"), RingAsync);
        await cluster.RunOnAsync(cluster.Cluster.Silos[1], cluster.Grain("b"), RingAsync);

        await cluster.RunAsync(cluster.Grain("b"), async grain =>
        {
            Assert.Equal(BroadcastOutcome.Ok, await grain.Ring!.ConfirmedBroadcastAsync("x".Bytes(), level));
            if (level == ConfirmLevel.ProcessedByAll)
            {
                grain.Note("confirmed");
            }
        });

        await cluster.Notes.WaitForAsync("a got x");
        await cluster.Notes.WaitForAsync("b got x");
        if (level == ConfirmLevel.ProcessedByAll)
        {
            Assert.Equal("confirmed", cluster.Notes.All[^1]);
        }
    }

    [Fact]
    public async Task ConfirmedBroadcast_InsideAHandler_DoesNotWaitForItself()
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        cluster.Script["a"].OnRing = static async (grain, message) =>
        {
            if (message.Text() == "ask")
            {
                await Task.Yield();
                var received = await grain.Ring!.ConfirmedBroadcastAsync("answer".Bytes());
                var other = grain.Factory.GetGrain<IScriptedMute>("c");
                await other.RunAsync(grain.Script.Add(static _ => Task.CompletedTask));
                var processed = await grain.Ring!.ConfirmedBroadcastAsync("never".Bytes(), ConfirmLevel.ProcessedByAll);
                grain.Note($"{received.Status} {processed.Reason}");
            }

            return HandlerReply.Ok;
        };
        await cluster.RunOnAsync(cluster.Cluster.Silos[0], cluster.Grain("a"), RingAsync);
        await cluster.RunOnAsync(cluster.Cluster.Silos[1], cluster.Grain("b"), RingAsync);

        await cluster.RunAsync(cluster.Grain("b"), static async grain =>
            await grain.Ring!.ConfirmedBroadcastAsync("ask".Bytes(), ConfirmLevel.ProcessedByAll));

        await cluster.Notes.WaitForAsync("Ok ReentrantConfirm");
        await cluster.Notes.WaitForAsync("b got answer");
        Assert.DoesNotContain("b got never", cluster.Notes.All);
    }

    [Fact]
    public async Task Broadcast_InsideAHandlerWithAFullWindow_NeverWaits()
    {
        await using var cluster = await GrainCluster.StartAsync(
            1,
            options: static options =>
            {
                options.Multicast.MaxPayloadBytes = 1_000;
                options.Multicast.WindowBytes = 4_096;
            });
        cluster.Script["a"].OnRing = static async (grain, message) =>
        {
            if (message.Number == 1)
            {
                var outcome = BroadcastOutcome.Ok;
                for (var tries = 0; tries < 100 && outcome.Status == BroadcastStatus.Ok; tries++)
                {
                    outcome = await grain.Ring!.BroadcastAsync(new byte[1_000]);
                }

                grain.Note(outcome.Reason.ToString());
            }

            return HandlerReply.Ok;
        };
        await cluster.RunAsync(cluster.Grain("a"), RingAsync);

        await cluster.RunAsync(cluster.Grain("a"), static async grain => await grain.Ring!.BroadcastAsync("x".Bytes()));

        await cluster.Notes.WaitForAsync(nameof(BroadcastReason.Overloaded));
    }

    [Fact]
    public async Task Handler_StopsBecomesOrThrows_AsAnyHandler()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        cluster.Script["a"].OnRing = static (_, message) => message.Text() switch
        {
            "throw" => throw new FormatException(),
            "become" => new ValueTask<HandlerReply>(HandlerReply.Become(new Successor(TaskScheduler.Current))),
            _ => new ValueTask<HandlerReply>(HandlerReply.Stop(message.Text())),
        };
        await cluster.RunAsync(cluster.Grain("a"), RingAsync);

        await cluster.RunAsync(cluster.Grain("a"), static async grain =>
        {
            await grain.Ring!.BroadcastAsync("throw".Bytes());
            await grain.Ring!.BroadcastAsync("become".Bytes());
            await grain.Ring!.BroadcastAsync("stop".Bytes());
        });

        var ring = await cluster.RunAsync(cluster.Grain("a"), static grain => Task.FromResult(grain.Ring!));
        var ended = await ring.Completion.WaitAsync(GrainCluster.Limit);
        Assert.Equal(TerminationReason.HandlerStopped, ended.Reason);
        Assert.Equal("stop in the grain's turns: True", ended.Detail);
    }

    [Fact]
    public async Task HandlerOfItsOwnAndDelegates_ForAGrain_RunInItsTurns()
    {
        await using var cluster = await GrainCluster.StartAsync(1);

        await cluster.RunAsync(cluster.Grain<IScriptedMute>("a"), static async grain =>
        {
            var turns = TaskScheduler.Current;
            var got = new TaskCompletionSource<string>();
            var joined = new TaskCompletionSource<int>();
            await using var typed = await grain.Groups.Multicast.JoinAsync<string>(
                "typed",
                grain,
                (_, text) =>
                {
                    got.SetResult($"{text} {TaskScheduler.Current == turns}");
                    return ValueTask.CompletedTask;
                },
                new MulticastCallbacks
                {
                    OnJoined = all =>
                    {
                        joined.SetResult(TaskScheduler.Current == turns ? all.Members.Length : -1);
                        return ValueTask.CompletedTask;
                    },
                });
            await typed.BroadcastAsync("hello");
            Assert.Equal(1, await joined.Task.WaitAsync(GrainCluster.Limit));
            Assert.Equal("hello True", await got.Task.WaitAsync(GrainCluster.Limit));

            var handler = new Recording(turns);
            var ring = await grain.Groups.Multicast.JoinAsync("own", grain, handler);
            await ring.ConfirmedBroadcastAsync("x".Bytes(), ConfirmLevel.ProcessedByAll);
            Assert.True(handler.WasInTurns);
            Assert.Equal(TerminationReason.Left, (await ring.LeaveAsync()).Reason);
        });
    }

    private static async Task RingAsync(ScriptedGrain grain) =>
        grain.Ring = await grain.Groups.Multicast.JoinAsync("ring", (HandlingGrain)grain);

    private sealed class Recording(TaskScheduler turns) : MulticastHandler
    {
        internal bool WasInTurns { get; private set; }

        public override ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
        {
            WasInTurns = TaskScheduler.Current == turns;
            return default;
        }
    }

    private sealed class Successor(TaskScheduler turns) : MulticastHandler
    {
        public override ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) =>
            new(HandlerReply.Stop($"{message.Text()} in the grain's turns: {TaskScheduler.Current == turns}"));
    }
}
