using System.Buffers;

namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>What is encoded comes back whole, and what decoding would refuse is not encoded.</summary>
public sealed class WireRoundTripTests
{
    private static readonly NodeId Node = new("a", new Incarnation(1, Guid.Empty));
    private static readonly MemberId Member = new(Node, 1, "m");
    private static readonly ScopeId Scope = new(Node, 1);

    public static TheoryData<object> Impossible =>
    [
        new NodeFrame.Payload(default, 1, Member, null, default),
        new NodeFrame.Payload("s", -1, Member, null, default),
        new NodeFrame.PayloadAnswer(1, (SendOutcome)99),
        new NodeFrame.Publication("s", default, null, default),
        new NodeFrame.WatchMember(new MemberId(new NodeId("a", new Incarnation(-1, Guid.Empty)), 1, "m")),
        ToScope(new ScopeMessage.Discover(Scope, -1)),
        ToScope(new ScopeMessage.Discover(new ScopeId(Node, 0), 1)),
        ToScope(new ScopeMessage.Snapshot(Scope, 1, 1, 1, [])),
        ToScope(new ScopeMessage.Snapshot(Scope, 1, -1, 1, [])),
        ToScope(new ScopeMessage.Snapshot(Scope, 1, 0, 1, [new GroupEntry("g", [])])),
        ToScope(new ScopeMessage.Snapshot(Scope, 1, 0, 1, [new GroupEntry("g", [new MemberCount(Member, 0)])])),
        ToScope(new ScopeMessage.Update(Scope, 1, 1, 0, 1, [])),
        ToScope(new ScopeMessage.Update(Scope, 1, 2, 0, 1, [Delta(ChangeReason.MonitorOverflow, 1)])),
        ToScope(new ScopeMessage.Update(Scope, 1, 2, 0, 1, [Delta(ChangeReason.Joined, 0)])),
        ToRing(new RingMessage.Processed(Guid.Empty, -1)),
        ToRing(new RingMessage.JoinRefused((JoinRefusal)99)),
        ToRing(new RingMessage.View(Record(version: 0))),
        ToRing(new RingMessage.View(Record() with { Status = (RecordStatus)99 })),
        ToRing(new RingMessage.View(Record(Member, Member))),
        ToRing(new RingMessage.View(Record([.. Many(17), Many(1)[0]]))),
        ToRing(new RingMessage.View(Record() with
        {
            Operations = [.. Many(65).Select(m => new RecordOperation(1, new OperationId(m, 1)))],
        })),
        ToRing(new RingMessage.Activity(
            default,
            [new ActivityEntry(Member, [new PublicationBatch(long.MaxValue, new ReadOnlyMemory<byte>[2])], 1, 0)])),
        new RecordEdit.InsertRight(new OperationId(Member, 1), Guid.Empty, 1, Member, Member, 0),
        new EditResult((EditVerdict)99, null),
        new LinkMessage.Open(new LinkHeader(Node, Node, 2, 1, 1), false, new LinkLimits(1, 1, 1, 1)),
        new LinkMessage.Open(new LinkHeader(Node, Node, 1, 1, 1), false, new LinkLimits(0, 1, 1, 1)),
        new LinkMessage.Over(new LinkHeader(Node, Node, 0, 1, 1), false),
        new LinkMessage.Over(new LinkHeader(Node, Node, 1, 1, -1), false),
        new LinkMessage.Refused(new LinkHeader(Node, Node, 1, 1, 0), (LinkRefusal)99),
        new LinkMessage.Ack(new LinkHeader(Node, Node, 1, 1, 0), new LinkAcks(0, 1UL << 63, 0, 0)),
        Batch((LinkLane)99, 1, LinkPart.None),
        Batch(LinkLane.Data, 0, LinkPart.None),
        Batch(LinkLane.Data, 1, (LinkPart)99),
        Batch(LinkLane.Data, 1, LinkPart.None, new LinkCredit(default, 0)),
    ];

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void RandomValues_EncodedAndDecoded_AreTheSame(ulong seed)
    {
        var generator = new WireGenerator(seed);
        for (var run = 0; run < 1000; run++)
        {
            foreach (var family in WireFamilies.All)
            {
                var value = generator.Next(family);
                var bytes = WireFamilies.Encode(value);

                Assert.Equal(WireError.None, WireFamilies.Decode(family, bytes, out var decoded));
                Assert.Equal(WireText.Of(value), WireText.Of(decoded));
                Assert.Equal(bytes, WireFamilies.Encode(decoded!));
            }
        }
    }

    /// <summary>The schema of the tests, which knows nothing of the codec, reads the same bytes.</summary>
    [Fact]
    public void RandomValues_TakenApartByTheSchema_FillTheBytes()
    {
        var generator = new WireGenerator(4);
        for (var run = 0; run < 300; run++)
        {
            foreach (var family in WireFamilies.All)
            {
                var bytes = WireFamilies.Encode(generator.Next(family));

                Assert.Equal(bytes, WireTree.Parse(family, bytes).ToBytes());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Impossible))]
    public void ImpossibleValues_AreNotEncoded(object value) =>
        Assert.Throws<InvariantViolationException>(() => WireFamilies.Encode(value));

    [Fact]
    public void ImpossibleValues_LeaveTheOutputAsItWas()
    {
        var output = new ArrayBufferWriter<byte>();
        WireCodec.Encode(new NodeFrame.WatchMember(Member), output);
        var length = output.WrittenCount;

        Assert.Throws<InvariantViolationException>(
            () => WireCodec.Encode(new NodeFrame.PayloadAnswer(-1, SendOutcome.Gone), output));
        Assert.Equal(length, output.WrittenCount);
    }

    [Fact]
    public void Payloads_Decoded_AreSlicesOfTheInput()
    {
        var bytes = WireFamilies.Encode(new NodeFrame.Publication("s", "g", Member, new byte[] { 1, 2, 3 }));

        Assert.True(WireCodec.TryDecode(bytes, out var frame, out _));
        var payload = Assert.IsType<NodeFrame.Publication>(frame).Bytes;

        bytes[^1] = 42;
        Assert.Equal(42, payload.Span[2]);
    }

    [Fact]
    public void EqualMembers_OfDifferentNames_KeepTheirNames()
    {
        var frame = new NodeFrame.ToRing(
            "g",
            Member,
            new MemberId(Node, 1, "another name"),
            RingMessage.AddOnRight.Instance);

        AssertComesBack(frame);
    }

    [Fact]
    public void Arrays_ByDefault_AreEmptyOnes()
    {
        var frame = ToRing(new RingMessage.Activity(default, [new ActivityEntry(Member, default, 1, 0)]));

        AssertComesBack(frame);
    }

    /// <summary>A transport may carry the tail apart, or behind the message; the frames are slices of it.</summary>
    [Fact]
    public void Tails_BehindOrBeside_AreTheSame()
    {
        var batch = (LinkMessage.Batch)WireSamples.All["Link.Batch"];
        var head = new ArrayBufferWriter<byte>();
        WireCodec.EncodeLink(batch, head);
        var tail = batch.Tail.ToArray();

        Assert.True(WireCodec.TryDecodeLink(head.WrittenMemory, tail, null, out var beside, out _));
        Assert.Equal(WireText.Of(batch), WireText.Of(beside));
        tail[2] = 42;
        Assert.Equal(42, beside!.Tail.Span[2]);
        byte[] behind = [.. head.WrittenSpan, .. batch.Tail.Span];
        Assert.True(WireCodec.TryDecodeLink(behind, null, out var whole, out _));
        behind[head.WrittenCount + 2] = 43;
        Assert.Equal(43, whole!.Tail.Span[2]);
        Assert.False(WireCodec.TryDecodeLink(head.WrittenMemory, tail.AsMemory(1), null, out _, out var error));
        Assert.Equal(WireError.Truncated, error);
        byte[] longer = [.. tail, 0];
        Assert.False(WireCodec.TryDecodeLink(head.WrittenMemory, longer, null, out _, out error));
        Assert.Equal(WireError.Malformed, error);
        var over = WireFamilies.Encode(WireSamples.All["Link.Over"]);
        Assert.False(WireCodec.TryDecodeLink(over, tail, null, out _, out error));
        Assert.Equal(WireError.Malformed, error);
        Assert.True(WireCodec.TryDecodeLink(over, ReadOnlyMemory<byte>.Empty, null, out _, out _));
    }

    private static LinkMessage.Batch Batch(
        LinkLane lane,
        long number,
        LinkPart part,
        params LinkCredit[] credits) =>
        new(new LinkHeader(Node, Node, 1, 1, 1), default, lane, number, [.. credits], part, default, default);

    private static void AssertComesBack(NodeFrame frame)
    {
        var bytes = WireFamilies.Encode(frame);
        Assert.Equal(WireError.None, WireFamilies.Decode(WireFamily.Frame, bytes, out var decoded));
        Assert.Equal(WireText.Of(frame), WireText.Of(decoded));
    }

    private static NodeFrame.ToScope ToScope(ScopeMessage message) => new("s", message);

    private static NodeFrame.ToRing ToRing(RingMessage message) => new("g", Member, Member, message);

    private static GroupDelta Delta(ChangeReason cause, int count) => new("g", cause, [new MemberCount(Member, count)]);

    private static MemberId[] Many(int count) =>
        [.. Enumerable.Range(2, count).Select(number => new MemberId(Node, number, "m"))];

    private static GroupRecord Record(params MemberId[] members) => Record(1, members);

    private static GroupRecord Record(long version, params MemberId[] members) => new(
        "g",
        Guid.Empty,
        Guid.Empty,
        version,
        RecordStatus.Open,
        [.. members.Select(m => new RecordEntry(m, true, 1, 1))],
        []);
}
