namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>
/// A version 2 that does not exist yet: it appends fields to every composite and knows more kinds and values. Nodes of
/// two neighbouring releases must understand each other (<c>pg</c> calls this a rolling upgrade: spec/pg.md T28, T29).
/// </summary>
public sealed class WireEvolutionTests
{
    private const ulong Unknown = 99;

    public static TheoryData<string> Names => new(WireSamples.All.Keys);

    public static TheoryData<string, string> EmptySubstitutes => new()
    {
        { "PayloadAnswer.Delivered", "outcome" },
        { "Ring.JoinRefused.Full", "reason" },
        { "Scope.Update", "cause" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void UnknownFields_AppendedToEveryComposite_AreSkipped(string name)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        var tree = WireTree.Parse(family, WireFamilies.Encode(sample));
        var generator = new WireGenerator(1);
        for (var run = 0; run < 20; run++)
        {
            tree.SetVersion(run % 2 == 0 ? 2UL : 300, 1);
            var newer = tree.ToBytes(appendix: _ => [1, .. generator.NextBytes()]);

            Assert.Equal(WireError.None, WireFamilies.Decode(family, newer, out var decoded));
            Assert.Equal(WireText.Of(sample), WireText.Of(decoded));
        }
    }

    /// <summary>One composite at a time, so that none is tolerant only because one around it is.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void UnknownFields_AppendedToOneComposite_AreSkipped(string name)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        var tree = WireTree.Parse(family, WireFamilies.Encode(sample));
        tree.SetVersion(2, 1);
        foreach (var composite in tree.Nodes.Where(n => n.IsComposite).ToList())
        {
            var newer = tree.ToBytes(appendix: n => n == composite ? [7, 7, 7] : []);

            Assert.Equal(WireError.None, WireFamilies.Decode(family, newer, out var decoded));
            Assert.Equal(WireText.Of(sample), WireText.Of(decoded));
        }
    }

    /// <summary>
    /// A field that is skipped may mention ids: they stand in the table, and the places of the others stay.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Ids_ThatOnlyUnknownFieldsMention_DoNotDisturb(string name)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        var tree = WireTree.Parse(family, WireFamilies.Encode(sample));
        tree.SetVersion(2, 1);
        foreach (var table in tree.Nodes.Where(n => n.Shape.Label is "nodes" or "members" && n.Parts.Count > 0).Take(2))
        {
            table.Parts.Add(table.Parts[0]);
            table.SetNumber((ulong)table.Parts.Count);
        }

        Assert.Equal(WireError.None, WireFamilies.Decode(family, tree.ToBytes(_ => [1]), out var decoded));
        Assert.Equal(WireText.Of(sample), WireText.Of(decoded));
    }

    /// <summary>In a frame that says it is version 1, they are damage.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void UnknownFields_InVersion1_AreMalformed(string name)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        var tree = WireTree.Parse(family, WireFamilies.Encode(sample));
        foreach (var composite in tree.Nodes.Where(n => n.IsComposite).ToList())
        {
            var damaged = tree.ToBytes(appendix: n => n == composite ? [0] : []);

            Assert.Equal(WireError.Malformed, WireFamilies.Decode(family, damaged, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void UnknownKinds_AreReportedAsSuch(string name)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        foreach (var tag in KindsIn(name).ToList())
        {
            var tree = WireTree.Parse(family, WireFamilies.Encode(sample));
            tree.SetVersion(2, 1);
            tree.Nodes.Single(n => n.Shape.Label == tag).SetNumber(Unknown);

            Assert.Equal(WireError.UnknownKind, WireFamilies.Decode(family, tree.ToBytes(), out _));
        }
    }

    [Fact]
    public void UnknownKinds_WithAnyBody_AreReportedAsSuch()
    {
        var generator = new WireGenerator(2);
        for (var run = 0; run < 1000; run++)
        {
            byte[] frame = [2, 1, 200, 1, .. Composite(generator.NextBytes()), .. Composite(generator.NextBytes())];

            Assert.Equal(WireError.UnknownKind, WireFamilies.Decode(WireFamily.Frame, frame, out _));
            byte[] longer = [.. frame, 0];
            Assert.Equal(WireError.Malformed, WireFamilies.Decode(WireFamily.Frame, longer, out _));
            var shorter = frame.AsMemory(0, frame.Length - 1);
            Assert.Equal(WireError.Truncated, WireFamilies.Decode(WireFamily.Frame, shorter, out _));
        }
    }

    [Theory]
    [MemberData(nameof(EmptySubstitutes))]
    public void UnknownValues_WhereThereIsASubstitute_AreTakenForIt(string name, string label)
    {
        var sample = WireSamples.All[name];
        var tree = WireTree.Parse(WireFamily.Frame, WireFamilies.Encode(sample));
        tree.Nodes.First(n => n.Shape.Label == label).SetNumber(Unknown);

        Assert.Equal(WireError.Malformed, WireFamilies.Decode(WireFamily.Frame, tree.ToBytes(), out _));

        tree.SetVersion(2, 1);
        Assert.Equal(WireError.None, WireFamilies.Decode(WireFamily.Frame, tree.ToBytes(), out var decoded));
        switch (label)
        {
            case "outcome":
                Assert.Equal(SendOutcome.Unknown, Assert.IsType<NodeFrame.PayloadAnswer>(decoded).Outcome);
                break;
            case "reason":
                var refused = Assert.IsType<RingMessage.JoinRefused>(Assert.IsType<NodeFrame.ToRing>(decoded).Message);
                Assert.Equal(JoinRefusal.NotMember, refused.Reason);
                break;
            default:
                var update = Assert.IsType<ScopeMessage.Update>(Assert.IsType<NodeFrame.ToScope>(decoded).Message);
                Assert.Equal(ChangeReason.Resynced, update.Changes[0].Cause);
                break;
        }
    }

    [Theory]
    [InlineData("Record", "status")]
    [InlineData("Ring.View", "status")]
    [InlineData("Edit.Close", "status")]
    [InlineData("EditResult", "verdict")]
    [InlineData("Link.Batch", "lane")]
    [InlineData("Link.Batch", "part")]
    [InlineData("Link.Refused.Dead", "refusal")]
    public void UnknownValues_WithoutSubstitute_MakeTheKindUnknown(string name, string label)
    {
        var sample = WireSamples.All[name];
        var family = WireFamilies.Of(sample);
        var tree = WireTree.Parse(family, WireFamilies.Encode(sample));
        tree.SetVersion(2, 1);
        tree.Nodes.Single(n => n.Shape.Label == label).SetNumber(Unknown);

        Assert.Equal(WireError.UnknownKind, WireFamilies.Decode(family, tree.ToBytes(), out _));
    }

    [Theory]
    [InlineData(2UL, 2UL, WireError.UnknownVersion)]
    [InlineData(300UL, 300UL, WireError.UnknownVersion)]
    [InlineData(300UL, 1UL, WireError.None)]
    [InlineData(1UL, 2UL, WireError.Malformed)]
    [InlineData(0UL, 0UL, WireError.Malformed)]
    [InlineData(1UL, 0UL, WireError.Malformed)]
    public void Versions_SayWhoCanRead(ulong version, ulong readerVersion, object expected)
    {
        foreach (var sample in WireSamples.All.Values)
        {
            var family = WireFamilies.Of(sample);
            var tree = WireTree.Parse(family, WireFamilies.Encode(sample));
            tree.SetVersion(version, readerVersion);

            Assert.Equal(expected, WireFamilies.Decode(family, tree.ToBytes(), out _));
        }
    }

    /// <summary>How version 2 will read what version 1 wrote: a field that is not there has its default.</summary>
    [Fact]
    public void MissingFields_OfAnOlderVersion_HaveDefaults()
    {
        var reader = new WireReader(new byte[] { 1, 5, 2, 5, 6 });

        Assert.Equal((5, null), ReadVersion2(ref reader));
        Assert.Equal((5, 6), ReadVersion2(ref reader));
        Assert.False(reader.HasFailed);

        static (long Old, long? New) ReadVersion2(ref WireReader reader)
        {
            var outer = reader.Enter();
            var old = reader.ReadNumber();
            var added = reader.IsAtEnd ? (long?)null : reader.ReadNumber();
            reader.Leave(outer);
            return (old, added);
        }
    }

    /// <summary>Labels of the kinds in a sample; of an outer one when the inner is unknown.</summary>
    private static IEnumerable<string> KindsIn(string name)
    {
        yield return "kind";
        var inner = name.Split('.')[0] switch
        {
            "Scope" => "scope message",
            "Ring" => "ring message",
            "Edit" => "edit",
            _ => null,
        };
        if (inner is not null)
        {
            yield return inner;
        }
    }

    private static byte[] Composite(byte[] fields) => [.. WireSource.Varint((ulong)fields.Length), .. fields];
}
