namespace Orleans.Groups.Conformance;

/// <summary>Life of a monitor: falling behind, callbacks, disposing. P4.</summary>
public abstract class MonitorLifeConformance<TEngine> : ConformanceTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // P4: whoever falls behind gets what fits and then a restart with a fresh snapshot; numbers go on.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Overflow_OfASlowReader_RestartsFromASnapshot(bool byOption)
    {
        var a = (await StartAsync(options => options.ProcessGroups.MonitorBufferChanges = byOption ? 4 : 4096, "a"))[0];
        await using var log =
            await MonitorLog.StartAsync(a.Groups(), null, byOption ? null : new MonitorOptions { BufferChanges = 4 });
        var members = a.CreateMembers(20);
        foreach (var member in members)
        {
            await a.Groups().JoinedAsync("g", member);
        }

        await log.SeesAsync("g", members);
        Assert.Single(log.Changes, static change => change.Kind == MembershipChangeKind.Restarted);
        Assert.InRange(log.Changes.Count, 2, 6);
        log.AssertFoldIsRegistry();

        await a.Groups().LeftAsync("g", members[0]);
        MonitorLog.AssertChange(await log.NextAsync(), MembershipChangeKind.Left, "g", ChangeReason.Left, members[0]);
        log.AssertFoldIsRegistry();
    }

    // P4: the fresh snapshot is built when the consumer reads again: it is not older than that.
    [Fact]
    public async Task Overflow_ThenQuiet_SnapshotIsOfTheTimeOfReading()
    {
        var a = (await StartAsync("a"))[0];
        var members = a.CreateMembers(10);
        await using var log = await MonitorLog.StartAsync(a.Groups(), "g", new MonitorOptions { BufferChanges = 1 });
        await a.Groups().JoinedAsync("g", members[0]);
        await a.Groups().JoinedAsync("g", members[1]);
        Assert.Equal(MembershipChangeKind.Joined, (await log.NextAsync()).Kind);
        await a.Groups().JoinedAsync("g", members[2..]);
        var restart = await log.NextAsync();
        Assert.Equal((MembershipChangeKind.Restarted, true), (restart.Kind, restart.Group.IsDefault));
        log.AssertFoldIsRegistry();
    }

    // P4: the cut is at the boundary of an operation; one larger than the buffer restarts at once.
    [Fact]
    public async Task Overflow_InAnOperationOfSeveralGroups_CutsAtItsBoundary()
    {
        var a = (await StartAsync("a"))[0];
        await using var log = await MonitorLog.StartAsync(a.Groups(), null, new MonitorOptions { BufferChanges = 5 });
        var member = a.CreateMember("m");
        await a.Groups().JoinAsync(["x1", "x2", "x3"], [member.Id]);
        await a.Groups().JoinAsync(["y1", "y2", "y3"], [member.Id]);
        for (var index = 0; index < 3; index++)
        {
            Assert.StartsWith("x", (await log.NextAsync()).Group.Value);
        }

        Assert.Equal(MembershipChangeKind.Restarted, (await log.NextAsync()).Kind);
        log.AssertFoldIsRegistry();

        await a.Groups().JoinAsync(
            [.. Enumerable.Range(0, 6).Select(static index => (GroupName)$"z{index}")],
            [member.Id]);
        Assert.Equal(MembershipChangeKind.Restarted, (await log.NextAsync()).Kind);
        log.AssertFoldIsRegistry();
    }

    // P4: overflow while another thread goes on changing; again and again.
    [Fact]
    public async Task Overflow_UnderChanges_NeverLosesOne()
    {
        var nodes = await StartAsync("a", "b");
        await using var near =
            await MonitorLog.StartAsync(nodes[0].Groups(), null, new MonitorOptions { BufferChanges = 8 });
        await using var far =
            await MonitorLog.StartAsync(nodes[1].Groups(), null, new MonitorOptions { BufferChanges = 3 });
        var members = nodes[0].CreateMembers(4);
        var changing = Task.Run(async () =>
        {
            for (var round = 0; round < 2000; round++)
            {
                await nodes[0].Groups().JoinAsync([$"g{round % 7}", "all"], [members[round % 4].Id]);
                await nodes[0].Groups().LeaveAsync([$"g{(round + 3) % 7}", "all"], [members[(round + 1) % 4].Id]);
            }
        });
        while (!changing.IsCompleted)
        {
            near.ReadAvailable();
            far.ReadAvailable();
            await Task.Yield();
        }

        await changing;
        await ConvergeAsync();
        await DrainAsync();
        near.AssertFoldIsRegistry();
        far.AssertFoldIsRegistry();
    }

    // MonitorOptions.OnChange: one call after the other; a throwing call ends nothing.
    [Fact]
    public async Task Callback_ThatThrows_IsCalledAgain()
    {
        var a = (await StartAsync("a"))[0];
        var numbers = new List<long>();
        var running = 0;
        var overlaps = false;
        var seen = new Observed(() => $"It was called with {string.Join(", ", numbers)}.");
        await using var monitor = await a.Groups().MonitorGroupAsync("g", new MonitorOptions
        {
            OnChange = async change =>
            {
                overlaps |= Interlocked.Increment(ref running) > 1;
                await Task.Yield();
                Interlocked.Decrement(ref running);
                seen.Change(() => numbers.Add(change.Number));
                if (change.Number % 2 == 1)
                {
                    throw new InvalidOperationException("Odd numbers fail.");
                }
            },
        });
        var member = a.CreateMember("m");
        for (var round = 0; round < 20; round++)
        {
            await a.Groups().JoinedAsync("g", member);
        }

        await seen.UntilAsync("all changes have been told", () => numbers.Count == 20);
        Assert.Equal(Enumerable.Range(1, 20).Select(static number => (long)number), numbers);
        Assert.False(overlaps);
    }

    // P4: disposing waits for a running callback, and afterwards nothing comes any more.
    [Fact]
    public async Task Dispose_WhileACallbackRuns_WaitsForItAndIsQuiet()
    {
        using var gate = new Gate();
        var a = (await StartAsync("a"))[0];
        var calls = 0;
        var monitor = await a.Groups().MonitorGroupAsync("g", new MonitorOptions
        {
            OnChange = async _ =>
            {
                await gate.PassAsync();
                Interlocked.Increment(ref calls);
            },
        });
        var member = a.CreateMember("m");
        await a.Groups().JoinedAsync("g", member);
        await a.Groups().JoinedAsync("g", member);
        await gate.ReachedAsync();
        var disposing = monitor.DisposeAsync().AsTask();
        await a.Groups().JoinedAsync("g", member);
        Assert.False(disposing.IsCompleted);
        gate.Open();
        await disposing.WithinAsync("the monitor is disposed");
        Assert.Equal(1, calls);
        Assert.Equal(MonitorEndReason.Disposed, await monitor.Completion.WithinAsync("it has ended"));

        await a.Groups().JoinedAsync("g", member);
        await DrainAsync();
        Assert.Equal(1, calls);
        await monitor.DisposeAsync().AsTask().WithinAsync("it is disposed again");
    }

    // P4: … except from inside the callback.
    [Fact]
    public async Task Dispose_InsideTheCallback_DoesNotWaitForItself()
    {
        var a = (await StartAsync("a"))[0];
        var calls = 0;
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        IMembershipMonitor monitor = null!;
        monitor = await a.Groups().MonitorGroupAsync("g", new MonitorOptions
        {
            OnChange = async _ =>
            {
                calls++;
                await Task.Yield();
                await monitor.DisposeAsync();
                disposed.SetResult();
            },
        });
        var member = a.CreateMember("m");
        await a.Groups().JoinedAsync("g", member, member);
        await a.Groups().JoinedAsync("g", member);
        await disposed.Task.WithinAsync("it is disposed inside the callback");
        Assert.Equal(MonitorEndReason.Disposed, await monitor.Completion.WithinAsync("it has ended"));
        await a.Groups().JoinedAsync("g", member);
        await DrainAsync();
        Assert.Equal(1, calls);
    }

    // A callback may use the groups that it watches.
    [Fact]
    public async Task Callback_ThatJoinsAndReads_DoesNotWaitForItself()
    {
        var a = (await StartAsync("a"))[0];
        var (member, echo) = (a.CreateMember("m"), a.CreateMember("echo"));
        await using var monitor = await a.Groups().MonitorGroupAsync("g", new MonitorOptions
        {
            OnChange = async change =>
            {
                foreach (var _ in change.Members)
                {
                    await a.Groups().JoinAsync("echo", echo.Id);
                }
            },
        });
        for (var round = 0; round < 10; round++)
        {
            await a.Groups().JoinedAsync("g", member);
        }

        await a.Groups().SeesAsync("echo", Enumerable.Repeat(echo, 10).ToArray());
    }

    // T24: after disposing nothing is read any more, and a waiting reader is let go.
    [Fact]
    public async Task Dispose_WithAWaitingReader_LetsItGo()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        var idle = await a.Groups().MonitorScopeAsync();
        var waiting = idle.WaitToReadAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        await idle.DisposeAsync();
        Assert.False(await waiting.WithinAsync("the reader is let go"));

        var full = await a.Groups().MonitorScopeAsync();
        await a.Groups().JoinedAsync("g", member);
        await full.DisposeAsync();
        Assert.False(full.TryRead(out var change));
        Assert.Null(change);
        Assert.False(await full.WaitToReadAsync().WithinAsync("there is nothing to read"));
        Assert.Empty(await ReadAllAsync(full).WithinAsync("there is nothing to read"));
    }

    // IMembershipMonitor.ReadAllAsync and cancelling a wait.
    [Fact]
    public async Task ReadAll_UntilTheOwnerEnds_GivesEverything()
    {
        var a = (await StartAsync("a"))[0];
        var (owner, member) = (a.CreateMember("owner"), a.CreateMember("m"));
        var monitor = await a.Groups().MonitorGroupAsync("g", new MonitorOptions { Owner = owner.Id });
        using var cancel = new CancellationTokenSource();
        var waiting = monitor.WaitToReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting).WithinAsync("the wait ends");

        var read = new List<long>();
        var seen = new Observed(() => $"It has read {string.Join(", ", read)}.");
        var reading = Task.Run(async () =>
        {
            await foreach (var change in monitor.ReadAllAsync())
            {
                seen.Change(() => read.Add(change.Number));
            }
        });
        for (var round = 0; round < 5; round++)
        {
            await a.Groups().JoinedAsync("g", member);
        }

        await seen.UntilAsync("all changes are read", () => read.Count == 5);
        owner.End();
        await reading.WithinAsync("reading ends with the owner");
        Assert.Equal([1, 2, 3, 4, 5], read);
    }

    // Monitors end with their scope, and with their node.
    [Fact]
    public async Task StopNode_WithMonitors_EndsThem()
    {
        var nodes = await StartAsync("a", "b");
        var monitor = await nodes[1].Groups().MonitorScopeAsync();
        await Fixture.StopNodeAsync(nodes[1]).WithinAsync("the node stops");
        Assert.Equal(MonitorEndReason.ScopeStopped, await monitor.Completion.WithinAsync("the monitor ends"));
    }

    [Fact]
    [Needs(FixtureCapabilities.StopScope)]
    public async Task StopScope_WithMonitors_EndsThem()
    {
        var a = (await StartAsync("a"))[0];
        var groups = a.GetProcessGroups("scope");
        var monitor = await groups.MonitorGroupAsync("g");
        await a.StopScopeAsync("scope");
        Assert.Equal(MonitorEndReason.ScopeStopped, await monitor.Completion.WithinAsync("the monitor ends"));
        await a.StartScopeAsync("scope");
        await groups.JoinedAsync("g", a.CreateMember("m"));
        Assert.False(monitor.TryRead(out _));
    }

    private static async Task<List<MembershipChange>> ReadAllAsync(IMembershipMonitor monitor)
    {
        var changes = new List<MembershipChange>();
        await foreach (var change in monitor.ReadAllAsync())
        {
            changes.Add(change);
        }

        return changes;
    }
}
