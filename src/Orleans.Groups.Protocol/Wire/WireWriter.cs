using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;

namespace Orleans.Groups.Protocol;

/// <summary>Writes one value; called twice with the same value: to measure, then to write.</summary>
internal delegate void WireWrite<T>(ref WireWriter writer, in T value);

/// <summary>
/// Writes the primitives of the wire form in two passes over the same code: the first measures, the second writes.
/// </summary>
/// <remarks>
/// What the first pass finds out – lengths of composites and names, places in the table of ids – is noted in order, and
/// the second pass reads the notes. So every length stands in front of what it measures, nothing is moved, and each
/// payload is copied once. The writer refuses, as our bug, whatever <see cref="WireReader"/> would refuse. Must be
/// disposed.
/// </remarks>
internal ref struct WireWriter(Span<int> notes)
{
    private WireIdTable<NodeId> _nodes;
    private WireIdTable<MemberId> _members;
    private Span<int> _notes = notes;
    private int[]? _rentedNotes;
    private int _note;
    private Span<byte> _output;
    private bool _isWriting;
    private int _position;

    /// <summary>Bytes measured or written so far.</summary>
    internal readonly int Position => _position;

    /// <summary>How many notes the first pass has made, or which one comes next in the second.</summary>
    internal readonly int Note => _note;

    /// <summary>Ends the first pass. From here on, the same calls write.</summary>
    internal void StartWriting(Span<byte> output)
    {
        _output = output;
        _isWriting = true;
        _position = 0;
        _note = 0;
    }

    /// <summary>
    /// In the second pass: goes to the notes of a section that was measured in another order than it is written.
    /// </summary>
    internal void GoToNote(int note)
    {
        Invariant.Require(_isWriting, "notes are read in the second pass");
        _note = note;
    }

    /// <summary>Opens a composite: its length, then its fields.</summary>
    /// <returns>To be handed to <see cref="End"/>.</returns>
    internal WireMark Begin()
    {
        if (_isWriting)
        {
            var length = NextNote();
            WriteUnsigned((uint)length);
            return new WireMark(length, _position);
        }

        AddNote(0);
        return new WireMark(_note - 1, _position);
    }

    /// <summary>Closes a composite.</summary>
    internal void End(WireMark mark)
    {
        var length = _position - mark.Start;
        if (_isWriting)
        {
            Invariant.Require(length == mark.Note, "both passes write the same");
            return;
        }

        _notes[mark.Note] = length;
        WriteUnsigned((uint)length);
    }

    /// <summary>A varint: 7 bits a byte, lowest first, the top bit set on all but the last.</summary>
    internal void WriteUnsigned(ulong value)
    {
        if (!_isWriting)
        {
            Skip(((BitOperations.Log2(value | 1) * 9) + 73) >> 6);
            return;
        }

        while (value >= 0x80)
        {
            _output[_position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _output[_position++] = (byte)value;
    }

    /// <summary>A varint of a number that is never less than <paramref name="atLeast"/>, itself 0 or more.</summary>
    internal void WriteNumber(long value, long atLeast = 0)
    {
        Invariant.Require(value >= atLeast, "a number on the wire is in its range");
        WriteUnsigned((ulong)value);
    }

    /// <summary>A varint of a number with its sign in the lowest bit.</summary>
    internal void WriteSigned(int value) => WriteUnsigned((uint)((value << 1) ^ (value >> 31)));

    /// <summary>One byte, 0 or 1.</summary>
    internal void WriteFlag(bool value) => WriteUnsigned(value ? 1U : 0U);

    /// <summary>Eight bytes, lowest first.</summary>
    internal void WriteFixed64(ulong value)
    {
        if (_isWriting)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_output[_position..], value);
        }

        Skip(sizeof(ulong));
    }

    /// <summary>Sixteen bytes in the order in which a Guid is printed.</summary>
    internal void WriteGuid(Guid value)
    {
        if (_isWriting)
        {
            value.TryWriteBytes(_output[_position..], bigEndian: true, out _);
        }

        Skip(16);
    }

    /// <summary>Length and UTF-8 bytes of a name that is allowed.</summary>
    internal void WriteName(string name)
    {
        Invariant.Require(name.Length > 0, "a name on the wire is not empty");
        if (_isWriting)
        {
            var length = NextNote();
            WriteUnsigned((uint)length);
            Encoding.UTF8.GetBytes(name, _output[_position..]);
            Skip(length);
            return;
        }

        AddNote(Encoding.UTF8.GetByteCount(name));
        WriteUnsigned((uint)_notes[_note - 1]);
        Skip(_notes[_note - 1]);
    }

    /// <summary>Length and bytes.</summary>
    internal void WriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        WriteUnsigned((uint)bytes.Length);
        if (_isWriting)
        {
            bytes.CopyTo(_output[_position..]);
        }

        Skip(bytes.Length);
    }

    /// <summary>Place of a node in the table of ids, counted from 1.</summary>
    internal void WriteNode(NodeId node) =>
        WriteUnsigned((uint)(_isWriting ? NextNote() : AddNote(_nodes.Intern(node) + 1)));

    /// <summary>Place of a member in the table of ids, counted from 1.</summary>
    internal void WriteMember(MemberId member)
    {
        if (!_isWriting)
        {
            var known = _members.Count;
            AddNote(_members.Intern(member) + 1);
            if (_members.Count > known)
            {
                _nodes.Intern(member.Node);
            }

            WriteUnsigned((uint)_notes[_note - 1]);
            return;
        }

        WriteUnsigned((uint)NextNote());
    }

    /// <summary>As <see cref="WriteMember"/>; 0 for nobody.</summary>
    internal void WriteOptionalMember(MemberId? member)
    {
        if (member is null)
        {
            WriteUnsigned(0);
            return;
        }

        WriteMember(member);
    }

    /// <summary>The number of elements, then each of them. A default array is an empty one.</summary>
    internal void WriteArray<T>(ImmutableArray<T> values, WireWrite<T> write, int atLeast = 0)
    {
        var elements = values.AsSpan();
        WriteNumber(elements.Length, atLeast);
        foreach (ref readonly var element in elements)
        {
            write(ref this, in element);
        }
    }

    /// <summary>The table of all ids mentioned so far, as one composite: nodes, members.</summary>
    /// <remarks>
    /// Node: name, ordinal, incarnation id. Member: node, number, name. It stands in front of the body and is complete,
    /// so that a reader that skips a field it does not know still finds every id.
    /// </remarks>
    internal void WriteIds()
    {
        var table = Begin();
        WriteUnsigned((uint)_nodes.Count);
        for (var index = 0; index < _nodes.Count; index++)
        {
            var node = _nodes[index];
            var mark = Begin();
            WriteName(node.Name);
            WriteNumber(node.Incarnation.Ordinal);
            WriteGuid(node.Incarnation.Id);
            End(mark);
        }

        WriteUnsigned((uint)_members.Count);
        for (var index = 0; index < _members.Count; index++)
        {
            var member = _members[index];
            var mark = Begin();
            WriteNode(member.Node);
            WriteNumber(member.Number, atLeast: 1);
            WriteName(member.Name);
            End(mark);
        }

        End(table);
    }

    /// <summary>Gives the rented arrays back.</summary>
    internal void Dispose()
    {
        _nodes.Dispose();
        _members.Dispose();
        if (_rentedNotes is not null)
        {
            ArrayPool<int>.Shared.Return(_rentedNotes);
            _rentedNotes = null;
        }
    }

    private void Skip(int bytes) => _position = checked(_position + bytes);

    private int NextNote() => _notes[_note++];

    private int AddNote(int value)
    {
        if (_note == _notes.Length)
        {
            var larger = ArrayPool<int>.Shared.Rent(_notes.Length * 2);
            _notes.CopyTo(larger);
            if (_rentedNotes is not null)
            {
                ArrayPool<int>.Shared.Return(_rentedNotes);
            }

            _notes = _rentedNotes = larger;
        }

        _notes[_note++] = value;
        return value;
    }
}

/// <summary>An open composite of <see cref="WireWriter"/>.</summary>
/// <param name="Note">Where its length is noted; in the second pass the length itself.</param>
/// <param name="Start">Where its fields start.</param>
internal readonly record struct WireMark(int Note, int Start);
