using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Orleans.Groups.ClientProgram;

/// <summary>
/// Lines of one input under way through a ring, as one message. Whoever is not sure whether a batch arrived sends it
/// again, under the same numbers, perhaps as another member of the ring: stream and number tell who reads.
/// </summary>
/// <param name="Stream">Made anew for each input.</param>
/// <param name="First">Number of the first line, from 1.</param>
/// <param name="Lines">The lines, without line feeds; at least one.</param>
/// <remarks>
/// On the wire: 5 bytes that no text begins with and a version, the stream, the first number (8 bytes, little-endian),
/// then each line behind its length (4 bytes, little-endian).
/// </remarks>
internal sealed record LineBatch(Guid Stream, long First, ImmutableArray<byte[]> Lines)
{
    /// <summary>Bytes before the first line.</summary>
    internal const int HeaderBytes = 30;

    /// <summary>Bytes of a line besides its text.</summary>
    internal const int LineBytes = 4;

    private static ReadOnlySpan<byte> Mark => [0, (byte)'L', (byte)'i', (byte)'n', (byte)'e', 1];

    /// <summary>Number of the last line.</summary>
    internal long Last => First + Lines.Length - 1;

    /// <summary>The message.</summary>
    internal byte[] ToPayload()
    {
        var payload = new byte[HeaderBytes + Lines.Sum(line => LineBytes + line.Length)];
        Mark.CopyTo(payload);
        Stream.TryWriteBytes(payload.AsSpan(6));
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(22), First);
        var rest = payload.AsSpan(HeaderBytes);
        foreach (var line in Lines)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, line.Length);
            line.CopyTo(rest[LineBytes..]);
            rest = rest[(LineBytes + line.Length)..];
        }

        return payload;
    }

    /// <summary>Reads a message.</summary>
    /// <returns>Nothing when it is no batch of lines: anybody may send anything.</returns>
    internal static LineBatch? TryRead(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < HeaderBytes || !payload.StartsWith(Mark))
        {
            return null;
        }

        var first = BinaryPrimitives.ReadInt64LittleEndian(payload[22..]);
        var lines = ImmutableArray.CreateBuilder<byte[]>();
        for (var rest = payload[HeaderBytes..]; !rest.IsEmpty;)
        {
            if (rest.Length < LineBytes || BinaryPrimitives.ReadInt32LittleEndian(rest) is var length && length < 0
                || rest.Length - LineBytes < length)
            {
                return null;
            }

            lines.Add(rest.Slice(LineBytes, length).ToArray());
            rest = rest[(LineBytes + length)..];
        }

        return first < 1 || lines.Count == 0
            ? null
            : new LineBatch(new Guid(payload.Slice(6, 16)), first, lines.ToImmutable());
    }
}
