namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>Damages encoded values: their bytes, or their elements with all lengths around them kept right.</summary>
internal sealed class WireMutator
{
    private const int MostBases = 500;

    private readonly DeterministicRandom _random;
    private readonly List<(WireFamily Family, byte[] Bytes, WireTree Tree, WireNode[] Nodes)> _bases = [];
    private readonly int _samples;

    public WireMutator(DeterministicRandom random)
    {
        _random = random;
        foreach (var sample in WireSamples.All.Values)
        {
            Add(sample);
        }

        _samples = _bases.Count;
    }

    /// <summary>One more value to damage; an earlier one that is no sample may go.</summary>
    public void Add(object value)
    {
        var family = WireFamilies.Of(value);
        var bytes = WireFamilies.Encode(value);
        if (bytes.Length > 4096)
        {
            return; // Small ones are as good, and quicker.
        }

        var tree = WireTree.Parse(family, bytes);
        var entry = (family, bytes, tree, tree.Nodes.ToArray());
        if (_bases.Count < MostBases)
        {
            _bases.Add(entry);
        }
        else
        {
            _bases[_samples + _random.Next(MostBases - _samples)] = entry;
        }
    }

    public (WireFamily Family, byte[] Bytes) Next()
    {
        var (family, bytes, tree, nodes) = _bases[_random.Next(_bases.Count)];
        if (_random.Next(3) == 0)
        {
            return (family, MutateTree(tree, nodes));
        }

        var result = bytes.ToList();
        for (var times = _random.Next(3); times >= 0; times--)
        {
            MutateBytes(result);
        }

        byte[] mutated = [.. result];
        // Most stored records get a right checksum, or nothing behind it would be reached.
        return (family, _random.Next(4) == 0 ? mutated : WireFamilies.Seal(family, mutated));
    }

    private byte[] MutateTree(WireTree tree, WireNode[] nodes)
    {
        var node = nodes[_random.Next(nodes.Length)];
        var other = nodes[_random.Next(nodes.Length)];
        var own = node.Own;
        switch (_random.Next(4))
        {
            case 0:
                node.SetNumber(_random.NextUInt64() >> _random.Next(64));
                break;
            case 1:
                node.Own = other.Own;
                break;
            case 2:
                tree.SetVersion((ulong)_random.Next(4), (ulong)_random.Next(3));
                break;
        }

        var extra = _random.Next(4) == 0;
        var bytes = tree.ToBytes(n => extra && (n == other || _random.Next(4) == 0) ? [(byte)_random.Next(256)] : []);
        node.Own = own;
        tree.SetVersion(1, 1);
        return bytes;
    }

    private void MutateBytes(List<byte> bytes)
    {
        var at = bytes.Count == 0 ? 0 : _random.Next(bytes.Count);
        var length = Math.Min(bytes.Count - at, 1 + _random.Next(8));
        switch (bytes.Count == 0 ? 2 : _random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.Insert(at, (byte)_random.Next(256));
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(_random.Next(bytes.Count), bytes.GetRange(at, length));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                var other = _bases[_random.Next(_bases.Count)].Bytes;
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(_random.Next(other.Length)));
                break;
        }
    }
}
