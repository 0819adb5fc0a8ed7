namespace Orleans.Groups.Tests;

/// <summary>Monitors that belong to a grain.</summary>
public sealed class GrainMonitorTests
{
    [Fact]
    public async Task Changes_OfAGroup_ComeInTheGrainsTurnsUntilTheEndOfTheActivation()
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        var watcher = cluster.Grain("watcher");
        var turns = new TaskCompletionSource<TaskScheduler>();
        await cluster.RunAsync(watcher, async grain =>
        {
            turns.SetResult(TaskScheduler.Current);
            grain.Monitor = await grain.Groups.ProcessGroups.MonitorGroupAsync("room", grain, async change =>
            {
                Assert.Same(await turns.Task, TaskScheduler.Current);
                await Task.Yield();
                Assert.Same(await turns.Task, TaskScheduler.Current);
                grain.Note($"{change.Number} {change.Kind} {change.Reason}");
            });
            Assert.Empty(grain.Monitor.Snapshot.Groups);
        });
        var monitor = await cluster.RunAsync(watcher, static grain => Task.FromResult(grain.Monitor!));

        await cluster.RunAsync(cluster.Grain("a"), static grain => grain.JoinAsync("room"));
        await cluster.Notes.WaitForAsync("1 Joined Joined");
        await cluster.RunAsync(cluster.Grain("a"), static grain => grain.LeaveAsync("room"));
        await cluster.Notes.WaitForAsync("2 Left Left");

        await cluster.Cluster.DeactivateAsync(watcher);
        Assert.Equal(MonitorEndReason.OwnerEnded, await monitor.Completion.WaitAsync(GrainCluster.Limit));
        await cluster.RunAsync(cluster.Grain("a"), static grain => grain.JoinAsync("room"));
        await cluster.ConvergedAsync();
        Assert.Equal(2, cluster.Notes.All.Count);
    }

    [Fact]
    public async Task Changes_OfAScope_ComeWhileACallOfTheGrainWaitsForThem()
    {
        await using var cluster = await GrainCluster.StartAsync(1);

        await cluster.RunAsync(cluster.Grain("watcher"), static async grain =>
        {
            var seen = new TaskCompletionSource<MembershipChange>();
            await using var monitor = await grain.Groups.ProcessGroups.MonitorScopeAsync(grain, change =>
            {
                seen.SetResult(change);
                return ValueTask.CompletedTask;
            });

            await grain.JoinAsync("room");

            var change = await seen.Task.WaitAsync(GrainCluster.Limit);
            Assert.Equal(MembershipChangeKind.Joined, change.Kind);
            Assert.Equal(grain.GetGroupMember().Id, Assert.Single(change.Members));
        });
    }

    [Fact]
    public async Task Dispose_InACallWhileAChangeWaits_Returns()
    {
        await using var cluster = await GrainCluster.StartAsync(1);

        await cluster.RunAsync(cluster.Grain("watcher"), static async grain =>
        {
            for (var round = 0; round < 50; round++)
            {
                var monitor = await grain.Groups.ProcessGroups.MonitorScopeAsync(
                    grain,
                    static async _ => await Task.Yield());
                await grain.JoinAsync("room");
                await monitor.DisposeAsync();
                Assert.Equal(MonitorEndReason.Disposed, await monitor.Completion);
            }

            var host = GrainHost.Of(grain);
            Assert.Equal(0, host.LaneCount);
        });
    }

    [Fact]
    public async Task Callback_Throws_TheNextChangeFollows()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        await cluster.RunAsync(cluster.Grain("watcher"), static async grain =>
            await grain.Groups.ProcessGroups.MonitorGroupAsync("room", grain, change =>
            {
                grain.Note($"{change.Number}");
                throw new FormatException();
            }));

        await cluster.RunAsync(cluster.Grain("a"), static grain => grain.JoinAsync("room"));
        await cluster.RunAsync(cluster.Grain("a"), static grain => grain.LeaveAsync("room"));

        await cluster.Notes.WaitForAsync("2");
        Assert.Equal(["1", "2"], cluster.Notes.All);
    }

    [Fact]
    public async Task Deactivation_WhileACallbackHangs_EndsTheMonitor()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var watcher = cluster.Grain("watcher");
        var open = new TaskCompletionSource();
        var monitor = await cluster.RunAsync(watcher, async grain =>
            await grain.Groups.ProcessGroups.MonitorGroupAsync("room", grain, async change =>
            {
                grain.Note("hangs");
                await open.Task;
            }));
        await cluster.RunAsync(cluster.Grain("a"), static grain => grain.JoinAsync("room"));
        await cluster.Notes.WaitForAsync("hangs");

        await cluster.Cluster.DeactivateAsync(watcher);

        Assert.Equal(MonitorEndReason.OwnerEnded, await monitor.Completion.WaitAsync(GrainCluster.Limit));
        await monitor.DisposeAsync().AsTask().WaitAsync(GrainCluster.Limit);
        open.SetResult();
    }
}
