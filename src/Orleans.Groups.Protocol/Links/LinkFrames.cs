using System;

namespace Orleans.Groups.Protocol;

/// <summary>One frame as it arrives.</summary>
/// <param name="Channel">Its channel; free 0 on the control lane.</param>
/// <param name="Bytes">A slice of the message in which it came; may be empty.</param>
internal readonly record struct LinkFrame(LinkChannel Channel, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Frames that arrived together, in order. Enumerating allocates nothing; each is a slice of the message.
/// </summary>
/// <remarks>Order on the wire, for each frame: channel tag, length (varints), bytes. Nothing in between.</remarks>
internal readonly struct LinkFrames
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly LinkChannel _channel;
    private readonly bool _isSingle;

    /// <summary>Frames as a batch holds them; must be <see cref="AreWellFormed"/>.</summary>
    internal LinkFrames(ReadOnlyMemory<byte> body) => _body = body;

    /// <summary>One frame that was put together of parts.</summary>
    internal LinkFrames(LinkChannel channel, ReadOnlyMemory<byte> frame)
    {
        _body = frame;
        _channel = channel;
        _isSingle = true;
    }

    /// <summary>Whether a peer's bytes are frames, all of a permitted tag, and nothing else.</summary>
    internal static bool AreWellFormed(ReadOnlySpan<byte> body, ulong maxTag, int maxFrameBytes)
    {
        var position = 0;
        while (position < body.Length)
        {
            if (!LinkVarint.TryRead(body, ref position, out var tag)
                || tag > maxTag
                || !LinkVarint.TryRead(body, ref position, out var length)
                || length > (ulong)maxFrameBytes
                || (int)length > body.Length - position)
            {
                return false;
            }

            position += (int)length;
        }

        return true;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Goes through the frames.</summary>
    internal struct Enumerator
    {
        private readonly ReadOnlyMemory<byte> _body;
        private readonly LinkChannel _channel;
        private bool _isSingle;
        private int _position;

        internal Enumerator(LinkFrames frames)
        {
            _body = frames._body;
            _channel = frames._channel;
            _isSingle = frames._isSingle;
            Current = default;
        }

        /// <summary>The frame.</summary>
        public LinkFrame Current { get; private set; }

        /// <summary>Goes to the next frame.</summary>
        public bool MoveNext()
        {
            if (_isSingle)
            {
                Current = new LinkFrame(_channel, _body);
                _isSingle = false;
                _position = _body.Length;
                return true;
            }

            if (_position == _body.Length)
            {
                return false;
            }

            var span = _body.Span;
            var isRead = LinkVarint.TryRead(span, ref _position, out var tag)
                & LinkVarint.TryRead(span, ref _position, out var length);
            Invariant.Require(isRead, "frames were checked when they arrived");
            Current = new LinkFrame(new LinkChannel(tag), _body.Slice(_position, (int)length));
            _position += (int)length;
            return true;
        }
    }
}

/// <summary>The varint of the wire form, for the two numbers in front of each frame of a batch.</summary>
internal static class LinkVarint
{
    /// <summary>Bytes that a number takes.</summary>
    internal static int BytesOf(ulong value) => ((System.Numerics.BitOperations.Log2(value | 1) * 9) + 73) >> 6;

    /// <summary>Writes a number and moves on.</summary>
    internal static void Write(Span<byte> output, ref int position, ulong value)
    {
        while (value >= 0x80)
        {
            output[position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        output[position++] = (byte)value;
    }

    /// <summary>
    /// Reads a number in its shortest form and moves on; where there is none, the position is worthless.
    /// </summary>
    internal static bool TryRead(ReadOnlySpan<byte> input, ref int position, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && position < input.Length; shift += 7)
        {
            var next = input[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (next != 0 || shift == 0) && (shift != 63 || next == 1);
            }
        }

        return false;
    }
}
