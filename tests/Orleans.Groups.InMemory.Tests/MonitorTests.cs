namespace Orleans.Groups.InMemory.Tests;

/// <summary>Monitors: overflow, callbacks, ending. What every engine must show is in the conformance suite.</summary>
public sealed class MonitorTests
{
    [Fact]
    public async Task Overflow_ReadersGetWhatFittedAndThenAFreshStart()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        var member = node.CreateMember("m").Id;
        await using var monitor = await node.ProcessGroups.MonitorScopeAsync(new MonitorOptions { BufferChanges = 3 });
        for (var number = 0; number < 10; number++)
        {
            await node.ProcessGroups.JoinAsync($"g{number}", member);
        }

        for (var number = 1; number <= 3; number++)
        {
            Assert.True(monitor.TryRead(out var change));
            Assert.Equal((number, MembershipChangeKind.Joined), (change!.Number, change.Kind));
        }

        await node.ProcessGroups.LeaveAsync("g0", member);
        Assert.True(await monitor.WaitToReadAsync().Soon());
        Assert.True(monitor.TryRead(out var restart));
        Assert.Equal((4, MembershipChangeKind.Restarted), (restart!.Number, restart.Kind));
        Assert.Equal(9, restart.Snapshot!.Groups.Length);
        Assert.False(monitor.TryRead(out _));
        await node.ProcessGroups.JoinAsync("after", member);
        Assert.True(monitor.TryRead(out var after));
        Assert.Equal((5, "after"), (after!.Number, after.Group.Value));
    }

    [Fact]
    public async Task Overflow_WithACallback_RestartsByItself()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        var member = node.CreateMember("m").Id;
        var gate = new Gate();
        var fold = new HashSet<GroupName>();
        var kinds = new List<MembershipChangeKind>();
        await using var monitor = await node.ProcessGroups.MonitorScopeAsync(new MonitorOptions
        {
            BufferChanges = 2,
            OnChange = async change =>
            {
                await gate.PassAsync();
                kinds.Add(change.Kind);
                if (change.Snapshot is { } snapshot)
                {
                    fold = [.. snapshot.Groups.Select(static group => group.Group)];
                }
                else
                {
                    fold.Add(change.Group);
                }
            },
        });
        for (var number = 0; number < 50; number++)
        {
            await node.ProcessGroups.JoinAsync($"g{number}", member);
        }

        gate.Open();
        await cluster.DrainedAsync();
        Assert.Equal(node.ProcessGroups.GetGroups().Order(), fold.Order());
        Assert.Contains(MembershipChangeKind.Restarted, kinds);
    }

    [Fact]
    public async Task Callback_Throws_IsLoggedAndTheNextFollows()
    {
        var log = new LogRecorder();
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { LoggerFactory = log });
        var node = cluster.AddNode("a");
        var seen = new List<long>();
        await using var monitor = await node.ProcessGroups.MonitorScopeAsync(new MonitorOptions
        {
            OnChange = change =>
            {
                seen.Add(change.Number);
                throw new InvalidOperationException("This callback fails.");
            },
        });
        var member = node.CreateMember("m").Id;
        await node.ProcessGroups.JoinAsync("g", member);
        await node.ProcessGroups.LeaveAsync("g", member);
        await cluster.DrainedAsync();
        Assert.Equal([1, 2], seen);
        Assert.Equal(2, log.Ids.Count(static id => id == 1202));
    }

    [Fact]
    public async Task Dispose_WhileACallbackRuns_WaitsForItAndThenIsQuiet()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        var gate = new Gate();
        var calls = 0;
        var monitor = await node.ProcessGroups.MonitorScopeAsync(new MonitorOptions
        {
            OnChange = async _ =>
            {
                calls++;
                await gate.PassAsync();
            },
        });
        var member = node.CreateMember("m").Id;
        await node.ProcessGroups.JoinAsync("g", member);
        await node.ProcessGroups.LeaveAsync("g", member);
        await gate.Reached;
        var disposed = monitor.DisposeAsync().AsTask();
        Assert.Equal(MonitorEndReason.Disposed, await monitor.Completion.Soon());
        Assert.False(disposed.IsCompleted);
        gate.Open();
        await disposed.Soon();
        await node.ProcessGroups.JoinAsync("g", member);
        await cluster.DrainedAsync();
        Assert.Equal(1, calls);
        await monitor.DisposeAsync().AsTask().Soon();
    }

    [Fact]
    public async Task Dispose_FromInsideItsCallback_DoesNotWaitForItself()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        IMembershipMonitor? monitor = null;
        var done = new TaskCompletionSource();
        monitor = await node.ProcessGroups.MonitorScopeAsync(new MonitorOptions
        {
            OnChange = async _ =>
            {
                await Task.Yield();
                await monitor!.DisposeAsync().AsTask().Soon();
                done.SetResult();
            },
        });
        await node.ProcessGroups.JoinAsync("g", node.CreateMember("m").Id);
        await done.Task.Soon();
        Assert.Equal(MonitorEndReason.Disposed, await monitor.Completion.Soon());
    }

    [Fact]
    public async Task Reading_WaitsAndEnds()
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        var monitor = await node.ProcessGroups.MonitorGroupAsync("g");
        using var cancel = new CancellationTokenSource();
        var given = monitor.WaitToReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.Soon());

        var waiting = monitor.WaitToReadAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        await node.ProcessGroups.JoinAsync("g", node.CreateMember("m").Id);
        Assert.True(await waiting.Soon());
        var all = Task.Run(async () =>
        {
            var count = 0;
            await foreach (var _ in monitor.ReadAllAsync())
            {
                count++;
            }

            return count;
        });
        await node.StopScopeAsync(node.ProcessGroups.Scope);
        Assert.InRange(await all.Soon(), 0, 2);
        Assert.Equal(MonitorEndReason.ScopeStopped, await monitor.Completion.Soon());
        Assert.False(await monitor.WaitToReadAsync().Soon());
        Assert.False(monitor.TryRead(out _));
    }

    [Fact]
    public async Task BadUse_Throws()
    {
        await using var cluster = new InMemoryCluster();
        var groups = cluster.AddNode("a").ProcessGroups;
        await Assert.ThrowsAsync<ArgumentException>(
            () => groups.MonitorScopeAsync(new MonitorOptions { BufferChanges = 0 }).AsTask());
        await using var monitor = await groups.MonitorScopeAsync(new MonitorOptions { OnChange = static _ => default });
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var _ in monitor.ReadAllAsync())
            {
            }
        });
    }
}
