namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>A cache of ids saves memory and changes nothing else.</summary>
public sealed class WireIdCacheTests
{
    private static readonly NodeId Node = new("a", new Incarnation(1, new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)));

    [Fact]
    public void Members_OfTwoFrames_AreOneObject()
    {
        var cache = new WireIdCache();

        var first = Decode(new MemberId(Node, 1, "m"), cache);
        var second = Decode(new MemberId(Node, 1, "m"), cache);

        Assert.Same(first, second);
        Assert.NotSame(first, Decode(new MemberId(Node, 1, "m"), null));
    }

    [Fact]
    public void Members_ThatDifferInAnything_AreNotConfused()
    {
        var cache = new WireIdCache(members: 1);
        var later = new NodeId("a", new Incarnation(2, Node.Incarnation.Id));
        MemberId[] members =
        [
            new(Node, 1, "m"), new(Node, 2, "m"), new(Node, 1, "n"), new(Node, 1, "mm"), new(later, 1, "m"),
            new(new NodeId("b", Node.Incarnation), 1, "m"), new(Node, 1, "é"),
        ];
        foreach (var member in members.Concat(members.Reverse()))
        {
            Assert.Equal(WireText.Of(member), WireText.Of(Decode(member, cache)));
        }
    }

    /// <summary>A cache that is much too small, over many frames, good and damaged.</summary>
    [Fact]
    public void Frames_WithAndWithoutCache_DecodeTheSame()
    {
        var generator = new WireGenerator(21);
        var mutator = new WireMutator(generator.Random);
        var cache = new WireIdCache(members: 8);
        for (var run = 0; run < 20_000; run++)
        {
            var (_, bytes) = mutator.Next();
            WireCodec.TryDecode(bytes, out var expected, out var expectedError);
            WireCodec.TryDecode(bytes, cache, out var actual, out var error);

            Assert.Equal(expectedError, error);
            Assert.Equal(expected is null, actual is null);
            if (expected is not null)
            {
                Assert.Equal(WireFamilies.Encode(expected), WireFamilies.Encode(actual!));
            }
        }
    }

    private static MemberId Decode(MemberId member, WireIdCache? cache)
    {
        var bytes = WireFamilies.Encode(new NodeFrame.WatchMember(member));
        Assert.True(WireCodec.TryDecode(bytes, cache, out var frame, out _));
        return Assert.IsType<NodeFrame.WatchMember>(frame).Member;
    }
}
