using System;
using System.Buffers;

namespace Orleans.Groups.Protocol;

/// <summary>The one wire form of everything that nodes say to each other (docs/wire-format.md).</summary>
internal static class WireCodec
{
    /// <summary>Appends one frame.</summary>
    internal static void Encode(NodeFrame frame, IBufferWriter<byte> writer) => throw new NotImplementedException();

    /// <summary>Reads one frame, which must fill the memory exactly. Never throws.</summary>
    internal static bool TryDecode(ReadOnlyMemory<byte> bytes, out NodeFrame? frame, out WireError error) =>
        throw new NotImplementedException();
}
