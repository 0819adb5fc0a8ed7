namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>
/// The bytes of version 1 are files under review, <c>Wire/Golden/*.txt</c>. What was released may never change.
/// </summary>
public sealed class WireGoldenTests
{
    private const string Folder = "tests/Orleans.Groups.Protocol.Tests/Wire/Golden";

    public static TheoryData<string> Names => new(WireSamples.All.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_OfVersion1_AreTheGoldenOnes(string name)
    {
        var sample = WireSamples.All[name];
        var actual = WireTree.Parse(WireFamilies.Of(sample), WireFamilies.Encode(sample)).Describe();
        var file = Repository.PathOf($"{Folder}/{name}.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        var golden = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (actual != golden)
        {
            Assert.Fail(
                $"The bytes of {name} are not the golden ones. Nodes of different releases would not understand each "
                + "other. For a new kind run the tests with UPDATE_APPROVED=1 and commit the file "
                + $"({Folder}):\n{LineDiff.Between(golden, actual)}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void GoldenBytes_Decoded_AreTheSample(string name)
    {
        var sample = WireSamples.All[name];
        var lines = File.ReadAllLines(Repository.PathOf($"{Folder}/{name}.txt"));
        var bytes = Convert.FromHexString(string.Concat(lines.Select(l => l[..l.IndexOf(';')].Trim())));

        Assert.Equal(WireError.None, WireFamilies.Decode(WireFamilies.Of(sample), bytes, out var decoded));
        Assert.Equal(WireText.Of(sample), WireText.Of(decoded));
    }

    [Fact]
    public void GoldenFiles_WithoutSample_DoNotExist() => Assert.Equal(
        WireSamples.All.Keys.Order(StringComparer.Ordinal),
        Directory.GetFiles(Repository.PathOf(Folder)).Select(f => Path.GetFileNameWithoutExtension(f)!)
            .Order(StringComparer.Ordinal));

    /// <summary>A kind that somebody adds must get a sample, too.</summary>
    [Theory]
    [InlineData(typeof(NodeFrame))]
    [InlineData(typeof(ScopeMessage))]
    [InlineData(typeof(RingMessage))]
    [InlineData(typeof(RecordEdit))]
    [InlineData(typeof(LinkMessage))]
    public void Samples_CoverEveryKind(Type family)
    {
        var texts = WireSamples.All.Values.Select(WireText.Of).ToList();
        var kinds = family.Assembly.GetTypes().Where(t => t.IsSubclassOf(family)).ToList();

        Assert.NotEmpty(kinds);
        Assert.All(kinds, kind => Assert.Contains(texts, t => t.Contains(kind.Name + "{", StringComparison.Ordinal)));
    }

    [Fact]
    public void MemberNames_AreNotRepeated()
    {
        var node = new NodeId("a-node-with-a-long-name", new Incarnation(1, Guid.Empty));
        var ids = Enumerable.Range(1, 4096).Select(n => new MemberId(node, n, $"m{n}"));
        var members = ids.Select(id => new MemberCount(id, 1)).ToArray();
        var groups = Enumerable.Range(0, 4).Select(n => new GroupEntry($"group-{n}", [.. members]));
        var frame = new NodeFrame.ToScope("s", new ScopeMessage.Snapshot(new ScopeId(node, 1), 1, 0, 1, [.. groups]));

        var bytes = WireFamilies.Encode(frame);

        // A definition takes 3 bytes and number and name (2 + 5), a mention in a group 4.
        Assert.InRange(bytes.Length, 4096 * (3 + 4 + 4 * 4), 4096 * (3 + 7 + 4 * 4) + 200);
        Assert.Equal(WireError.None, WireFamilies.Decode(WireFamily.Frame, bytes, out var decoded));
        Assert.Equal(WireText.Of(frame), WireText.Of(decoded));
    }
}
