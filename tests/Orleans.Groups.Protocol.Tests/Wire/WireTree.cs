using System.Globalization;
using System.Text;

namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>
/// Encoded bytes taken apart by <see cref="WireSchema"/>, to be shown, changed and put together again.
/// </summary>
internal sealed class WireTree
{
    private readonly List<WireNode> _parts = [];
    private readonly WireFamily _family;

    private WireTree(WireFamily family) => _family = family;

    /// <summary>All leaves and composites, in the order of the bytes.</summary>
    public IEnumerable<WireNode> Nodes => _parts.SelectMany(p => p.Flatten());

    /// <summary>Takes apart what must be exactly version 1.</summary>
    public static WireTree Parse(WireFamily family, byte[] bytes)
    {
        var tree = new WireTree(family);
        var source = new WireSource(bytes);
        tree._parts.Add(source.Read(WireShape.Varint("version")));
        tree._parts.Add(source.Read(WireShape.Varint("reader version")));
        tree._parts.Add(source.Read(WireShape.Varint("kind")));
        tree._parts.Add(source.Read(WireSchema.Ids));
        tree._parts.Add(source.Read(WireSchema.BodyOf(tree._parts[2].Number)));
        if (family == WireFamily.Record)
        {
            tree._parts.Add(source.Read(WireShape.Hash("checksum")));
        }

        if (family == WireFamily.Link)
        {
            tree._parts.Add(source.ReadRest("tail"));
        }

        Assert.True(source.IsAtEnd, "bytes behind the end");
        return tree;
    }

    public void SetVersion(ulong version, ulong readerVersion)
    {
        _parts[0].SetNumber(version);
        _parts[1].SetNumber(readerVersion);
    }

    /// <summary>Puts the bytes together.</summary>
    /// <param name="appendix">What to append to the fields of a composite; nothing when absent.</param>
    public byte[] ToBytes(Func<WireNode, byte[]>? appendix = null)
    {
        var bytes = new List<byte>();
        foreach (var part in _parts)
        {
            part.AppendTo(bytes, appendix);
        }

        return WireFamilies.Seal(_family, [.. bytes]);
    }

    /// <summary>One line for each leaf, array and composite: its own bytes, then what it is.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            part.Describe(text, 0);
        }

        return text.ToString();
    }
}

/// <summary>One element of a <see cref="WireTree"/>.</summary>
internal sealed class WireNode(WireShape shape, byte[] own, string meaning)
{
    public WireShape Shape { get; } = shape;

    /// <summary>Its bytes, without those of its parts; a composite's length is made anew.</summary>
    public byte[] Own { get; set; } = own;

    public List<WireNode> Parts { get; } = [];

    public ulong Number { get; init; }

    /// <summary>Whether it is a composite that is there.</summary>
    public bool IsComposite => Shape.Kind == ShapeKind.Composite && !(Shape.IsOptional && Parts.Count == 0);

    public void SetNumber(ulong value) => Own = WireSource.Varint(value);

    public IEnumerable<WireNode> Flatten() => Parts.SelectMany(p => p.Flatten()).Prepend(this);

    public void AppendTo(List<byte> bytes, Func<WireNode, byte[]>? appendix)
    {
        if (!IsComposite)
        {
            bytes.AddRange(Own);
            Parts.ForEach(p => p.AppendTo(bytes, appendix));
            return;
        }

        var fields = new List<byte>();
        Parts.ForEach(p => p.AppendTo(fields, appendix));
        fields.AddRange(appendix?.Invoke(this) ?? []);
        bytes.AddRange(WireSource.Varint((ulong)fields.Count));
        bytes.AddRange(fields);
    }

    public void Describe(StringBuilder text, int depth)
    {
        const int Column = 34;
        var line = Convert.ToHexStringLower(Own).PadRight(Column);
        text.Append(CultureInfo.InvariantCulture, $"{line} ; {new string(' ', depth * 2)}{Shape.Label}{meaning}\n");
        Parts.ForEach(p => p.Describe(text, depth + 1));
    }
}
