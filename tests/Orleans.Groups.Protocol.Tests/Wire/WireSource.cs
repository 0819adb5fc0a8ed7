using System.Buffers.Binary;
using System.Text;

namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>
/// Reads the elements of <see cref="WireShape"/> from bytes that are known to be good; shares no code with the codec.
/// </summary>
internal sealed class WireSource(byte[] bytes)
{
    private int _position;

    public bool IsAtEnd => _position == bytes.Length;

    public static byte[] Varint(ulong value)
    {
        var result = new List<byte>();
        for (; value > 127; value /= 128)
        {
            result.Add((byte)(128 + (value % 128)));
        }

        result.Add((byte)value);
        return [.. result];
    }

    public WireNode Read(WireShape shape)
    {
        var start = _position;
        switch (shape.Kind)
        {
            case ShapeKind.Varint:
                var number = ReadVarint();
                return new WireNode(shape, bytes[start.._position], $" {number}") { Number = number };
            case ShapeKind.Fixed:
                _position += shape.Size;
                return new WireNode(shape, bytes[start.._position], FixedMeaning(bytes.AsSpan(start, shape.Size)));
            case ShapeKind.Text:
                var length = (int)ReadVarint();
                _position += length;
                var text = Encoding.UTF8.GetString(bytes, _position - length, length);
                return new WireNode(shape, bytes[start.._position], $" '{text}'");
            case ShapeKind.Bytes:
                var bytesLength = (int)ReadVarint();
                _position += bytesLength;
                return new WireNode(shape, bytes[start.._position], "");
            case ShapeKind.Many:
                return ReadMany(shape, start);
            case ShapeKind.Union:
                return ReadUnion(shape, start);
            default:
                return ReadComposite(shape, start);
        }
    }

    /// <summary>Everything that is left.</summary>
    public WireNode ReadRest(string label)
    {
        var start = _position;
        _position = bytes.Length;
        var shape = new WireShape(ShapeKind.Fixed, label, []);
        return new WireNode(shape, bytes[start..], $", {bytes.Length - start} bytes");
    }

    private static string FixedMeaning(ReadOnlySpan<byte> value) => value.Length == 16
        ? $" {new Guid(value, bigEndian: true)}"
        : $" 0x{BinaryPrimitives.ReadUInt64LittleEndian(value):x16}";

    private WireNode ReadMany(WireShape shape, int start)
    {
        var count = ReadVarint();
        var node = new WireNode(shape, bytes[start.._position], $": {count}") { Number = count };
        for (ulong index = 0; index < count; index++)
        {
            node.Parts.Add(Read(shape.Parts[0]));
        }

        return node;
    }

    private WireNode ReadUnion(WireShape shape, int start)
    {
        var kind = ReadVarint();
        var node = new WireNode(shape, bytes[start.._position], $" {kind}") { Number = kind };
        node.Parts.Add(Read(shape.Parts[(int)kind - 1]));
        return node;
    }

    private WireNode ReadComposite(WireShape shape, int start)
    {
        var length = (int)ReadVarint();
        var node = new WireNode(shape, bytes[start.._position], $", {length} bytes");
        var end = _position + length;
        if (length > 0 || !shape.IsOptional)
        {
            foreach (var field in shape.Parts)
            {
                node.Parts.Add(Read(field));
            }
        }

        Assert.Equal(end, _position);
        return node;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        var shift = 0;
        while (bytes[_position] > 127)
        {
            value += (ulong)(bytes[_position++] - 128) << shift;
            shift += 7;
        }

        return value + ((ulong)bytes[_position++] << shift);
    }
}
