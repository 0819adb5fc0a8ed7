using System.Buffers;
using Orleans.Groups.Protocol;
using static Orleans.Groups.Tests.RecordEdits;

namespace Orleans.Groups.Tests;

/// <summary>Edits of a record in a storage that others write to and that fails, without Orleans around it.</summary>
public sealed class RecordKeeperTests
{
    private static readonly GroupName Group = "orders";

    private readonly TestRecordStorage _storage = new();
    private readonly RecordKeeper _keeper;
    private readonly RecordKeeper _other;
    private readonly MemberId _founder = NewMember();

    public RecordKeeperTests()
    {
        _keeper = NewKeeper();
        _other = NewKeeper();
    }

    [Fact]
    public async Task Edit_WhereThereIsNone_IsReadByOthers()
    {
        var record = await FoundAsync();

        AssertEqual(record, await _other.ReadAsync());
        Assert.Equal(_founder, Assert.Single(record.Entries).Member);
    }

    [Fact]
    public async Task Edit_ThatChangesNothing_WritesNothing()
    {
        var record = await FoundAsync();
        var writes = _storage.Writes;

        var result = await _keeper.EditAsync(new RecordEdit.MarkDead(
            new OperationId(_founder, 99), record.Epoch, record.Version, [NewMember()], Certain: false));

        Assert.Equal(EditVerdict.NothingToDo, result!.Value.Verdict);
        Assert.Equal(writes, _storage.Writes);
    }

    [Fact]
    public async Task FirstWrites_OfTwoAtOnce_OneFoundsAndTheOtherLearnsOfIt()
    {
        EditResult? inBetween = null;
        _storage.BeforeNextWrite(async () => inBetween = await _other.EditAsync(Found(Group, NewMember("fast"))));

        var result = await _keeper.EditAsync(Found(Group, _founder));

        Assert.Equal(EditVerdict.Applied, inBetween!.Value.Verdict);
        Assert.Equal(EditVerdict.Refused, result!.Value.Verdict);
        AssertEqual(inBetween.Value.Current, result.Value.Current);
        AssertEqual(inBetween.Value.Current, await _keeper.ReadAsync());
    }

    [Fact]
    public async Task Edits_OfTwoAtOnce_AreBothApplied()
    {
        var record = await FoundAsync();
        _storage.BeforeNextWrite(async () => await _other.EditAsync(Insert(record, _founder, NewMember("fast"))));

        var result = await _keeper.EditAsync(Insert(record, _founder, NewMember("slow")));

        Assert.Equal(EditVerdict.Applied, result!.Value.Verdict);
        Assert.Equal(3, result.Value.Current!.Version);
        Assert.Equal(["member", "slow", "fast"], result.Value.Current.Entries.Select(entry => entry.Member.Name));
    }

    /// <summary>A verdict from what an activation remembers would end a member that is well.</summary>
    [Fact]
    public async Task Edit_ByAMemberThatAnotherActivationTookIn_IsApplied()
    {
        var record = await FoundAsync();
        var joiner = NewMember("joiner");
        var inserted = await _other.EditAsync(Insert(record, _founder, joiner));

        var result = await _keeper.EditAsync(Insert(inserted!.Value.Current!, joiner, NewMember("third")));

        Assert.Equal(EditVerdict.Applied, result!.Value.Verdict);
        Assert.Equal(3, result.Value.Current!.Entries.Length);
    }

    [Theory]
    [InlineData(StorageFault.Conflict)]
    [InlineData(StorageFault.UniqueViolation)]
    public async Task Edit_StorageTellsAConflict_IsAppliedToWhatIsThere(StorageFault fault)
    {
        _storage.FailWrites(fault);

        var record = await FoundAsync();

        AssertEqual(record, await _other.ReadAsync());
    }

    [Fact]
    public async Task Edit_StorageTellsConflictsForEver_GivesUpAndHasWrittenNothing()
    {
        _storage.FailWrites([.. Enumerable.Repeat(StorageFault.Conflict, RecordKeeper.MaxAttempts)]);

        Assert.Null(await _keeper.EditAsync(Found(Group, _founder)));

        Assert.False(_storage.Exists(Group));
        Assert.Equal(0, _storage.Writes);
    }

    [Theory]
    [InlineData(StorageFault.Before)]
    [InlineData(StorageFault.AfterCommit)]
    public async Task Edit_OutcomeUnknownAndHandedInAgain_IsAppliedOnce(StorageFault fault)
    {
        var record = await FoundAsync();
        var edit = Insert(record, _founder, NewMember("joiner"));
        _storage.FailWrites(fault);
        await Assert.ThrowsAsync<OrleansException>(async () => await _keeper.EditAsync(edit));

        var result = await _keeper.EditAsync(edit);

        Assert.Equal(EditVerdict.Applied, result!.Value.Verdict);
        Assert.Equal(2, result.Value.Current!.Version);
        AssertEqual(result.Value.Current, await _other.ReadAsync());
        Assert.Equal(2, _storage.Writes);
    }

    [Fact]
    public async Task Edit_OutcomeUnknownAndTheJoinerErasedSince_DoesNotReviveIt()
    {
        var record = await FoundAsync();
        var joiner = NewMember("joiner");
        var edit = Insert(record, _founder, joiner);
        _storage.FailWrites(StorageFault.AfterCommit);
        await Assert.ThrowsAsync<OrleansException>(async () => await _keeper.EditAsync(edit));
        await _other.EditAsync(Leave((await _other.ReadAsync())!, joiner));

        var result = await _keeper.EditAsync(edit);

        Assert.Equal(EditVerdict.Applied, result!.Value.Verdict);
        Assert.Equal([_founder], result.Value.Current!.Entries.Select(entry => entry.Member));
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("foreign")]
    public async Task DamagedRecord_ReadOrEdited_IsRefusedAndLeftAlone(string damage)
    {
        var record = await FoundAsync();
        var bytes = _storage.BytesOf(Group)!;
        byte[] damaged = damage switch
        {
            "flipped" => [.. bytes[..10], (byte)(bytes[10] ^ 1), .. bytes[11..]],
            "cut" => bytes[..^1],
            "empty" => [],
            _ => Encode(record with { Group = "others" }),
        };
        _storage.Damage(Group, damaged);
        var writes = _storage.Writes;

        await Assert.ThrowsAsync<RecordDamagedException>(async () => await _keeper.ReadAsync());
        await Assert.ThrowsAsync<RecordDamagedException>(
            async () => await _keeper.EditAsync(Insert(record, _founder, NewMember())));
        await Assert.ThrowsAsync<RecordDamagedException>(
            async () => await _keeper.EditAsync(Found(Group, NewMember())));
        await Assert.ThrowsAsync<RecordDamagedException>(async () => await _keeper.PurgeAsync());

        Assert.Equal(damaged, _storage.BytesOf(Group));
        Assert.Equal(writes, _storage.Writes);
    }

    [Fact]
    public async Task Purge_RingHasEnded_TakesTheRecordAway()
    {
        await FoundAsync();
        await _keeper.EditAsync(Forget());

        await _keeper.PurgeAsync();

        Assert.False(_storage.Exists(Group));
        Assert.Null(await _other.ReadAsync());
        Assert.Equal(1, (await FoundAsync()).Version);
    }

    [Fact]
    public async Task Purge_RingIsOpen_LeavesTheRecord()
    {
        var record = await FoundAsync();

        await _keeper.PurgeAsync();

        AssertEqual(record, await _other.ReadAsync());
    }

    [Fact]
    public async Task Purge_RingFoundedAnewInBetween_LeavesTheRecord()
    {
        var record = await FoundAsync();
        await _keeper.EditAsync(Leave(record, _founder));
        EditResult? founded = null;
        _storage.BeforeNextWrite(async () => founded = await _other.EditAsync(Found(Group, NewMember("second"))));

        await _keeper.PurgeAsync();

        Assert.Equal(EditVerdict.Applied, founded!.Value.Verdict);
        AssertEqual(founded.Value.Current, await _keeper.ReadAsync());
    }

    /// <summary>Many activations, every edit in competition: nothing is lost, nothing is done twice.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Edits_OfManyWithFaults_AreEachAppliedOnce(int seed)
    {
        var random = new Random(seed);
        var first = await FoundAsync();
        var keepers = Enumerable.Range(0, 4).Select(_ => NewKeeper()).ToList();
        var joiners = Enumerable.Range(0, 40).Select(index => NewMember($"joiner{index}")).ToList();
        var faults = new[]
        {
            StorageFault.None, StorageFault.Before, StorageFault.AfterCommit, StorageFault.Conflict,
        };
        _storage.FailWrites([.. Enumerable.Range(0, 60).Select(_ => faults[random.Next(faults.Length)])]);

        await Task.WhenAll(keepers.Select((keeper, index) => Task.Run(async () =>
        {
            foreach (var joiner in joiners.Where((_, number) => number % keepers.Count == index))
            {
                await HandInAsync(keeper, first, joiner);
            }
        })));

        var record = await _keeper.ReadAsync();
        Assert.Equal(1 + joiners.Count, record!.Version);
        Assert.Equal(
            joiners.Append(_founder).Select(member => member.Name).Order(),
            record.Entries.Select(entry => entry.Member.Name).Order());
    }

    private async Task HandInAsync(RecordKeeper keeper, GroupRecord first, MemberId joiner)
    {
        var edit = Insert(first, _founder, joiner);
        while (true)
        {
            try
            {
                if (await keeper.EditAsync(edit) is { } result)
                {
                    Assert.Equal(EditVerdict.Applied, result.Verdict);
                    return;
                }
            }
            catch (OrleansException)
            {
                // Nobody knows, so it is handed in again.
            }
        }
    }

    private RecordKeeper NewKeeper() => new(new StoredRecordCell(Group, new StorageState(_storage, Group)));

    private async Task<GroupRecord> FoundAsync()
    {
        var result = await _keeper.EditAsync(Found(Group, _founder));
        Assert.Equal(EditVerdict.Applied, result!.Value.Verdict);
        return result.Value.Current!;
    }

    private static byte[] Encode(GroupRecord record)
    {
        var bytes = new ArrayBufferWriter<byte>();
        WireCodec.EncodeRecord(record, bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
