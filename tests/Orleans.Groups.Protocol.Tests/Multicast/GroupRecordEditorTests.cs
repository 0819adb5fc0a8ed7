using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>
/// Every edit on every kind of record: applied, nothing to do, refused; stamps (R5), memory (R6), authors (R4).
/// </summary>
public sealed class GroupRecordEditorTests
{
    private static readonly MemberId A = Member("a");
    private static readonly MemberId B = Member("b");
    private static readonly MemberId C = Member("c");
    private static readonly MemberId D = Member("d");

    private long _number;

    [Fact]
    public void Create_WhereThereIsNone_FoundsVersionOne()
    {
        var result = GroupRecordEditor.Apply(null, Create(A));
        Assert.Equal(EditVerdict.Applied, result.Verdict);
        Assert.Equal(new RecordEntry(A, true, 1, 1), Assert.Single(result.Current!.Entries));
        Assert.Equal(
            (1L, RecordStatus.Open, Guid.Empty),
            (result.Current.Version, result.Current.Status, result.Current.Parent));
    }

    [Fact]
    public void Create_WhereSomebodyLives_IsRefused()
    {
        var record = Ring("a");
        var result = GroupRecordEditor.Apply(record, Create(B));
        Assert.Equal(EditVerdict.Refused, result.Verdict);
        Assert.Same(record, result.Current);
    }

    [Fact]
    public void Create_WhereAllAreDeadOrItIsClosed_FoundsANewEpochWithAHigherVersion()
    {
        var allDead = Apply(Ring("a"), new RecordEdit.MarkDead(Next(B), EpochOf(Ring("a")), 1, [A], Certain: true));
        var closed = Apply(Ring("a,b"), new RecordEdit.Close(Next(A), EpochOf(Ring("a,b")), 2, RecordStatus.ShutDown));
        foreach (var record in new[] { allDead, closed })
        {
            var result = GroupRecordEditor.Apply(record, Create(C));
            Assert.Equal(EditVerdict.Applied, result.Verdict);
            Assert.NotEqual(record.Epoch, result.Current!.Epoch);
            Assert.True(result.Current.Version > record.Version);
            Assert.Equal(C, Assert.Single(result.Current.Entries).Member);
        }
    }

    [Fact]
    public void Recreate_CarriesEverythingOverAndOpensEveryLinkAnew()
    {
        var held = Ring("a,+b,c");
        var result = GroupRecordEditor.Apply(null, new RecordEdit.Recreate(Next(D), held, Guid.NewGuid()));
        var made = result.Current!;
        Assert.Equal((EditVerdict.Applied, held.Epoch, held.Version + 1), (result.Verdict, made.Parent, made.Version));
        Assert.Equal(
            held.Entries.Select(static e => (e.Member, e.IsAlive)),
            made.Entries.Select(static e => (e.Member, e.IsAlive)));
        Assert.All(made.Entries, entry => Assert.Equal(made.Version, entry.LinkVersion));
        Assert.All(held.Operations, operation => Assert.Contains(operation, made.Operations));
    }

    [Fact]
    public void Recreate_WhereThereIsOne_HasNothingToDo()
    {
        var record = Ring("a");
        var result = GroupRecordEditor.Apply(record, new RecordEdit.Recreate(Next(D), Ring("a,b"), Guid.NewGuid()));
        Assert.Equal(EditVerdict.NothingToDo, result.Verdict);
        Assert.Same(record, result.Current);
    }

    [Theory]
    [InlineData("a", 'a', "a/2 c/2")]
    [InlineData("a,b", 'a', "a/2 c/3 b/3")]
    [InlineData("a,b", 'b', "a/3 b/2 c/3")]
    [InlineData("a,+b,d", 'a', "a/2 c/5 +b/2 d/5")]
    public void Insert_GoesDirectlyRightOfItsAuthor(string before, char author, string after)
    {
        var record = Ring(before);
        var made = Apply(record, Insert(record, Of(author), C));
        Assert.Equal(record.Version + 1, made.Version);
        Assert.Equal(made.Version, made.Entries[made.IndexOf(C)].JoinedAt);
        var names = after.Split(' ').Select(static item => item.Split('/')[0]);
        Assert.Equal(
            names, made.Entries.Select(static entry => (entry.IsAlive ? string.Empty : "+") + entry.Member.Name));
        RequireStamps(record, made);
    }

    [Fact]
    public void Insert_OfAKnownId_IsRefused()
    {
        var record = Ring("a,+b,c");
        Assert.Equal(EditVerdict.Refused, GroupRecordEditor.Apply(record, Insert(record, A, B)).Verdict);
        Assert.Equal(EditVerdict.Refused, GroupRecordEditor.Apply(record, Insert(record, A, C)).Verdict);
        Assert.Equal(EditVerdict.Refused, GroupRecordEditor.Apply(record, Insert(record, A, A)).Verdict);
    }

    [Fact]
    public void Insert_RightOfSomebodyElse_IsRefused()
    {
        var record = Ring("a,b");
        var edit = new RecordEdit.InsertRight(Next(A), record.Epoch, record.Version, B, C, 10);
        Assert.Equal(EditVerdict.Refused, GroupRecordEditor.Apply(record, edit).Verdict);
    }

    [Fact]
    public void Insert_IntoAFullRing_IsFull()
    {
        var record = Ring("a,b");
        var edit = new RecordEdit.InsertRight(Next(A), record.Epoch, record.Version, A, C, 2);
        Assert.Equal(EditVerdict.Full, GroupRecordEditor.Apply(record, edit).Verdict);
    }

    [Theory]
    [InlineData("a,b,c", "b", "a,+b,c")]
    [InlineData("a,b,c", "b,c", "a,+b,+c")]
    [InlineData("a,+b,c", "b,c", "a,+b,+c")]
    [InlineData("a,b,c", "a,b", "a,+b,c")] // Nobody buries itself.
    public void MarkDead_MarksInPlace(string before, string whom, string after)
    {
        var record = Ring(before);
        var made = Apply(record, MarkDead(record, A, whom));
        Assert.Equal(after, Shape(made));
        RequireStamps(record, made);
    }

    [Theory]
    [InlineData("b")]
    [InlineData("d")]
    [InlineData("a")]
    public void MarkDead_OfNobodyAlive_HasNothingToDo(string whom)
    {
        var record = Ring("a,+b,c");
        var result = GroupRecordEditor.Apply(record, MarkDead(record, A, whom));
        Assert.Equal(EditVerdict.NothingToDo, result.Verdict);
        Assert.Same(record, result.Current);
    }

    /// <summary>R4: nobody who is not alive in the record decides over others, unless it is certain.</summary>
    [Fact]
    public void R4_EditsOfTheDeadOrOfStrangers_AreRefused()
    {
        var record = Ring("a,+b,c");
        foreach (var author in new[] { B, D })
        {
            RecordEdit[] edits =
            [
                Insert(record, author, Member("n")),
                MarkDead(record, author, "a"),
                new RecordEdit.Erase(Next(author), record.Epoch, record.Version, [B]),
                new RecordEdit.Remove(Next(author), record.Epoch, record.Version),
                new RecordEdit.Close(Next(author), record.Epoch, record.Version, RecordStatus.ShutDown),
            ];
            foreach (var edit in edits)
            {
                var result = GroupRecordEditor.Apply(record, edit);
                Assert.Equal(EditVerdict.AuthorNotAlive, result.Verdict);
                Assert.Same(record, result.Current);
            }

            var certain = new RecordEdit.MarkDead(Next(author), record.Epoch, record.Version, [A], Certain: true);
            Assert.Equal(EditVerdict.Applied, GroupRecordEditor.Apply(record, certain).Verdict);
        }
    }

    [Fact]
    public void Erase_ByTheHeirAlone()
    {
        var record = Ring("a,+b,c");
        Assert.Equal(EditVerdict.Refused, GroupRecordEditor.Apply(record, Erase(record, A, B)).Verdict);
        Assert.Equal("a,c", Shape(Apply(record, Erase(record, C, B))));
        Assert.Equal(EditVerdict.Refused, GroupRecordEditor.Apply(record, Erase(record, C, A)).Verdict);
        Assert.Equal(EditVerdict.NothingToDo, GroupRecordEditor.Apply(record, Erase(record, C, D)).Verdict);
    }

    [Fact]
    public void Erase_AcrossTheEndOfTheList_HeirIsTheFirst()
    {
        var record = Ring("a,b,+c,+d");
        Assert.Equal(EditVerdict.Refused, GroupRecordEditor.Apply(record, Erase(record, B, C)).Verdict);
        var made = Apply(record, Erase(record, A, C, D));
        Assert.Equal("a,b", Shape(made));
        RequireStamps(record, made);
    }

    [Fact]
    public void Remove_TakesTheAuthorOut()
    {
        var record = Ring("a,b,c");
        var made = Apply(record, new RecordEdit.Remove(Next(B), record.Epoch, record.Version));
        Assert.Equal("a,c", Shape(made));
        RequireStamps(record, made);
        var alone = Ring("a");
        Assert.Empty(Apply(alone, new RecordEdit.Remove(Next(A), alone.Epoch, alone.Version)).Entries);
    }

    [Fact]
    public void Close_ByAMember_AndForgetByAnybody()
    {
        var record = Ring("a,b");
        Assert.Equal(
            RecordStatus.ShutDown,
            Apply(record, new RecordEdit.Close(Next(A), record.Epoch, 2, RecordStatus.ShutDown)).Status);
        var forgotten = Apply(record, new RecordEdit.Close(Next(D), Guid.Empty, 0, RecordStatus.Forgotten));
        Assert.Equal(RecordStatus.Forgotten, forgotten.Status);
        Assert.Equal("a,b", Shape(forgotten));
        Assert.Equal(
            EditVerdict.NothingToDo,
            GroupRecordEditor.Apply(
                forgotten, new RecordEdit.Close(Next(D), Guid.Empty, 0, RecordStatus.Forgotten)).Verdict);
        Assert.Equal(
            EditVerdict.WrongEpoch,
            GroupRecordEditor.Apply(
                record, new RecordEdit.Close(Next(A), Guid.NewGuid(), 2, RecordStatus.ShutDown)).Verdict);
    }

    /// <summary>Who asks again to forget one ring does not end the next (simulated multicast, seed 20000112).</summary>
    [Fact]
    public void Forget_OfOneEpoch_LeavesAnotherAlone()
    {
        var record = Ring("a,b");
        Assert.Equal(
            new EditResult(EditVerdict.WrongEpoch, record),
            GroupRecordEditor.Apply(
                record, new RecordEdit.Close(Next(D), Guid.NewGuid(), 0, RecordStatus.Forgotten)));
        Assert.Equal(
            RecordStatus.Forgotten,
            Apply(record, new RecordEdit.Close(Next(D), record.Epoch, 0, RecordStatus.Forgotten)).Status);
    }

    [Fact]
    public void EditsOfAnotherEpoch_OrOnAClosedRecord_AreRefused()
    {
        var record = Ring("a,+b,c");
        var other = record with { Epoch = Guid.NewGuid() };
        var closed = record with { Status = RecordStatus.ShutDown };
        foreach (var current in new[] { other, closed })
        {
            RecordEdit[] edits =
            [
                Insert(record, A, D),
                MarkDead(record, A, "c"),
                Erase(record, C, B),
                new RecordEdit.Remove(Next(A), record.Epoch, record.Version),
                new RecordEdit.MarkDead(Next(D), record.Epoch, record.Version, [A], Certain: true),
            ];
            foreach (var edit in edits)
            {
                Assert.Equal(new EditResult(EditVerdict.WrongEpoch, current), GroupRecordEditor.Apply(current, edit));
            }
        }
    }

    [Fact]
    public void WithoutARecord_EverythingButFoundingIsMissing()
    {
        var record = Ring("a,b");
        RecordEdit[] edits =
        [
            Insert(record, A, D),
            MarkDead(record, A, "b"),
            Erase(record, A, B),
            new RecordEdit.Remove(Next(A), record.Epoch, record.Version),
            new RecordEdit.Close(Next(A), record.Epoch, record.Version, RecordStatus.Forgotten),
        ];
        Assert.All(
            edits,
            static edit => Assert.Equal(
                new EditResult(EditVerdict.Missing, null), GroupRecordEditor.Apply(null, edit)));
    }

    /// <summary>
    /// R6: handed in again, an edit that was applied says so and changes nothing, whatever came after it.
    /// </summary>
    [Fact]
    public void R6_HandedInAgain_IsAppliedOnce()
    {
        var record = Ring("a,b,c");
        var insert = Insert(record, A, D);
        var after = Apply(record, insert);
        var later = Apply(after, MarkDead(after, A, "d"));
        later = Apply(later, Erase(later, B, D));
        var again = GroupRecordEditor.Apply(later, insert);
        Assert.Equal(new EditResult(EditVerdict.Applied, later), again);
        Assert.Equal(-1, again.Current!.IndexOf(D));
    }

    /// <summary>
    /// R6: the record remembers 64 operations; what is older than that is neither repeated nor applied.
    /// </summary>
    [Fact]
    public void R6_WindowHasPassed_Expired()
    {
        var record = Ring("a,b");
        var first = Insert(record, A, C);
        var second = Insert(record, A, D);
        var current = Apply(record, first);
        for (var count = 1; count < GroupRecord.MaxOperations; count++)
        {
            current = Churn(current, count);
            Assert.Equal(EditVerdict.Applied, GroupRecordEditor.Apply(current, first).Verdict);
            Assert.InRange(current.Operations.Length, 1, GroupRecord.MaxOperations);
        }

        Assert.Same(current, GroupRecordEditor.Apply(current, first).Current);
        Assert.Equal(EditVerdict.Expired, GroupRecordEditor.Apply(current, second).Verdict);
        current = Churn(current, 999);
        Assert.Equal(new EditResult(EditVerdict.Expired, current), GroupRecordEditor.Apply(current, first));
    }

    /// <summary>R6: as long as the record could remember it, an edit that never landed is still good.</summary>
    [Fact]
    public void R6_LateLandingWithinTheWindow_IsApplied()
    {
        var record = Ring("a,b");
        var late = Insert(record, A, C);
        var current = record;
        for (var count = 1; count < GroupRecord.MaxOperations; count++)
        {
            current = Churn(current, count);
        }

        Assert.Equal(EditVerdict.Applied, GroupRecordEditor.Apply(current, late).Verdict);
    }

    /// <summary>
    /// The editor is pure: the same record and edit give equal results, and the record is left as it was.
    /// </summary>
    [Fact]
    public void Apply_IsPure()
    {
        var record = Ring("a,+b,c");
        var before = RingText.Of(record);
        foreach (var edit in new RecordEdit[] { Insert(record, A, D), MarkDead(record, A, "c"), Erase(record, C, B) })
        {
            var first = GroupRecordEditor.Apply(record, edit).Current!;
            var second = GroupRecordEditor.Apply(record, edit).Current!;
            Assert.Equal(RingText.Of(first), RingText.Of(second));
            Assert.Equal(before, RingText.Of(record));
            Assert.Equal(first.Entries.AsEnumerable(), second.Entries);
        }
    }

    [Theory]
    [InlineData("a,+b,c", 1, "c")]
    [InlineData("a,+b,+c", 1, "a")]
    [InlineData("+a,+b,c", 0, "c")]
    [InlineData("a,b,+c", 2, "a")]
    [InlineData("+a,b", 0, "b")]
    public void HeirOf_IsTheNextAliveDownstream(string ring, int index, string heir) =>
        Assert.Equal(heir, GroupRecordEditor.HeirOf(Ring(ring), index)!.Name);

    internal static MemberId Member(string name) =>
        new(new NodeId(name, new Incarnation(1, new Guid(name[0], 0, 0, new byte[8]))), 1, name);

    /// <summary>A record with the given ring, dead ones with a plus; made by edits alone.</summary>
    internal static GroupRecord Ring(string shape)
    {
        var names = shape.Split(',');
        var first = Member(names[0].TrimStart('+'));
        var record = GroupRecordEditor.Apply(
            null, new RecordEdit.Create(
                new OperationId(first, 1_000), RingWorld.Group, first, new Guid(7, 7, 7, new byte[8]))).Current!;
        for (var index = 1; index < names.Length; index++)
        {
            var left = Member(names[index - 1].TrimStart('+'));
            var operation = new OperationId(left, 1_001 + index);
            var joiner = Member(names[index].TrimStart('+'));
            record = Apply(
                record, new RecordEdit.InsertRight(operation, record.Epoch, record.Version, left, joiner, 100));
        }

        var dead = names
            .Where(static name => name[0] == '+')
            .Select(static name => Member(name[1..]))
            .ToImmutableArray();
        return dead.IsEmpty
            ? record
            : Apply(
                record,
                new RecordEdit.MarkDead(
                    new OperationId(Member("z"), 2_000), record.Epoch, record.Version, dead, Certain: true));
    }

    private static GroupRecord Apply(GroupRecord record, RecordEdit edit)
    {
        var result = GroupRecordEditor.Apply(record, edit);
        Assert.Equal(EditVerdict.Applied, result.Verdict);
        Assert.Equal(record.Version + 1, result.Current!.Version);
        Assert.Equal(new RecordOperation(result.Current.Version, edit.Operation), result.Current.Operations[^1]);
        return result.Current;
    }

    private static Guid EpochOf(GroupRecord record) => record.Epoch;

    private static MemberId Of(char name) => Member(name.ToString());

    private static string Shape(GroupRecord record) =>
        string.Join(
            ',', record.Entries.Select(static entry => (entry.IsAlive ? string.Empty : "+") + entry.Member.Name));

    /// <summary>R5: the stamp of a link is the version at which the left neighbour last changed.</summary>
    private static void RequireStamps(GroupRecord before, GroupRecord after)
    {
        for (var index = 0; index < after.Entries.Length; index++)
        {
            var entry = after.Entries[index];
            var old = before.IndexOf(entry.Member);
            var isSame = old >= 0 && RecordChecker.LeftOf(before, old).Equals(RecordChecker.LeftOf(after, index));
            if (entry.IsAlive)
            {
                Assert.Equal(isSame ? before.Entries[old].LinkVersion : after.Version, entry.LinkVersion);
            }
        }
    }

    private OperationId Next(MemberId author) => new(author, ++_number);

    private RecordEdit.Create Create(MemberId founder) => new(Next(founder), RingWorld.Group, founder, Guid.NewGuid());

    private RecordEdit.InsertRight Insert(GroupRecord record, MemberId left, MemberId joiner) =>
        new(Next(left), record.Epoch, record.Version, left, joiner, 100);

    private RecordEdit.MarkDead MarkDead(GroupRecord record, MemberId author, string whom) =>
        new(Next(author), record.Epoch, record.Version, [.. whom.Split(',').Select(Member)], Certain: false);

    private RecordEdit.Erase Erase(GroupRecord record, MemberId author, params MemberId[] members) =>
        new(Next(author), record.Epoch, record.Version, [.. members]);

    /// <summary>Two members come and go so that versions pass.</summary>
    private GroupRecord Churn(GroupRecord record, int count)
    {
        var extra = Member($"{(char)('e' + (count % 15))}{count}");
        return count % 2 == 1
            ? Apply(record, Insert(record, A, extra))
            : Apply(
                record,
                MarkDead(record, A, record.Entries.First(e => e.IsAlive && e.Member.Name.Length > 1).Member.Name));
    }
}
