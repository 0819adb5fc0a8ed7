using System.Buffers;

namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>
/// What is encoded on its own: the five entries of the codec behind one face, so that every test covers all.
/// </summary>
internal enum WireFamily
{
    Frame,
    Record,
    Edit,
    EditResult,
    Link,
}

/// <summary>Encodes and decodes by family.</summary>
internal static class WireFamilies
{
    public static readonly WireFamily[] All = Enum.GetValues<WireFamily>();

    public static WireFamily Of(object value) => value switch
    {
        NodeFrame => WireFamily.Frame,
        GroupRecord => WireFamily.Record,
        RecordEdit => WireFamily.Edit,
        EditResult => WireFamily.EditResult,
        LinkMessage => WireFamily.Link,
        _ => throw new ArgumentException($"{value.GetType()} is not encoded on its own.", nameof(value)),
    };

    public static byte[] Encode(object value)
    {
        var output = new ArrayBufferWriter<byte>();
        switch (value)
        {
            case NodeFrame frame:
                WireCodec.Encode(frame, output);
                break;
            case GroupRecord record:
                WireCodec.EncodeRecord(record, output);
                break;
            case RecordEdit edit:
                WireCodec.EncodeEdit(edit, output);
                break;
            case LinkMessage message:
                WireCodec.EncodeLink(message, output);
                output.Write(message.Tail.Span);
                break;
            default:
                WireCodec.EncodeEditResult((EditResult)value, output);
                break;
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Decodes; also checks that there is a value if and only if there is no error.</summary>
    public static WireError Decode(WireFamily family, ReadOnlyMemory<byte> bytes, out object? value)
    {
        bool succeeded;
        WireError error;
        switch (family)
        {
            case WireFamily.Frame:
                succeeded = WireCodec.TryDecode(bytes, out var frame, out error);
                value = frame;
                break;
            case WireFamily.Record:
                succeeded = WireCodec.TryDecodeRecord(bytes, out var record, out error);
                value = record;
                break;
            case WireFamily.Edit:
                succeeded = WireCodec.TryDecodeEdit(bytes, out var edit, out error);
                value = edit;
                break;
            case WireFamily.Link:
                succeeded = WireCodec.TryDecodeLink(bytes, null, out var message, out error);
                value = message;
                break;
            default:
                succeeded = WireCodec.TryDecodeEditResult(bytes, out var result, out error);
                value = succeeded ? result : null;
                break;
        }

        if (succeeded != (error == WireError.None) || succeeded != value is not null)
        {
            Assert.Fail($"succeeded {succeeded}, error {error}, value {value}");
        }

        return error;
    }

    /// <summary>Puts the right checksum behind a stored record whose content was changed on purpose.</summary>
    public static byte[] Seal(WireFamily family, byte[] bytes)
    {
        if (family == WireFamily.Record && bytes.Length >= WireChecksum.Bytes)
        {
            var checksum = WireChecksum.Of(bytes.AsSpan(0, bytes.Length - WireChecksum.Bytes));
            BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - WireChecksum.Bytes), checksum);
        }

        return bytes;
    }
}
