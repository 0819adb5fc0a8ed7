using System;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Wire form of <see cref="PublicationBatch"/>. Composite: first number, payloads (at least one; length and bytes
/// each).
/// </summary>
internal static class PublicationCodec
{
    private const int MinBatchBytes = 4;
    private const int MinPayloadBytes = 1;

    /// <summary>Writes the number of batches and each of them.</summary>
    internal static void Write(ref WireWriter writer, ImmutableArray<PublicationBatch> batches) =>
        writer.WriteArray(batches, WriteBatch);

    /// <summary>Reads what <see cref="Write"/> wrote. The payloads are slices of the input.</summary>
    internal static ImmutableArray<PublicationBatch> Read(ref WireReader reader) =>
        reader.ReadArray(MinBatchBytes, ReadBatch);

    private static void WriteBatch(ref WireWriter writer, in PublicationBatch batch)
    {
        var payloads = batch.Payloads.Span;
        Invariant.Require(HasNumbers(batch.First, payloads.Length), "the last publication has a number, too");
        var mark = writer.Begin();
        writer.WriteNumber(batch.First, atLeast: 1);
        writer.WriteNumber(payloads.Length, atLeast: 1);
        foreach (var payload in payloads)
        {
            writer.WriteBytes(payload.Span);
        }

        writer.End(mark);
    }

    private static bool HasNumbers(long first, int count) => first - 1 <= long.MaxValue - count;

    private static PublicationBatch ReadBatch(ref WireReader reader)
    {
        var outer = reader.Enter();
        var first = reader.ReadNumber(atLeast: 1);
        var payloads = new ReadOnlyMemory<byte>[reader.ReadCount(MinPayloadBytes, atLeast: 1)];
        if (!HasNumbers(first, payloads.Length))
        {
            reader.Fail(WireError.Malformed);
        }

        for (var index = 0; index < payloads.Length && !reader.HasFailed; index++)
        {
            payloads[index] = reader.ReadBytes();
        }

        reader.Leave(outer);
        return reader.HasFailed ? null! : new PublicationBatch(first, payloads);
    }
}
