using Orleans.Groups.Protocol;
using static Orleans.Groups.Tests.RecordEdits;

namespace Orleans.Groups.Tests;

/// <summary>The grain on real silos: durable and volatile records, failing storage, endings.</summary>
public sealed class GroupVersionGrainTests
{
    private static readonly GroupName Group = "orders";

    private readonly TestRecordStorage _storage = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Record_WrittenByOneSilo_IsReadByTheOther(bool isDurable)
    {
        await using var cluster = await StartAsync(isDurable);
        var founder = NewMember();
        Assert.Null(await cluster.StoreOf(0).RequireAsync(Group));

        var founded = await cluster.StoreOf(0).ApplyAsync(Group, Found(Group, founder));
        var joined = await cluster.StoreOf(1).ApplyAsync(Group, Insert(founded, founder, NewMember("joiner")));

        AssertEqual(joined, await cluster.StoreOf(0).RequireAsync(Group));
        Assert.Equal(2, joined.Version);
        Assert.Equal(isDurable, _storage.Exists(Group));
    }

    [Fact]
    public async Task DurableRecord_ActivationLost_IsStillThere()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        var founded = await cluster.StoreOf(0).ApplyAsync(Group, Found(Group, NewMember()));

        await cluster.DeactivateAsync(Group);

        AssertEqual(founded, await cluster.StoreOf(1).RequireAsync(Group));
    }

    [Fact]
    public async Task VolatileRecord_ActivationLost_IsGoneAndMadeAgain()
    {
        await using var cluster = await RecordCluster.StartVolatileAsync();
        var founder = NewMember();
        var founded = await cluster.StoreOf(0).ApplyAsync(Group, Found(Group, founder));

        await cluster.DeactivateAsync(Group);

        Assert.Null(await cluster.StoreOf(1).RequireAsync(Group));
        var recreate = new RecordEdit.Recreate(new OperationId(founder, 1), founded, Guid.NewGuid());
        Assert.Equal(founded.Epoch, (await cluster.StoreOf(1).ApplyAsync(Group, recreate)).Parent);
    }

    [Fact]
    public async Task Storage_DownAndUpAgain_FailsAsValuesAndThenAnswers()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        var store = cluster.StoreOf(0);
        var founder = NewMember();
        var founded = await store.ApplyAsync(Group, Found(Group, founder));
        _storage.SetUnavailable(true);

        Assert.Equal((false, null), await store.ReadAsync(Group));
        Assert.Null(await store.EditAsync(Group, Insert(founded, founder, NewMember())));
        Assert.Equal((false, null), await store.ReadAsync("never activated before"));
        Assert.Null(await store.EditAsync("neither", Found("neither", NewMember())));

        _storage.SetUnavailable(false);
        AssertEqual(founded, await store.RequireAsync(Group));
        Assert.Null(await store.RequireAsync("never activated before"));
        await store.ApplyAsync(Group, Insert(founded, founder, NewMember()));
    }

    [Theory]
    [InlineData(StorageFault.Before)]
    [InlineData(StorageFault.AfterCommit)]
    public async Task Edit_OutcomeUnknown_IsSettledByHandingItInAgain(StorageFault fault)
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        var founder = NewMember();
        var founded = await cluster.StoreOf(0).ApplyAsync(Group, Found(Group, founder));
        var edit = Insert(founded, founder, NewMember("joiner"));
        _storage.FailWrites(fault);

        Assert.Null(await cluster.StoreOf(0).EditAsync(Group, edit));
        var settled = await cluster.StoreOf(1).ApplyAsync(Group, edit);

        Assert.Equal(2, settled.Version);
        Assert.Equal(2, _storage.Writes);
        AssertEqual(settled, await cluster.StoreOf(0).RequireAsync(Group));
    }

    /// <summary>An exception that says so would end the activation, again and again.</summary>
    [Theory]
    [InlineData(StorageFault.Conflict)]
    [InlineData(StorageFault.UniqueViolation)]
    public async Task Edit_StorageTellsAConflict_IsAppliedAndTheActivationLives(StorageFault fault)
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        Assert.Null(await cluster.StoreOf(0).RequireAsync(Group));
        var ended = cluster.WaitForDeactivationAsync(Group);
        _storage.FailWrites(fault);

        await cluster.StoreOf(0).ApplyAsync(Group, Found(Group, NewMember()));

        Assert.False(ended.IsCompleted);
    }

    [Fact]
    public async Task Edit_ConflictsForEver_IsUnknownAndTheActivationLives()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        Assert.Null(await cluster.StoreOf(0).RequireAsync(Group));
        var ended = cluster.WaitForDeactivationAsync(Group);
        _storage.FailWrites([.. Enumerable.Repeat(StorageFault.Conflict, RecordKeeper.MaxAttempts)]);

        Assert.Null(await cluster.StoreOf(0).EditAsync(Group, Found(Group, NewMember())));

        Assert.False(ended.IsCompleted);
        await cluster.StoreOf(0).ApplyAsync(Group, Found(Group, NewMember()));
    }

    [Fact]
    public async Task DamagedRecord_ReadOrEdited_FailsAndIsLeftAlone()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage);
        var store = cluster.StoreOf(0);
        var founder = NewMember();
        var founded = await store.ApplyAsync(Group, Found(Group, founder));
        var bytes = _storage.BytesOf(Group)!;
        byte[] damaged = [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];
        _storage.Damage(Group, damaged);

        Assert.Equal((false, null), await store.ReadAsync(Group));
        Assert.Null(await store.EditAsync(Group, Insert(founded, founder, NewMember())));
        Assert.Null(await store.EditAsync(Group, Found(Group, NewMember())));
        await cluster.DeactivateAsync(Group);
        Assert.Equal((false, null), await store.ReadAsync(Group));
        Assert.Equal(damaged, _storage.BytesOf(Group));

        _storage.Damage(Group, bytes);
        AssertEqual(founded, await store.RequireAsync(Group));
    }

    [Fact]
    public async Task EndedRings_TooMany_TheOldestArePurged()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage, silos: 1, mostEnded: 2);
        var store = cluster.StoreOf(0);
        GroupName[] groups = [.. Enumerable.Range(0, 5).Select(index => new GroupName($"group{index}"))];
        var ended = new List<Task>();
        foreach (var group in groups)
        {
            var founder = NewMember();
            var founded = await store.ApplyAsync(group, Found(group, founder));
            ended.Add(cluster.WaitForDeactivationAsync(group));
            await store.ApplyAsync(group, Leave(founded, founder));
        }

        await Task.WhenAll(ended[..3]);

        Assert.Equal(groups[3..], groups.Where(_storage.Exists));
        Assert.Equal(groups[3..], groups.Where(cluster.IsActive));
        Assert.Equal(RecordStatus.Open, (await store.RequireAsync(groups[4]))!.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EndedRing_FoundedAnew_IsNotPurged(bool isDurable)
    {
        await using var cluster = isDurable
            ? await RecordCluster.StartAsync(_storage, silos: 1, mostEnded: 1)
            : await RecordCluster.StartVolatileAsync(silos: 1, mostEnded: 1);
        var store = cluster.StoreOf(0);
        var founder = NewMember();
        await store.ApplyAsync(Group, Leave(await store.ApplyAsync(Group, Found(Group, founder)), founder));
        var founded = await store.ApplyAsync(Group, Found(Group, NewMember()));
        foreach (var other in new GroupName[] { "a", "b" })
        {
            await store.ApplyAsync(other, Found(other, NewMember()));
            await store.ApplyAsync(other, Forget());
        }

        await cluster.WaitForDeactivationAsync("a");

        Assert.Equal(3, founded.Version);
        Assert.True(cluster.IsActive(Group));
        AssertEqual(founded, await store.RequireAsync(Group));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IdleCollection_RingsOpenAndEnded_TakesTheEndedOnly(bool isDurable)
    {
        await using var cluster = await StartAsync(isDurable);
        var store = cluster.StoreOf(0);
        var founded = await store.ApplyAsync(Group, Found(Group, NewMember()));
        await store.ApplyAsync("closed", Found("closed", NewMember()));
        await store.ApplyAsync("closed", Forget());
        var isOver = cluster.WaitForDeactivationAsync("closed");
        var management = cluster.Cluster.Client.GetGrain<IManagementGrain>(0);

        await management.ForceActivationCollection(TimeSpan.Zero);
        await isOver;

        Assert.Equal(!isDurable, cluster.IsActive(Group));
        AssertEqual(founded, await store.RequireAsync(Group));
        Assert.Null(await store.RequireAsync("closed"));
        Assert.False(_storage.Exists("closed"));
    }

    /// <summary>A silo that stops has other things to do; whoever asks next sees to it.</summary>
    [Fact]
    public async Task EndedRing_ItsSiloStops_StaysAndIsPurgedLater()
    {
        await using var cluster = await RecordCluster.StartAsync(_storage, silos: 1);
        await cluster.StoreOf(0).ApplyAsync(Group, Found(Group, NewMember()));
        await cluster.StoreOf(0).ApplyAsync(Group, Forget());
        await cluster.Cluster.StopSiloAsync(cluster.Cluster.Silos[0]);
        Assert.True(_storage.Exists(Group));

        await cluster.Cluster.StartAdditionalSiloAsync();
        Assert.Equal(RecordStatus.Forgotten, (await cluster.StoreOf(0).RequireAsync(Group))!.Status);
        var isOver = cluster.WaitForDeactivationAsync(Group);
        await cluster.DeactivateAsync(Group);
        await isOver;

        Assert.False(_storage.Exists(Group));
    }

    [Fact]
    public async Task Start_RecordStorageIsNotRegistered_Fails()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var cluster = await RecordCluster.StartAsync(static _ => { }, "service");
        });

        Assert.Contains("GroupsOptions.RecordStorage is 'records'", error.ToString(), StringComparison.Ordinal);
    }

    private Task<RecordCluster> StartAsync(bool isDurable) =>
        isDurable ? RecordCluster.StartAsync(_storage) : RecordCluster.StartVolatileAsync();
}
