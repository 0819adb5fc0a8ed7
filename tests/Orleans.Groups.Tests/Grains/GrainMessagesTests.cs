namespace Orleans.Groups.Tests;

/// <summary>Payloads reach a grain as calls do.</summary>
public sealed class GrainMessagesTests
{
    [Fact]
    public async Task Send_ToAGrain_ArrivesInOrderInItsTurns()
    {
        const int Count = 1_000;
        await using var cluster = await GrainCluster.StartAsync(2);
        var running = 0;
        cluster.Script["a"].OnMessage = async (grain, message) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            await Task.Yield();
            Assert.NotSame(TaskScheduler.Default, TaskScheduler.Current);
            grain.Note(message.Text());
            Interlocked.Decrement(ref running);
        };
        await cluster.RunOnAsync(cluster.Cluster.Silos[1], cluster.Grain("a"), static grain => grain.JoinAsync("room"));
        var member = Assert.Single(await cluster.MembersAsync("room", 1));

        for (var number = 0; number < Count; number++)
        {
            Assert.Equal(SendOutcome.Delivered, await cluster.First.SendAsync(member, number.ToString()));
        }

        await cluster.Notes.WaitForCountAsync(Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(static number => number.ToString()), cluster.Notes.All);
    }

    [Fact]
    public async Task Handler_CallsGrainsAndSetsTimers_AsAnyGrainCode()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var other = cluster.Script.Add(static grain =>
        {
            grain.Note($"{grain.Key} was called, {RequestContext.Get("who")}");
            return Task.CompletedTask;
        });
        cluster.Script["a"].OnMessage = async (grain, message) =>
        {
            Assert.Null(RequestContext.Get("who"));
            RequestContext.Set("who", "by a");
            await grain.Factory.GetGrain<IScriptedMute>("b").RunAsync(other);
            grain.RegisterGrainTimer(
                static (grain, _) =>
                {
                    grain.Note("timer");
                    return Task.CompletedTask;
                },
                grain,
                TimeSpan.Zero,
                Timeout.InfiniteTimeSpan);
        };
        var member = await cluster.RunAsync(cluster.Grain("a"), MemberOf);

        RequestContext.Set("who", "by the sender");
        await cluster.First.SendAsync(member, "x");
        RequestContext.Clear();

        await cluster.Notes.WaitForAsync("timer");
        Assert.Equal(["b was called, by a", "timer"], cluster.Notes.All);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Message_WhileACallRuns_WaitsUnlessTheGrainIsReentrant(bool isReentrant)
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var grain = isReentrant ? cluster.Grain<IScriptedReentrant>("a") : cluster.Grain("a");
        cluster.Script["a"].OnMessage = static (grain, _) =>
        {
            grain.Note("message");
            return ValueTask.CompletedTask;
        };
        var open = new TaskCompletionSource();
        var call = cluster.RunAsync(grain, async inner =>
        {
            await inner.JoinAsync("room");
            await open.Task;
            inner.Note("call");
        });
        var member = Assert.Single(await cluster.MembersAsync("room", 1));

        Assert.Equal(SendOutcome.Delivered, await cluster.First.SendAsync(member, "x"));
        if (isReentrant)
        {
            await cluster.Notes.WaitForAsync("message");
        }
        else
        {
            // Whatever could run has its turn before this one.
            await cluster.InterleaveAsync(grain, static _ => Task.CompletedTask);
        }

        open.SetResult();
        await call;
        await cluster.Notes.WaitForCountAsync(2);
        Assert.Equal(isReentrant ? ["message", "call"] : ["call", "message"], cluster.Notes.All);
    }

    [Fact]
    public async Task Message_BeforeTheGrainIsActive_WaitsForIt()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var open = new TaskCompletionSource();
        cluster.Script["a"].OnActivate = async grain =>
        {
            await open.Task;
            grain.Note("active");
        };
        cluster.Script["a"].OnMessage = static (grain, message) =>
        {
            grain.Note(message.Text());
            return ValueTask.CompletedTask;
        };
        var call = cluster.RunAsync(cluster.Grain<IScriptedJoiner>("a"), static _ => Task.CompletedTask);
        var member = Assert.Single(await cluster.MembersAsync("room", 1));

        await cluster.First.SendAsync(member, "message");
        open.SetResult();
        await call;

        await cluster.Notes.WaitForCountAsync(2);
        Assert.Equal(["active", "message"], cluster.Notes.All);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_AfterTheActivation_IsAnsweredGoneAndActivatesNobody(bool usesDefaultDirectory)
    {
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        var grain = cluster.Grain("a");
        cluster.Script["a"].OnMessage = static (grain, message) =>
        {
            grain.Note(message.Text());
            return ValueTask.CompletedTask;
        };
        await cluster.RunAsync(grain, static grain => grain.JoinAsync("room"));
        var member = Assert.Single(await cluster.MembersAsync("room", 1));
        await cluster.Cluster.DeactivateAsync(grain);
        await cluster.MembersAsync("room", 0);
        cluster.Script["a"].OnActivate = static grain =>
        {
            grain.Note("active");
            return Task.CompletedTask;
        };

        foreach (var silo in cluster.Silos)
        {
            Assert.Equal(SendOutcome.Gone, await silo.SendAsync(member, "x"));
        }

        Assert.Empty(cluster.Notes.All);
        await cluster.RunAsync(grain, static grain => grain.JoinAsync("room"));
        Assert.Equal(SendOutcome.Gone, await cluster.First.SendAsync(member, "for the old one"));
        var young = Assert.Single(await cluster.MembersAsync("room", 1));
        Assert.Equal(SendOutcome.Delivered, await cluster.First.SendAsync(young, "for the young one"));
        await cluster.Notes.WaitForAsync("for the young one");
        Assert.Equal(["active", "for the young one"], cluster.Notes.All);
    }

    [Fact]
    public async Task Message_ThatWaitsAtTheEnd_IsHandledByNobody()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var grain = cluster.Grain("a");
        cluster.Script["a"].OnMessage = static (grain, message) =>
        {
            grain.Note(message.Text());
            return ValueTask.CompletedTask;
        };
        var open = new TaskCompletionSource();
        var call = cluster.RunAsync(grain, async inner =>
        {
            await inner.JoinAsync("room");
            inner.DeactivateOnIdle();
            await open.Task;
        });
        var member = Assert.Single(await cluster.MembersAsync("room", 1));
        for (var number = 0; number < 100; number++)
        {
            Assert.Equal(SendOutcome.Delivered, await cluster.First.SendAsync(member, "old"));
        }

        var ended = cluster.ContextOf(grain).Deactivated;
        open.SetResult();
        await call;
        await ended.WaitAsync(GrainCluster.Limit);
        await cluster.MembersAsync("room", 0);
        await cluster.RunAsync(grain, static grain => grain.JoinAsync("room"));
        await cluster.First.SendAsync(Assert.Single(await cluster.MembersAsync("room", 1)), "young");

        await cluster.Notes.WaitForAsync("young");
        Assert.Equal(["young"], cluster.Notes.All);
    }

    [Fact]
    public async Task Handler_Throws_TheNextMessageFollows()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        cluster.Script["a"].OnMessage = static async (grain, message) =>
        {
            if (message.Text() == "1")
            {
                throw new FormatException();
            }

            await Task.Yield();
            grain.Note(message.Text());
            throw new FormatException();
        };
        var member = await cluster.RunAsync(cluster.Grain("a"), MemberOf);

        foreach (var text in new[] { "1", "2", "3" })
        {
            await cluster.First.SendAsync(member, text);
        }

        await cluster.Notes.WaitForAsync("3");
        Assert.Equal(["2", "3"], cluster.Notes.All);
    }

    [Fact]
    public async Task Handler_ThatHangs_HoldsUpItsOwnGrainOnlyAndFillsItsQueue()
    {
        await using var cluster = await GrainCluster.StartAsync(
            1,
            options: static options => options.ProcessGroups.MaxQueuedPayloads = 4);
        var open = new TaskCompletionSource();
        cluster.Script["a"].OnMessage = async (grain, message) =>
        {
            grain.Note("hangs");
            await open.Task;
        };
        cluster.Script["b"].OnMessage = static (grain, message) =>
        {
            grain.Note(message.Text());
            return ValueTask.CompletedTask;
        };
        var hanging = await cluster.RunAsync(cluster.Grain("a"), MemberOf);
        var other = await cluster.RunAsync(cluster.Grain("b"), MemberOf);
        await cluster.First.SendAsync(hanging, "first");
        await cluster.Notes.WaitForAsync("hangs");

        for (var number = 0; number < 4; number++)
        {
            Assert.Equal(SendOutcome.Delivered, await cluster.First.SendAsync(hanging, "waits"));
        }

        Assert.Equal(SendOutcome.Overloaded, await cluster.First.SendAsync(hanging, "too much"));
        await cluster.First.SendAsync(other, "b");
        await cluster.Notes.WaitForAsync("b");
        open.SetResult();
    }

    [Fact]
    public async Task Send_GrainWithoutHandler_TakesAndDrops()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var member = await cluster.RunAsync(cluster.Grain<IScriptedMute>("a"), MemberOf);

        Assert.Equal(SendOutcome.Delivered, await cluster.First.SendAsync(member, "x"));
    }

    [Fact]
    public async Task Publish_ToGrainsOnAllSilos_ReachesEachOnce()
    {
        await using var cluster = await GrainCluster.StartAsync(3);
        foreach (var index in Enumerable.Range(0, 9))
        {
            cluster.Script[$"a{index}"].OnMessage = static (grain, message) =>
            {
                grain.Note($"{grain.Key} {message.Group} {message.From?.Name} {message.Text()}");
                return ValueTask.CompletedTask;
            };
            await cluster.RunOnAsync(
                cluster.Cluster.Silos[index % 3],
                cluster.Grain($"a{index}"),
                static grain => grain.JoinAsync("room"));
        }

        await cluster.ConvergedAsync();

        var result = await cluster.RunAsync(cluster.Grain("a0"), static async grain =>
            await grain.Groups.ProcessGroups.PublishAsync("room", "hello".Bytes(), grain.GetGroupMember().Id));

        Assert.Equal(new PublishResult(9, 3, 0), result);
        await cluster.Notes.WaitForCountAsync(9);
        var sender = GrainNames.ToName(cluster.Grain("a0").GetGrainId());
        Assert.Equal(
            Enumerable.Range(0, 9).Select(index => $"a{index} room {sender} hello"),
            cluster.Notes.All.Order());
    }

    [Fact]
    public async Task StatelessWorker_Joins_EachActivationIsAMember()
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        foreach (var silo in cluster.Silos)
        {
            var worker = silo.Services<IGrainFactory>(cluster).GetGrain<IScriptedWorker>("a");
            await cluster.RunAsync(worker, static grain => grain.JoinAsync("room"));
        }

        var members = await cluster.MembersAsync("room", 2);
        Assert.Equal(2, members.Select(static member => member.Node).Distinct().Count());
        Assert.Single(members.Select(static member => member.Name).Distinct());
        cluster.Script["a"].OnMessage = (grain, _) =>
        {
            grain.Note(grain.Groups.Node.ToString());
            return ValueTask.CompletedTask;
        };
        foreach (var member in members)
        {
            await cluster.First.SendAsync(member, "x");
        }

        await cluster.Notes.WaitForCountAsync(2);
        Assert.Equal(members.Select(static member => member.Node.ToString()).Order(), cluster.Notes.All.Order());
    }

    private static Task<MemberId> MemberOf(ScriptedGrain grain) => Task.FromResult(grain.GetGroupMember().Id);
}
