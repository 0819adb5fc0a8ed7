using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Groups.Protocol;

/// <summary>
/// The one wire form of everything that nodes say to each other and to the record store (docs/wire-format.md).
/// </summary>
/// <remarks>
/// Order on the wire: the writer's version, the oldest version that a reader must know, the kind (varints); the table
/// of ids and the body (composites: a length, then fields). Stateless and safe on any thread. Decoding never throws,
/// whatever the bytes are, and takes memory in proportion to their number; encoding throws <see
/// cref="InvariantViolationException"/> for a value that decoding would refuse.
/// </remarks>
internal static class WireCodec
{
    /// <summary>The version written here.</summary>
    internal const int Version = 1;

    /// <summary>What a reader must know at least to read what is written here.</summary>
    internal const int ReaderVersion = 1;

    private const int NotesOnStack = 256;

    private static readonly WireRead<RecordEdit> ReadEdit = RecordEditCodec.Read;
    private static readonly WireRead<EditResult> ReadEditResult = RecordEditCodec.ReadResult;
    private static readonly WireRead<GroupRecord> ReadRecord = GroupRecordCodec.Read;

    /// <summary>Appends one frame. Payload bytes are copied once, into the writer's memory.</summary>
    internal static void Encode(NodeFrame frame, IBufferWriter<byte> writer) =>
        Encode(frame, NodeFrameCodec.KindOf(frame), NodeFrameCodec.Write, hasChecksum: false, writer);

    /// <summary>Reads one frame, which must fill the memory exactly. Never throws.</summary>
    /// <param name="bytes">
    /// Payloads in the frame are slices of it: it must stay unchanged for as long as the frame is in use.
    /// </param>
    /// <param name="frame">The frame.</param>
    /// <param name="error">
    /// Why there is none. After <see cref="WireError.UnknownKind"/> the sender is merely newer.
    /// </param>
    internal static bool TryDecode(
        ReadOnlyMemory<byte> bytes,
        [NotNullWhen(true)] out NodeFrame? frame,
        out WireError error) => TryDecode(bytes, cache: null, out frame, out error);

    /// <summary>As above.</summary>
    /// <param name="bytes">As above.</param>
    /// <param name="cache">Gives and takes ids, so that the frames of one link share them.</param>
    /// <param name="frame">As above.</param>
    /// <param name="error">As above.</param>
    internal static bool TryDecode(
        ReadOnlyMemory<byte> bytes,
        WireIdCache? cache,
        [NotNullWhen(true)] out NodeFrame? frame,
        out WireError error)
    {
        var reader = new WireReader(bytes, cache);
        var kind = ReadHeader(ref reader);
        if (NodeFrameCodec.IsKnown(kind))
        {
            reader.ReadIds();
            var outer = reader.Enter();
            frame = reader.HasFailed ? null : NodeFrameCodec.Read(ref reader, (int)kind);
            reader.Leave(outer);
        }
        else
        {
            frame = null;
            SkipUnknown(ref reader);
        }

        error = Finish(ref reader);
        frame = error == WireError.None ? frame : null;
        return frame is not null;
    }

    /// <summary>Appends a record as it is stored, with a checksum.</summary>
    internal static void EncodeRecord(GroupRecord record, IBufferWriter<byte> writer) =>
        Encode(record, WireKinds.StoredRecord, WriteRecord, hasChecksum: true, writer);

    /// <summary>
    /// Reads a stored record, which must fill the memory exactly. Never throws. Nothing refers to the memory
    /// afterwards.
    /// </summary>
    internal static bool TryDecodeRecord(
        ReadOnlyMemory<byte> bytes,
        [NotNullWhen(true)] out GroupRecord? record,
        out WireError error)
    {
        record = null;
        if (bytes.Length < WireChecksum.Bytes)
        {
            error = WireError.Truncated;
            return false;
        }

        var content = bytes[..^WireChecksum.Bytes];
        if (WireChecksum.Of(content.Span) != BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[content.Length..]))
        {
            error = WireError.WrongChecksum;
            return false;
        }

        return TryDecode(content, WireKinds.StoredRecord, ReadRecord, out record, out error);
    }

    /// <summary>Appends an edit on its way to the record store.</summary>
    internal static void EncodeEdit(RecordEdit edit, IBufferWriter<byte> writer) =>
        Encode(edit, WireKinds.Edit, WriteEdit, hasChecksum: false, writer);

    /// <summary>
    /// Reads an edit, which must fill the memory exactly. Never throws. Nothing refers to the memory afterwards.
    /// </summary>
    internal static bool TryDecodeEdit(
        ReadOnlyMemory<byte> bytes,
        [NotNullWhen(true)] out RecordEdit? edit,
        out WireError error) =>
        TryDecode(bytes, WireKinds.Edit, ReadEdit, out edit, out error);

    /// <summary>Appends the record store's answer to an edit.</summary>
    internal static void EncodeEditResult(EditResult result, IBufferWriter<byte> writer) =>
        Encode(result, WireKinds.EditResult, RecordEditCodec.WriteResult, hasChecksum: false, writer);

    /// <summary>
    /// Reads such an answer, which must fill the memory exactly. Never throws. Nothing refers to the memory afterwards.
    /// </summary>
    internal static bool TryDecodeEditResult(ReadOnlyMemory<byte> bytes, out EditResult result, out WireError error) =>
        TryDecode(bytes, WireKinds.EditResult, ReadEditResult, out result, out error);

    /// <summary>
    /// Appends a link message without its <see cref="LinkMessage.Tail"/>, which goes behind it as it is, uncopied.
    /// </summary>
    internal static void EncodeLink(LinkMessage message, IBufferWriter<byte> writer) =>
        Encode(message, LinkMessageCodec.KindOf(message), LinkMessageCodec.Write, hasChecksum: false, writer);

    /// <summary>
    /// Reads a link message and the tail behind it, which must fill the memory exactly. Never throws.
    /// </summary>
    /// <param name="bytes">The tail is a slice of it: it must stay unchanged as long as the frames are in use.</param>
    /// <param name="cache">Gives and takes node ids; or none.</param>
    /// <param name="message">The message.</param>
    /// <param name="error">Why there is none.</param>
    internal static bool TryDecodeLink(
        ReadOnlyMemory<byte> bytes,
        WireIdCache? cache,
        [NotNullWhen(true)] out LinkMessage? message,
        out WireError error) => TryDecodeLink(bytes, separateTail: null, cache, out message, out error);

    /// <summary>As above, for a transport that carries the tail apart.</summary>
    /// <param name="bytes">The encoded message.</param>
    /// <param name="tail">The tail; empty where there is none.</param>
    /// <param name="cache">As above.</param>
    /// <param name="message">As above.</param>
    /// <param name="error">As above.</param>
    internal static bool TryDecodeLink(
        ReadOnlyMemory<byte> bytes,
        ReadOnlyMemory<byte> tail,
        WireIdCache? cache,
        [NotNullWhen(true)] out LinkMessage? message,
        out WireError error) => TryDecodeLink(bytes, separateTail: tail, cache, out message, out error);

    private static bool TryDecodeLink(
        ReadOnlyMemory<byte> bytes,
        ReadOnlyMemory<byte>? separateTail,
        WireIdCache? cache,
        [NotNullWhen(true)] out LinkMessage? message,
        out WireError error)
    {
        var reader = new WireReader(bytes, cache);
        var kind = ReadHeader(ref reader);
        if (LinkMessageCodec.IsKnown(kind))
        {
            reader.ReadIds();
            var outer = reader.Enter();
            message = reader.HasFailed ? null : LinkMessageCodec.Read(ref reader, (int)kind, separateTail);
            reader.Leave(outer);
            reader.SkipTail();
        }
        else
        {
            message = null;
            SkipUnknown(ref reader, mayHaveTail: true);
        }

        error = Finish(ref reader);
        message = error == WireError.None ? message : null;
        return message is not null;
    }

    private static void Encode<T>(
        in T value,
        int kind,
        WireWrite<T> write,
        bool hasChecksum,
        IBufferWriter<byte> output)
    {
        var writer = new WireWriter(stackalloc int[NotesOnStack]);
        try
        {
            WriteHeader(ref writer, kind);
            WriteBody(ref writer, in value, write);
            var ids = writer.Note;
            writer.WriteIds();

            var length = writer.Position;
            var whole = checked(length + (hasChecksum ? WireChecksum.Bytes : 0));
            var span = output.GetSpan(whole)[..whole];

            writer.StartWriting(span[..length]);
            WriteHeader(ref writer, kind);
            writer.GoToNote(ids);
            writer.WriteIds();
            writer.GoToNote(0);
            WriteBody(ref writer, in value, write);
            Invariant.Require(writer.Position == length, "both passes write the same");

            if (hasChecksum)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(span[length..], WireChecksum.Of(span[..length]));
            }

            output.Advance(whole);
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static bool TryDecode<T>(
        ReadOnlyMemory<byte> bytes,
        int expectedKind,
        WireRead<T> read,
        [MaybeNullWhen(false)] out T value,
        out WireError error)
    {
        var reader = new WireReader(bytes);
        value = default;
        if (ReadHeader(ref reader) == expectedKind)
        {
            reader.ReadIds();
            var outer = reader.Enter();
            value = reader.HasFailed ? default : read(ref reader);
            reader.Leave(outer);
        }
        else
        {
            SkipUnknown(ref reader);
        }

        error = Finish(ref reader);
        value = error == WireError.None ? value : default;
        return error == WireError.None;
    }

    private static void WriteHeader(ref WireWriter writer, int kind)
    {
        writer.WriteUnsigned(Version);
        writer.WriteUnsigned(ReaderVersion);
        writer.WriteUnsigned((uint)kind);
    }

    private static void WriteBody<T>(ref WireWriter writer, in T value, WireWrite<T> write)
    {
        var body = writer.Begin();
        write(ref writer, in value);
        writer.End(body);
    }

    private static void WriteRecord(ref WireWriter writer, in GroupRecord record) =>
        GroupRecordCodec.Write(ref writer, record);

    private static void WriteEdit(ref WireWriter writer, in RecordEdit edit) => RecordEditCodec.Write(ref writer, edit);

    private static long ReadHeader(ref WireReader reader)
    {
        var version = reader.ReadNumber(atLeast: 1);
        var readerVersion = reader.ReadNumber(atLeast: 1, atMost: version);
        if (readerVersion > Version)
        {
            reader.Fail(WireError.UnknownVersion);
        }

        reader.SkipsUnknownFields = version > Version;
        return reader.ReadNumber(atLeast: 1);
    }

    // The envelope is the same for every kind, so damage is told from news even where the kind is unknown.
    private static void SkipUnknown(ref WireReader reader, bool mayHaveTail = false)
    {
        reader.SkipComposite();
        reader.SkipComposite();
        if (mayHaveTail)
        {
            reader.SkipRest();
        }

        if (reader is { HasFailed: false, IsAtEnd: true })
        {
            reader.Fail(WireError.UnknownKind);
        }
    }

    private static WireError Finish(ref WireReader reader)
    {
        if (!reader.HasFailed && !reader.IsAtEnd)
        {
            reader.Fail(WireError.Malformed); // Something follows the body; no version allows that.
        }

        return reader.Error;
    }
}
