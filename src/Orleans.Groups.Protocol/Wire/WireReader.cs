using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Orleans.Groups.Protocol;

/// <summary>Reads one value; what it returns after a failure is thrown away.</summary>
internal delegate T WireRead<T>(ref WireReader reader);

/// <summary>
/// Reads the primitives of the wire form. Never throws for any input: the first failure stays, and later reads give
/// defaults.
/// </summary>
/// <remarks>
/// No count is believed before it is compared with the bytes that are left, so memory is bounded by a multiple of the
/// input. Names and ids are allocated; payloads are slices of the input.
/// </remarks>
internal ref partial struct WireReader(ReadOnlyMemory<byte> input, WireIdCache? cache = null)
{
    private readonly ReadOnlyMemory<byte> _input = input;
    private readonly ReadOnlySpan<byte> _bytes = input.Span;
    private readonly WireIdCache? _cache = cache;
    private NodeId[] _nodes = [];
    private MemberId[] _members = [];
    private int _position;
    private int _limit = input.Length;
    private int _depth;
    private int _tail;

    /// <summary>The first failure.</summary>
    internal WireError Error { get; private set; }

    /// <summary>Whether anything failed.</summary>
    internal readonly bool HasFailed => Error != WireError.None;

    /// <summary>Whether the composite, or outside of all the input, has been read to its end.</summary>
    internal readonly bool IsAtEnd => _position == _limit;

    /// <summary>
    /// Whether the writer's version is later than ours, so that composites may go on behind the fields we know.
    /// </summary>
    internal bool SkipsUnknownFields { get; set; }

    /// <summary>Notes a failure unless there is one already.</summary>
    internal void Fail(WireError error)
    {
        if (!HasFailed)
        {
            Error = error;
        }

        // Nothing can be read any more; Leave does not widen this again.
        _position = 0;
        _limit = 0;
    }

    /// <summary>Opens a composite.</summary>
    /// <returns>To be handed to <see cref="Leave"/>.</returns>
    internal int Enter()
    {
        var outer = _limit;
        var length = ReadLength();
        if (!HasFailed)
        {
            _limit = _position + length;
            _depth++;
        }

        return outer;
    }

    /// <summary>
    /// Closes a composite. Fields behind the known ones are skipped if the writer is of a later version, else refused.
    /// </summary>
    internal void Leave(int outer)
    {
        if (!IsAtEnd && !SkipsUnknownFields)
        {
            Fail(WireError.Malformed);
        }

        if (!HasFailed)
        {
            _position = _limit;
            _limit = outer;
            _depth--;
        }
    }

    /// <summary>Passes over a composite, whatever is in it.</summary>
    internal void SkipComposite()
    {
        var length = ReadLength();
        _position += length;
    }

    /// <summary>So many bytes behind the composite that is open, which must be the outermost: a slice.</summary>
    internal ReadOnlyMemory<byte> ReadTail(int length)
    {
        if (HasFailed)
        {
            return default;
        }

        if (length > _input.Length - _limit)
        {
            Fail(WireError.Truncated);
            return default;
        }

        _tail = length;
        return _input.Slice(_limit, length);
    }

    /// <summary>Passes over what <see cref="ReadTail"/> has read, when the composite is closed.</summary>
    internal void SkipTail()
    {
        if (!HasFailed)
        {
            _position += _tail;
        }
    }

    /// <summary>Passes over everything.</summary>
    internal void SkipRest() => _position = _limit;

    /// <summary>A varint in its shortest form.</summary>
    internal ulong ReadUnsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position == _limit)
            {
                FailAtEnd();
                return 0;
            }

            var next = _bytes[_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                if ((next == 0 && shift > 0) || (shift == 63 && next > 1))
                {
                    Fail(WireError.Malformed);
                    return 0;
                }

                return value;
            }
        }

        Fail(WireError.Malformed);
        return 0;
    }

    /// <summary>A varint from <paramref name="atLeast"/> to <paramref name="atMost"/>.</summary>
    internal long ReadNumber(long atLeast = 0, long atMost = long.MaxValue)
    {
        var value = ReadUnsigned();
        if (value < (ulong)atLeast || value > (ulong)atMost)
        {
            Fail(WireError.Malformed);
            return atLeast;
        }

        return (long)value;
    }

    /// <summary>A varint with its sign in the lowest bit.</summary>
    internal int ReadSigned()
    {
        var value = (uint)ReadNumber(atMost: uint.MaxValue);
        return (int)(value >> 1) ^ -(int)(value & 1);
    }

    /// <summary>0 or 1.</summary>
    internal bool ReadFlag() => ReadNumber(atMost: 1) == 1;

    /// <summary>A number of elements, each of which takes at least <paramref name="elementBytes"/>.</summary>
    internal int ReadCount(int elementBytes, int atLeast = 0)
    {
        var count = ReadUnsigned();
        if (count < (ulong)atLeast || count > (ulong)((_limit - _position) / elementBytes))
        {
            Fail(WireError.Malformed);
            return 0;
        }

        return (int)count;
    }

    /// <summary>
    /// What a value that only a later version knows is taken for; in a frame of our version it is damage.
    /// </summary>
    internal T Substitute<T>(T value)
    {
        if (!SkipsUnknownFields)
        {
            Fail(WireError.Malformed);
        }

        return value;
    }

    /// <summary>Eight bytes, lowest first.</summary>
    internal ulong ReadFixed64()
    {
        var bytes = Take(sizeof(ulong));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Sixteen bytes in the order in which a Guid is printed.</summary>
    internal Guid ReadGuid()
    {
        var bytes = Take(16);
        return bytes.IsEmpty ? Guid.Empty : new Guid(bytes, bigEndian: true);
    }

    /// <summary>A name that is allowed, else <see langword="null"/>.</summary>
    internal string? ReadName() => ToName(Take(ReadLength()));

    /// <summary>The name of a scope.</summary>
    internal ScopeName ReadScopeName() => ReadName() is { } name ? new ScopeName(name) : default;

    /// <summary>The name of a group.</summary>
    internal GroupName ReadGroupName() => ReadName() is { } name ? new GroupName(name) : default;

    /// <summary>Length and bytes: a slice of the input.</summary>
    internal ReadOnlyMemory<byte> ReadBytes()
    {
        var length = ReadLength();
        var start = _position;
        _position += length;
        return _input.Slice(start, length);
    }

    /// <summary>An array of elements that take at least <paramref name="elementBytes"/> each.</summary>
    internal ImmutableArray<T> ReadArray<T>(int elementBytes, WireRead<T> read, int atLeast = 0)
    {
        var count = ReadCount(elementBytes, atLeast);
        if (count == 0)
        {
            return [];
        }

        var elements = new T[count];
        for (var index = 0; index < count && !HasFailed; index++)
        {
            elements[index] = read(ref this);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(elements);
    }

    private string? ToName(ReadOnlySpan<byte> utf8)
    {
        if (HasFailed)
        {
            return null;
        }

        if (utf8.IsEmpty || utf8.Length > NameRules.MaxUtf8Bytes || !Utf8.IsValid(utf8))
        {
            Fail(WireError.Malformed);
            return null;
        }

        var name = Encoding.UTF8.GetString(utf8);
        if (NameRules.GetError(name) is not null)
        {
            Fail(WireError.Malformed);
            return null;
        }

        return name;
    }

    private int ReadLength()
    {
        var length = ReadUnsigned();
        if (length > (ulong)(_limit - _position))
        {
            FailAtEnd();
            return 0;
        }

        return (int)length;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _limit - _position)
        {
            FailAtEnd();
            return [];
        }

        var taken = _bytes.Slice(_position, length);
        _position += length;
        return taken;
    }

    // Where the input itself is too short, the rest was lost on its way; a composite that is too short was made so.
    private void FailAtEnd() => Fail(_depth == 0 ? WireError.Truncated : WireError.Malformed);
}
