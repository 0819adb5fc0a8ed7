using System.Collections.Immutable;
using System.Text;

namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>One value of every kind, and the edges of some; their bytes are the files under Golden.</summary>
internal static class WireSamples
{
    private static readonly Guid Epoch = new("a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf");
    private static readonly Guid Parent = new("b0b1b2b3-b4b5-b6b7-b8b9-babbbcbdbebf");
    private static readonly NodeId NodeA = Node("a", 3, "00010203-0405-0607-0809-0a0b0c0d0e0f");
    private static readonly NodeId NodeB = Node("b", 1, "10111213-1415-1617-1819-1a1b1c1d1e1f");
    private static readonly MemberId Alice = new(NodeA, 1, "alice");
    private static readonly MemberId Bob = new(NodeB, 2, "bob");
    private static readonly MemberId Carol = new(NodeA, 300, "Zoë 雪");
    private static readonly ScopeId Scope = new(NodeA, 2);
    private static readonly LinkStamp Link = new(Epoch, 4, 7);
    private static readonly OperationId Operation = new(Alice, 9);

    private static readonly GroupRecord Record = new(
        "orders",
        Epoch,
        Parent,
        7,
        RecordStatus.Open,
        [new RecordEntry(Alice, true, 4, 1), new RecordEntry(Bob, false, 7, 4), new RecordEntry(Carol, true, 6, 6)],
        [new RecordOperation(6, Operation), new RecordOperation(7, new OperationId(Bob, 1))]);

    private static readonly GroupRecord EmptyRecord =
        new("orders", Epoch, Guid.Empty, 1, RecordStatus.Forgotten, [], []);

    /// <summary>By the name of the file.</summary>
    public static readonly IReadOnlyDictionary<string, object> All = new SortedDictionary<string, object>(
        Scopes().Concat(Rings()).Concat(Others()).Concat(Records()).Concat(Links())
            .ToDictionary(s => s.Name, s => s.Value),
        StringComparer.Ordinal);

    private static IEnumerable<(string Name, object Value)> Scopes()
    {
        yield return ("Scope.Discover", ToScope(new ScopeMessage.Discover(Scope, 12)));
        yield return ("Scope.SnapshotRequest", ToScope(new ScopeMessage.SnapshotRequest(Scope)));
        yield return ("Scope.Snapshot", ToScope(new ScopeMessage.Snapshot(
            Scope,
            300,
            0,
            2,
            [
                new GroupEntry("orders", [new MemberCount(Alice, 1), new MemberCount(Carol, 200)]),
                new GroupEntry("Zoë 雪", [new MemberCount(Alice, int.MaxValue)]),
            ])));
        yield return ("Scope.Snapshot.Empty", ToScope(new ScopeMessage.Snapshot(Scope, 0, 0, 1, [])));
        yield return ("Scope.Update", ToScope(new ScopeMessage.Update(
            Scope,
            long.MaxValue - 6,
            long.MaxValue,
            1,
            2,
            [
                new GroupDelta("a", ChangeReason.Joined, [new MemberCount(Alice, 1)]),
                new GroupDelta("b", ChangeReason.Left, [new MemberCount(Alice, -1), new MemberCount(Carol, 64)]),
                new GroupDelta("c", ChangeReason.Ended, [new MemberCount(Alice, int.MinValue)]),
                new GroupDelta("d", ChangeReason.ScopeStopped, [new MemberCount(Alice, -64)]),
                new GroupDelta("e", ChangeReason.NodeDown, [new MemberCount(Alice, -65)]),
                new GroupDelta("f", ChangeReason.Resynced, [new MemberCount(Alice, int.MaxValue)]),
            ])));
        yield return ("Scope.Digest", ToScope(new ScopeMessage.Digest(Scope, 12, 0x0123_4567_89AB_CDEF)));
        yield return ("Scope.ScopeDown", ToScope(new ScopeMessage.ScopeDown(Scope)));
    }

    private static IEnumerable<(string Name, object Value)> Rings()
    {
        yield return ("Ring.View", ToRing(new RingMessage.View(Record)));
        yield return ("Ring.AddOnRight", ToRing(RingMessage.AddOnRight.Instance));
        foreach (var reason in Enum.GetValues<JoinRefusal>())
        {
            yield return ($"Ring.JoinRefused.{reason}", ToRing(new RingMessage.JoinRefused(reason)));
        }

        ImmutableArray<ProgressEntry> progress =
        [
            new(Alice, 5, 2, [Batch(3, "three", "four"), Batch(5, "")]),
            new(Bob, 0, 0, []),
        ];
        yield return ("Ring.JoinReply", ToRing(new RingMessage.JoinReply(Record, 1, 3, progress)));
        yield return ("Ring.Catchup", ToRing(new RingMessage.Catchup(Link, 0, 1, progress)));
        yield return ("Ring.Activity", ToRing(new RingMessage.Activity(
            Link,
            [
                new ActivityEntry(Alice, [Batch(1, "one", ""), Batch(3, new string('x', 130))], 3, 0),
                new ActivityEntry(Bob, [], 128, 127),
                new ActivityEntry(Carol, [Batch(long.MaxValue, "last")], long.MaxValue, long.MaxValue - 1),
            ])));
        yield return ("Ring.Activity.Question", ToRing(new RingMessage.Activity(
            Link,
            [new ActivityEntry(Alice, [Batch(1, "one")], 1, 0), new ActivityEntry(Alice, [], 0, 0)])));
        yield return ("Ring.Processed", ToRing(new RingMessage.Processed(Epoch, 16_384)));
    }

    private static IEnumerable<(string Name, object Value)> Others()
    {
        yield return ("Payload", new NodeFrame.Payload("main", 1, Bob, Alice, Bytes("hello")));
        yield return ("Payload.FromNobody.Empty", new NodeFrame.Payload("main", 0, Bob, null, Bytes("")));
        foreach (var outcome in Enum.GetValues<SendOutcome>())
        {
            yield return ($"PayloadAnswer.{outcome}", new NodeFrame.PayloadAnswer(129, outcome));
        }

        yield return ("Publication", new NodeFrame.Publication("main", "orders", Alice, Bytes("hello")));
        yield return ("Publication.FromNobody", new NodeFrame.Publication("main", "orders", null, Bytes("hello")));
        yield return ("WatchMember", new NodeFrame.WatchMember(Bob));
        yield return ("MemberEnded", new NodeFrame.MemberEnded(Carol));
        yield return ("SurveyRequest", new NodeFrame.SurveyRequest(5, "orders"));
        yield return ("SurveyAnswer", new NodeFrame.SurveyAnswer(5, Record));
        yield return ("SurveyAnswer.None", new NodeFrame.SurveyAnswer(5, null));
    }

    private static IEnumerable<(string Name, object Value)> Records()
    {
        yield return ("Record", Record);
        yield return ("Record.ShutDown", Record with { Status = RecordStatus.ShutDown });
        yield return ("Record.Empty", EmptyRecord);
        yield return ("Edit.Create", new RecordEdit.Create(Operation, "orders", Alice, Epoch));
        yield return ("Edit.Recreate", new RecordEdit.Recreate(Operation, Record, Parent));
        yield return ("Edit.InsertRight", new RecordEdit.InsertRight(Operation, Epoch, 7, Alice, Bob, 64));
        yield return ("Edit.MarkDead", new RecordEdit.MarkDead(Operation, Epoch, 7, [Bob, Carol], true));
        yield return ("Edit.Erase", new RecordEdit.Erase(Operation, Epoch, 7, [Bob]));
        yield return ("Edit.Remove", new RecordEdit.Remove(Operation, Epoch, 7));
        yield return ("Edit.Close", new RecordEdit.Close(Operation, Guid.Empty, 0, RecordStatus.Forgotten));
        yield return ("EditResult", new EditResult(EditVerdict.Applied, Record));
        foreach (var verdict in Enum.GetValues<EditVerdict>())
        {
            yield return ($"EditResult.None.{verdict}", new EditResult(verdict, null));
        }
    }

    private static IEnumerable<(string Name, object Value)> Links()
    {
        var header = new LinkHeader(NodeA, NodeB, 1, 2, 300);
        var refusal = header with { Session = 0 };
        var acks = new LinkAcks(128, 0b1010, 7, 0);
        byte[] frames = [6, 3, .. Bytes("one"), 0x8D, 0x01, 0, 6, 3, .. Bytes("two")];
        ImmutableArray<LinkCredit> credits =
        [
            new(LinkChannel.Credited(0), 1), new(LinkChannel.Credited((1UL << 62) - 1), long.MaxValue),
        ];
        yield return ("Link.Open", new LinkMessage.Open(header, false, new LinkLimits(16, 65_536, 1 << 24, 1 << 20)));
        yield return ("Link.Open.Heard", new LinkMessage.Open(header, true, new LinkLimits(63, 64, 1, 1)));
        yield return ("Link.Batch", Batch(LinkLane.Data, 1, credits, LinkPart.None, default, frames));
        yield return ("Link.Batch.Part", Batch(LinkLane.Data, 5, [], LinkPart.More, LinkChannel.Free(3), Bytes("ha")));
        yield return ("Link.Batch.Last", Batch(LinkLane.Data, 6, [], LinkPart.Last, LinkChannel.Free(3), Bytes("lf")));
        yield return ("Link.Batch.KeepAlive", Batch(LinkLane.Control, long.MaxValue, [], LinkPart.None, default, []));
        yield return ("Link.Ack", new LinkMessage.Ack(header, acks));
        yield return ("Link.Over", new LinkMessage.Over(header, false));
        yield return ("Link.Over.Answer", new LinkMessage.Over(header, true));
        yield return ("Link.Refused.Dead", new LinkMessage.Refused(refusal, LinkRefusal.Dead));
        yield return ("Link.Refused.Version", new LinkMessage.Refused(refusal, LinkRefusal.Version));

        LinkMessage.Batch Batch(
            LinkLane lane,
            long number,
            ImmutableArray<LinkCredit> credits,
            LinkPart part,
            LinkChannel channel,
            byte[] body) => new(header, acks, lane, number, credits, part, channel, body);
    }

    private static NodeFrame.ToScope ToScope(ScopeMessage message) => new("main", message);

    private static NodeFrame.ToRing ToRing(RingMessage message) => new("orders", Alice, Bob, message);

    private static NodeId Node(string name, long ordinal, string id) =>
        new(name, new Incarnation(ordinal, new Guid(id)));

    private static PublicationBatch Batch(long first, params string[] payloads) =>
        new(first, payloads.Select(p => (ReadOnlyMemory<byte>)Bytes(p)).ToArray());

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
