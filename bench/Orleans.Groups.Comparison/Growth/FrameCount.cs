using System.Buffers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Comparison;

/// <summary>Counts frames and what they would be on the wire.</summary>
internal sealed class FrameCount
{
    private readonly ArrayBufferWriter<byte> _writer = new();

    /// <summary>How many.</summary>
    internal long Frames { get; private set; }

    /// <summary>How long all of them are, encoded.</summary>
    internal long Bytes { get; private set; }

    /// <summary>One more.</summary>
    internal void Add(NodeFrame frame)
    {
        _writer.ResetWrittenCount();
        WireCodec.Encode(frame, _writer);
        Frames++;
        Bytes += _writer.WrittenCount;
    }

    /// <summary>Begins to count anew.</summary>
    internal void Reset() => (Frames, Bytes) = (0, 0);
}
