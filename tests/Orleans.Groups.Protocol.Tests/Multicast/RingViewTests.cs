using FsCheck;
using FsCheck.Fluent;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>The ring of a record: neighbours, stamps, heirs; W1, I2, G-S14.</summary>
public sealed class RingViewTests
{
    [Theory]
    [InlineData("a", "a", "a", "a", "", "")]
    [InlineData("a,b", "a", "b", "b", "", "")]
    [InlineData("a,b,c", "b", "a", "c", "", "")]
    [InlineData("a,b,c", "c", "b", "a", "", "")]
    [InlineData("a,+b,c", "c", "a", "a", "b", "")]
    [InlineData("a,+b,c", "a", "c", "c", "", "b")]
    [InlineData("+a,b,+c,+d", "b", "b", "b", "c,d,a", "c,d,a")]
    [InlineData("a,b,+c,+d", "a", "b", "b", "c,d", "")]
    public void View_OfARecord(
        string ring, string self, string left, string right, string inherited, string heldByRight)
    {
        var view = new RingView(GroupRecordEditorTests.Ring(ring), GroupRecordEditorTests.Member(self));
        Assert.Equal(
            (left, right, inherited, heldByRight),
            (view.Left.Name, view.Right.Name, RingText.Of(view.Inherited), RingText.Of(view.HeldByRight)));
        Assert.Equal(view.Record.Entries[view.Record.IndexOf(view.Right)].LinkVersion, view.RightStamp);
        Assert.Equal(
            view.Record.Entries[view.Record.IndexOf(GroupRecordEditorTests.Member(self))].LinkVersion, view.Stamp);
    }

    [Fact]
    public void View_OfSomebodyNotAlive_IsABug() =>
        Assert.Throws<InvariantViolationException>(
            () => new RingView(GroupRecordEditorTests.Ring("a,+b"), GroupRecordEditorTests.Member("b")));

    [Fact]
    public void ByJoining_IsTheOrderOfInsertion()
    {
        var record = GroupRecordEditorTests.Ring("a,b");
        var a = GroupRecordEditorTests.Member("a");
        var between = GroupRecordEditorTests.Member("m");
        var edit = new RecordEdit.InsertRight(new OperationId(a, 5_000), record.Epoch, record.Version, a, between, 10);
        var view = new RingView(GroupRecordEditor.Apply(record, edit).Current!, a);
        Assert.Equal("a,b,m", RingText.Of(view.ByJoining));
    }

    /// <summary>
    /// Whatever sequence of edits made the record: each dead member has exactly one heir, neighbours are cyclic.
    /// </summary>
    [Fact]
    public void AnyRecord_HasOneHeirPerDeadMemberAndACyclicRing()
    {
        var property = Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), static choices => Check(Make(choices)));
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static void Check(GroupRecord record)
    {
        var alive = record.Entries.Where(static entry => entry.IsAlive).Select(static entry => entry.Member).ToList();
        var views = alive.ToDictionary(static member => member, member => new RingView(record, member));
        foreach (var (member, view) in views)
        {
            Assert.Equal(member, views[view.Right].Left);
            Assert.Equal(member, views[view.Left].Right);
            Assert.Equal(views[view.Right].Stamp, view.RightStamp);
            Assert.Equal(views[view.Right].Inherited.AsEnumerable(), view.HeldByRight);
            Assert.Equal(record.Entries.Length, view.ByJoining.Length);
        }

        var walked = new List<MemberId> { alive[0] };
        while (!views[walked[^1]].Right.Equals(alive[0]))
        {
            walked.Add(views[walked[^1]].Right);
        }

        Assert.Equal(alive, walked);
        for (var index = 0; index < record.Entries.Length; index++)
        {
            var entry = record.Entries[index];
            var heirs = alive.Where(member => views[member].Inherited.Contains(entry.Member)).ToList();
            Assert.Equal(entry.IsAlive ? 0 : 1, heirs.Count);
            Assert.True(entry.IsAlive || heirs[0].Equals(GroupRecordEditor.HeirOf(record, index)));
            Assert.Equal(entry.IsAlive, views[alive[0]].IsAlive(entry.Member));
            Assert.True(views[alive[0]].Knows(entry.Member));
        }
    }

    /// <summary>A record after a sequence of legal edits; the choices say which.</summary>
    private static GroupRecord Make(int[] choices)
    {
        var record = GroupRecordEditorTests.Ring("a");
        for (var step = 0; step < choices.Length; step++)
        {
            var alive = record.Entries
                .Where(static entry => entry.IsAlive)
                .Select(static entry => entry.Member)
                .ToList();
            var author = alive[(int)((uint)choices[step] % alive.Count)];
            var operation = new OperationId(author, 10_000 + step);
            var other = record.Entries[(int)((uint)choices[step] / 7 % record.Entries.Length)].Member;
            RecordEdit edit = ((uint)choices[step] % 4) switch
            {
                0 or 1 => new RecordEdit.InsertRight(
                    operation,
                    record.Epoch,
                    record.Version,
                    author,
                    GroupRecordEditorTests.Member($"{(char)('b' + (step % 20))}{step}"),
                    100),
                2 => new RecordEdit.MarkDead(operation, record.Epoch, record.Version, [other], Certain: false),
                _ => new RecordEdit.Erase(operation, record.Epoch, record.Version, [other]),
            };
            record = GroupRecordEditor.Apply(record, edit).Current!;
        }

        return record;
    }
}
