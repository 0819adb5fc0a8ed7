using Orleans.Groups.Protocol;

namespace Orleans.Groups.Tests;

/// <summary>Edits as members of a ring make them, each with an operation of its own.</summary>
internal static class RecordEdits
{
    private static readonly NodeId Node = new("node", new Incarnation(1, Guid.NewGuid()));
    private static long _numbers;

    internal static MemberId NewMember(string name = "member") => new(Node, Interlocked.Increment(ref _numbers), name);

    internal static RecordEdit.Create Found(GroupName group, MemberId founder) =>
        new(Next(founder), group, founder, Guid.NewGuid());

    internal static RecordEdit.InsertRight Insert(GroupRecord record, MemberId left, MemberId joiner) =>
        new(Next(left), record.Epoch, record.Version, left, joiner, MaxMembers: 1_000);

    internal static RecordEdit.Remove Leave(GroupRecord record, MemberId member) =>
        new(Next(member), record.Epoch, record.Version);

    internal static RecordEdit.Close Forget() => new(Next(NewMember()), Guid.Empty, 0, RecordStatus.Forgotten);

    internal static void AssertEqual(GroupRecord? expected, GroupRecord? actual)
    {
        Assert.Equal(expected?.ToString(), actual?.ToString());
        Assert.Equal(expected?.Epoch, actual?.Epoch);
        Assert.Equal(expected?.Entries, actual?.Entries);
        Assert.Equal(expected?.Operations, actual?.Operations);
    }

    private static OperationId Next(MemberId author) => new(author, Interlocked.Increment(ref _numbers));
}
