using System.Buffers;
using BenchmarkDotNet.Attributes;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Benchmarks;

/// <summary>Frames as they travel between silos: writing one, and reading it.</summary>
[MemoryDiagnoser]
public class WireBenchmarks
{
    private const int Items = 100;
    private readonly ArrayBufferWriter<byte> _writer = new(1 << 20);
    private NodeFrame _frame = null!;
    private byte[] _bytes = null!;

    /// <summary>What is in the frame: a hundred messages of a ring, or of joins.</summary>
    [Params("ring", "joins")]
    public string Content { get; set; } = "ring";

    [GlobalSetup]
    public void SetUp()
    {
        var node = new NodeId("10.0.0.1:11111", new Incarnation(1, new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)));
        var member = new MemberId(node, 1, "member");
        _frame = Content == "ring" ? RingFrame(member) : JoinFrame(member);
        _bytes = [.. Written()];
    }

    [Benchmark]
    public int Encode() => Written().Length;

    [Benchmark]
    public bool Decode() => WireCodec.TryDecode(_bytes, out _, out _);

    private static NodeFrame.ToRing RingFrame(MemberId member)
    {
        var payloads = Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[100], Items).ToArray();
        var entry = new ActivityEntry(member, [new PublicationBatch(1, payloads)], Items, 0);
        var activity = new RingMessage.Activity(new LinkStamp(default, 1, 1), [entry]);
        return new NodeFrame.ToRing("ring", member, member, activity);
    }

    private static NodeFrame.ToScope JoinFrame(MemberId member)
    {
        var changes = Enumerable.Range(0, Items).Select(index => new GroupDelta(
            new GroupName($"group-{index}"), ChangeReason.Joined, [new MemberCount(member, 1)]));
        var update = new ScopeMessage.Update(new ScopeId(member.Node, 1), 1, 1 + Items, 0, 1, [.. changes]);
        return new NodeFrame.ToScope("default", update);
    }

    private ReadOnlySpan<byte> Written()
    {
        _writer.ResetWrittenCount();
        WireCodec.Encode(_frame, _writer);
        return _writer.WrittenSpan;
    }
}
