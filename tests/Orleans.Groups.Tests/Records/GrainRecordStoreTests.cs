using Microsoft.Extensions.DependencyInjection;
using Orleans.Groups.Engine;
using static Orleans.Groups.Tests.RecordEdits;

namespace Orleans.Groups.Tests;

/// <summary>The store as a silo sees it: every request is answered once, whatever happens, and counted.</summary>
public sealed class GrainRecordStoreTests
{
    private static readonly GroupName Group = "orders";

    private readonly TestRecordStorage _storage = new();
    private readonly WorkCounter _work = new();

    [Fact]
    public async Task Requests_UnderWay_AreCountedUntilTheyAreAnswered()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        var store = cluster.StoreOf(0, _work);
        var isHeld = _storage.HoldReads();

        var read = store.ReadAsync(Group);
        var edited = store.EditAsync(Group, Found(Group, NewMember()));
        await isHeld;
        var isIdle = _work.WaitForIdleAsync(TestContext.Current.CancellationToken);
        Assert.False(isIdle.IsCompleted);
        Assert.False(read.IsCompleted || edited.IsCompleted);
        _storage.ReleaseReads();
        await isIdle;

        Assert.True((await read).Succeeded);
        Assert.NotNull(await edited);
    }

    /// <summary>Whoever waits for quiet must not miss what an answer causes.</summary>
    [Fact]
    public async Task Answer_ThatAsksAgain_KeepsTheCount()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        var store = cluster.StoreOf(0, _work);
        var answers = 0;
        void Ask() => store.Read(Group, (_, _) =>
        {
            if (++answers < 20)
            {
                Ask();
            }
        });

        Ask();
        await _work.WaitForIdleAsync(TestContext.Current.CancellationToken);

        Assert.Equal(20, answers);
    }

    [Fact]
    public async Task Answer_ThatThrows_HarmsNobodyElse()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        var store = cluster.StoreOf(0, _work);

        store.Read(Group, static (_, _) => throw new InvalidOperationException("A broken receiver."));
        await _work.WaitForIdleAsync(TestContext.Current.CancellationToken);

        Assert.Null(await store.RequireAsync(Group));
    }

    [Fact]
    public async Task Requests_TooMany_AreRefusedAndTheOthersAnswered()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        var store = cluster.StoreOf(0, _work);
        _ = _storage.HoldReads();
        var most = GrainRecordStore.MaxRunning + GrainRecordStore.MaxWaiting;
        var accepted = new List<Task<(bool Succeeded, Protocol.GroupRecord? Record)>>(most);
        for (var count = 0; count < most; count++)
        {
            accepted.Add(store.ReadAsync(Group));
        }

        var refusedRead = store.ReadAsync(Group);
        var refusedEdit = store.EditAsync(Group, Found(Group, NewMember()));

        Assert.Equal((false, null), await refusedRead);
        Assert.Null(await refusedEdit);
        Assert.DoesNotContain(accepted, static read => read.IsCompleted);
        _storage.ReleaseReads();
        Assert.All(await Task.WhenAll(accepted), static read => Assert.True(read.Succeeded));
        Assert.False(_storage.Exists(Group));
        await _work.WaitForIdleAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Requests_TheSiloOfTheirGrainDies_AreAllAnswered()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        var store = cluster.StoreOf(0, _work);
        var isHeld = _storage.HoldReads();
        GroupName[] groups = [.. Enumerable.Range(0, 16).Select(index => new GroupName($"group{index}"))];
        var edits = groups.Select(group => store.EditAsync(group, Found(group, NewMember()))).ToList();
        await isHeld;

        var killed = cluster.Cluster.KillSiloAsync(cluster.Cluster.Silos[1]);
        _storage.ReleaseReads();
        await killed;
        var results = await Task.WhenAll(edits);

        foreach (var (group, result) in groups.Zip(results))
        {
            // Known means kept; unknown may be either.
            Assert.True(result is null || _storage.Exists(group));
        }
    }

    [Fact]
    public async Task Requests_NeverAnswered_AreGivenUp()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage, silos: 1);
        var factory = cluster.Cluster.Silos[0].ServiceProvider.GetRequiredService<RecordStoreFactory>();
        var store = factory(_work, new HastyTime());
        _ = _storage.HoldReads();

        Assert.Equal((false, null), await store.ReadAsync(Group));
        Assert.Null(await store.EditAsync(Group, Found(Group, NewMember())));

        await _work.WaitForIdleAsync(TestContext.Current.CancellationToken);
        _storage.ReleaseReads();
    }

    [Fact]
    public async Task Faults_AroundTheStore_DoWhatTheySay()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        var faults = new RecordFaults(
            group =>
            {
                _storage.Lose(group);
                return Task.CompletedTask;
            },
            group => Task.FromResult(_storage.Exists(group)));
        var store = faults.Around(cluster.StoreOf(0));
        var founder = NewMember();

        await faults.SetUnavailableAsync(true);
        Assert.Equal((false, null), await store.ReadAsync(Group));
        Assert.Null(await store.EditAsync(Group, Found(Group, founder)));
        Assert.False(await faults.ExistsAsync(Group));
        await faults.SetUnavailableAsync(false);

        await faults.LoseRepliesAsync(1);
        Assert.Null(await store.EditAsync(Group, Found(Group, founder)));
        Assert.True(await faults.ExistsAsync(Group));

        await faults.HoldAsync();
        var edited = faults.Around(cluster.StoreOf(1)).EditAsync(Group, Forget());
        var read = store.ReadAsync(Group);
        Assert.False(edited.IsCompleted || read.IsCompleted);
        await faults.ReleaseAsync();
        Assert.Equal(Protocol.RecordStatus.Forgotten, (await read).Record!.Status);

        await faults.LoseRecordAsync(Group);
        Assert.Null(await store.RequireAsync(Group));
    }

    /// <summary>Every time limit is over at once.</summary>
    private sealed class HastyTime : TimeProvider
    {
        public override ITimer CreateTimer(
            TimerCallback callback,
            object? state,
            TimeSpan dueTime,
            TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
