namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>
/// Whatever the bytes are: no exception, no silent difference, and memory in proportion to the input.
/// </summary>
public sealed class WireHostileInputTests
{
    // A decoded value takes at most so many bytes for each byte of input, and so many more whatever the input is.
    private const int MostBytesPerByte = 40;
    private const int MostBytesBeside = 1024;

    private static readonly ulong[] Numbers =
        [0, 1, 2, 127, 128, 255, 16_383, 16_384, int.MaxValue, uint.MaxValue, long.MaxValue, 1UL << 63, ulong.MaxValue];

    private static readonly byte[][] BadNames =
    [
        [0], [1, 0x00], [1, 0x1F], [1, 0x7F], [2, 0xC2, 0x85], [1, 0x80], [2, 0xC0, 0x80], [3, 0xED, 0xA0, 0x80],
        [4, 0xF5, 0x80, 0x80, 0x80], [2, 0xC3, 0x28], [0xFF, 0x01], [0x81, 0x02, .. Enumerable.Repeat((byte)'a', 257)],
    ];

    public static TheoryData<string> Names => new(WireSamples.All.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Prefixes_OfEveryLength_AreTruncated(string name)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        var bytes = WireFamilies.Encode(sample);
        for (var length = 0; length < bytes.Length; length++)
        {
            var error = WireFamilies.Decode(family, bytes.AsMemory(0, length), out _);

            // The end of a stored record is its checksum, and a shorter one has another end.
            var isStored = family == WireFamily.Record && length >= WireChecksum.Bytes;
            Assert.Equal(isStored ? WireError.WrongChecksum : WireError.Truncated, error);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_BehindTheEnd_AreMalformed(string name)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        var tail = family == WireFamily.Record ? WireChecksum.Bytes : 0;
        var bytes = WireFamilies.Encode(sample);
        byte[] longer = [.. bytes[..^tail], 0, .. bytes[^tail..]];
        Assert.Equal(WireError.Malformed, WireFamilies.Decode(family, WireFamilies.Seal(family, longer), out _));
    }

    /// <summary>Every number of every sample takes every critical value, with all lengths around it right.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void CriticalNumbers_InEveryPlace_StayBounded(string name)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        var tree = WireTree.Parse(family, WireFamilies.Encode(sample));
        foreach (var node in tree.Nodes.ToList())
        {
            var own = node.Own;
            foreach (var number in node.Shape.Kind == ShapeKind.Fixed || node.IsComposite ? [] : Numbers)
            {
                node.SetNumber(number);
                Check(family, tree.ToBytes());
            }

            node.Own = own;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void BadNames_InEveryPlace_AreMalformed(string name)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        var tree = WireTree.Parse(family, WireFamilies.Encode(sample));
        foreach (var node in tree.Nodes.Where(n => n.Shape.Kind == ShapeKind.Text).ToList())
        {
            var own = node.Own;
            foreach (var bad in BadNames)
            {
                node.Own = bad;
                Assert.Equal(WireError.Malformed, WireFamilies.Decode(family, tree.ToBytes(), out _));
            }

            node.Own = own;
        }
    }

    [Theory]
    [InlineData("Scope.Discover", "counter", 0UL)]
    [InlineData("Scope.Snapshot", "part", 2UL)]
    [InlineData("Scope.Snapshot", "parts", 0UL)]
    [InlineData("Scope.Update", "steps", 0UL)]
    [InlineData("Scope.Update", "steps", 7UL)]
    [InlineData("Scope.Update", "from version", 1UL << 63)]
    [InlineData("Scope.Update", "cause", 0UL)]
    [InlineData("Ring.View", "alive", 2UL)]
    [InlineData("Ring.View", "operation", 0UL)]
    [InlineData("Ring.Activity", "first", 0UL)]
    [InlineData("Ring.Activity", "publisher", 0UL)]
    [InlineData("Ring.Activity", "publisher", 4UL)]
    [InlineData("Payload", "to", 0UL)]
    [InlineData("Payload", "from", 3UL)]
    [InlineData("Payload", "node", 0UL)]
    [InlineData("Payload", "number", 0UL)]
    [InlineData("Payload", "ordinal", 1UL << 63)]
    [InlineData("PayloadAnswer.Gone", "outcome", 0UL)]
    [InlineData("Edit.InsertRight", "most members", 0UL)]
    [InlineData("Edit.InsertRight", "most members", 1UL << 31)]
    [InlineData("Link.Open", "from", 0UL)]
    [InlineData("Link.Open", "to", 3UL)]
    [InlineData("Link.Open", "oldest version", 0UL)]
    [InlineData("Link.Open", "newest version", 0UL)]
    [InlineData("Link.Open", "heard", 2UL)]
    [InlineData("Link.Open", "batches in flight", 0UL)]
    [InlineData("Link.Open", "channel credit", 0UL)]
    [InlineData("Link.Batch", "data held", 1UL << 63)]
    [InlineData("Link.Batch", "lane", 0UL)]
    [InlineData("Link.Batch", "part", 0UL)]
    [InlineData("Link.Batch", "batch number", 0UL)]
    [InlineData("Link.Batch", "credit bytes", 0UL)]
    [InlineData("Link.Batch", "channel", 1UL << 63)]
    [InlineData("Link.Batch", "tail bytes", 12UL)]
    public void NumbersOutOfRange_AreMalformed(string name, string label, ulong number)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        var tree = WireTree.Parse(family, WireFamilies.Encode(sample));
        var node = tree.Nodes.First(n => n.Shape.Label == label);
        (node.IsComposite ? node.Parts[0] : node).SetNumber(number);

        Assert.Equal(WireError.Malformed, WireFamilies.Decode(family, tree.ToBytes(), out _));
    }

    [Fact]
    public void Batches_NumberedBeyondTheLastNumber_AreMalformed()
    {
        var tree = WireTree.Parse(WireFamily.Frame, WireFamilies.Encode(WireSamples.All["Ring.Activity"]));
        tree.Nodes.First(n => n.Shape.Label == "first").SetNumber(long.MaxValue);

        Assert.Equal(WireError.Malformed, WireFamilies.Decode(WireFamily.Frame, tree.ToBytes(), out _));
    }

    [Theory]
    [InlineData("Ring.View", 0)]
    [InlineData("Record", 0)]
    public void Records_ThatListAMemberTwice_AreMalformed(string name, int entry)
    {
        var sample = WireSamples.All[name];
        var tree = WireTree.Parse(WireFamilies.Of(sample), WireFamilies.Encode(sample));
        var entries = tree.Nodes.Where(n => n.Shape.Label == "entry").ToList();
        entries[entry + 1].Parts[0].Own = entries[entry].Parts[0].Own;

        Assert.Equal(WireError.Malformed, WireFamilies.Decode(WireFamilies.Of(sample), tree.ToBytes(), out _));
    }

    [Theory]
    [InlineData(new byte[] { 0x81, 0x00 })] // Longer than need be.
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02 })] // More than 64 bits.
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    public void Varints_OfAnotherForm_AreMalformed(byte[] varint)
    {
        Assert.Equal(WireError.Malformed, WireFamilies.Decode(WireFamily.Frame, varint, out _));
        byte[] asKind = [1, 1, .. varint];
        Assert.Equal(WireError.Malformed, WireFamilies.Decode(WireFamily.Frame, asKind, out _));
    }

    [Fact]
    public void StoredRecords_WithAnyBitFlipped_AreRefused()
    {
        var bytes = WireFamilies.Encode(WireSamples.All["Record"]);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(WireError.WrongChecksum, WireFamilies.Decode(WireFamily.Record, bytes, out _));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData(11UL)]
    [InlineData(12UL)]
    public void Mutations_OfSamplesAndRandomValues_NeverThrowAndStayBounded(ulong seed)
    {
        const int Mutations = 150_000;
        var generator = new WireGenerator(seed);
        var mutator = new WireMutator(generator.Random);
        var errors = new SortedDictionary<WireError, int>();
        for (var mutation = 0; mutation < Mutations; mutation++)
        {
            if (mutation % 25 == 0)
            {
                mutator.Add(generator.Next(WireFamilies.All[generator.Random.Next(WireFamilies.All.Length)]));
            }

            var (family, bytes) = mutator.Next();
            var error = Check(family, bytes);
            errors[error] = errors.GetValueOrDefault(error) + 1;
        }

        // A fuzzer that reaches nothing proves nothing.
        Assert.Equal(Enum.GetValues<WireError>(), errors.Keys);
        Assert.InRange(errors[WireError.None], Mutations / 20, Mutations);
    }

    /// <summary>
    /// The bound holds for good input of the most wasteful kind, too: empty payloads, one to a batch.
    /// </summary>
    [Fact]
    public void Memory_ForTheSmallestElements_StaysBounded()
    {
        var member = new MemberId(new NodeId("a", new Incarnation(1, Guid.Empty)), 1, "m");
        var payloads = new ReadOnlyMemory<byte>[10_000];
        var singles = Enumerable.Range(1, 10_000).Select(n => new PublicationBatch(n, payloads.AsMemory(0, 1)));
        var activities = new[]
        {
            new ActivityEntry(member, [new PublicationBatch(1, payloads)], 10_000, 0),
            new ActivityEntry(member, [.. singles], 10_000, 0),
        };
        foreach (var activity in activities)
        {
            var frame = new NodeFrame.ToRing("g", member, member, new RingMessage.Activity(default, [activity]));

            Assert.Equal(WireError.None, Check(WireFamily.Frame, WireFamilies.Encode(frame)));
        }
    }

    private static WireError Check(WireFamily family, byte[] bytes)
    {
        var error = DecodeAndMeasure(family, bytes, out var value, out var allocated);
        if (allocated > (MostBytesPerByte * (long)bytes.Length) + MostBytesBeside)
        {
            // What the runtime makes for itself on this thread is counted too, once; what decoding takes, each time.
            DecodeAndMeasure(family, bytes, out _, out allocated);
        }

        if (allocated > (MostBytesPerByte * (long)bytes.Length) + MostBytesBeside)
        {
            Assert.Fail($"{allocated} bytes of memory for {bytes.Length}: {Convert.ToHexString(bytes)}");
        }

        if (value is not null)
        {
            // Whatever is accepted can be sent on, and means the same again.
            var again = WireFamilies.Encode(value);
            Assert.Equal(WireError.None, WireFamilies.Decode(family, again, out var same));
            Assert.Equal(again, WireFamilies.Encode(same!));
        }

        return error;
    }

    private static WireError DecodeAndMeasure(WireFamily family, byte[] bytes, out object? value, out long allocated)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = WireFamilies.Decode(family, bytes, out value);
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return error;
    }
}
