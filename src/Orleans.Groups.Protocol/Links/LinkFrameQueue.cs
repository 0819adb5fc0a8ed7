using System;
using System.Buffers;
using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <summary>The body of a batch to be: whole frames, or a part of one.</summary>
/// <param name="Body">Its bytes, which never change.</param>
/// <param name="Part">What it is.</param>
/// <param name="Channel">The channel of a part; free 0 otherwise.</param>
internal readonly record struct LinkChunk(ReadOnlyMemory<byte> Body, LinkPart Part, LinkChannel Channel);

/// <summary>
/// Frames in order, written straight into memory that later is the body of batches: nothing is copied again.
/// </summary>
/// <remarks>
/// Chunks are slices of larger blocks, one behind the other; a block is never written twice, so that a transport may
/// read a body as long as it likes. A frame larger than a chunk has memory of its own and is cut into parts. As a
/// buffer writer it takes exactly one span and one advance for each frame.
/// </remarks>
internal sealed class LinkFrameQueue(int firstBlockBytes) : IBufferWriter<byte>
{
    private readonly Queue<LinkChunk> _chunks = new();
    private byte[] _block = [];
    private int _start; // Of the chunk that is being written.
    private int _end;
    private int _blockBytes = firstBlockBytes;

    private LinkChannel _channel;
    private byte[]? _large;
    private int _frame;
    private int _length = -1;

    /// <summary>Most bytes of a chunk.</summary>
    internal int MaxChunkBytes { get; private set; }

    /// <summary>Most bytes of a frame.</summary>
    internal int MaxFrameBytes { get; private set; }

    /// <summary>Bytes of all chunks, the one being written included.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Length of the last frame; negative when it was too large and is not here.</summary>
    internal int LastLength { get; private set; }

    /// <summary>Whether a chunk is complete, because no more fits into it.</summary>
    internal bool HasWholeChunk => _chunks.Count > 0;

    /// <summary>Whether there is nothing.</summary>
    internal bool IsEmpty => _chunks.Count == 0 && _start == _end;

    /// <summary>Forgets everything, and takes other limits.</summary>
    internal void Reset(int maxChunkBytes, int maxFrameBytes)
    {
        _chunks.Clear();
        _start = _end; // What is behind may still be read by a transport; what follows is free.
        Bytes = 0;
        MaxChunkBytes = maxChunkBytes;
        MaxFrameBytes = maxFrameBytes;
    }

    /// <summary>The next frame is of this channel.</summary>
    internal void Begin(LinkChannel channel)
    {
        _channel = channel;
        _length = -1;
        _large = null;
    }

    /// <summary>Copies a frame here.</summary>
    internal void Write(ReadOnlySpan<byte> frame)
    {
        frame.CopyTo(GetSpan(frame.Length));
        Advance(frame.Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Invariant.Require(_length < 0, "a frame is written at once");
        _length = sizeHint;
        var head = LinkVarint.BytesOf(_channel.Tag) + LinkVarint.BytesOf((ulong)sizeHint);
        if (sizeHint > MaxChunkBytes - head)
        {
            _large = GC.AllocateUninitializedArray<byte>(sizeHint);
            return _large;
        }

        MakeSpace(head + sizeHint);
        _frame = _end;
        LinkVarint.Write(_block, ref _frame, _channel.Tag);
        LinkVarint.Write(_block, ref _frame, (ulong)sizeHint);
        return _block.AsSpan(_frame, sizeHint);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) =>
        throw new InvariantViolationException("a frame is written into a span");

    /// <inheritdoc/>
    public void Advance(int count)
    {
        Invariant.Require(count == _length, "a frame fills the space it asked for");
        LastLength = count;
        _length = -1;
        if (count > MaxFrameBytes)
        {
            LastLength = -1;
            _large = null;
            return;
        }

        if (_large is not null)
        {
            AddParts(_large);
            _large = null;
            return;
        }

        Bytes += _frame + count - _end;
        _end = _frame + count;
    }

    /// <summary>Puts a chunk behind everything that is here.</summary>
    internal void Add(in LinkChunk chunk)
    {
        Close();
        _chunks.Enqueue(chunk);
        Bytes += chunk.Body.Length;
    }

    /// <summary>Takes the first chunk, complete or not.</summary>
    internal bool TryTake(out LinkChunk chunk)
    {
        if (_chunks.Count == 0)
        {
            Close();
        }

        if (!_chunks.TryDequeue(out chunk))
        {
            return false;
        }

        Bytes -= chunk.Body.Length;
        return true;
    }

    private void Close()
    {
        if (_start < _end)
        {
            _chunks.Enqueue(new LinkChunk(_block.AsMemory(_start, _end - _start), LinkPart.None, default));
            _start = _end;
        }
    }

    private void MakeSpace(int bytes)
    {
        if (_end + bytes <= _block.Length && _end - _start + bytes <= MaxChunkBytes)
        {
            return;
        }

        Close();
        if (_end + bytes > _block.Length)
        {
            // Small at first, so that a link with little to say takes little memory.
            var size = Math.Max(_blockBytes, bytes);
            _blockBytes = Math.Min(_blockBytes * 4, MaxChunkBytes);
            _block = GC.AllocateUninitializedArray<byte>(size);
            _start = 0;
            _end = 0;
        }
    }

    private void AddParts(byte[] frame)
    {
        Close();
        Bytes += frame.Length;
        for (var offset = 0; offset < frame.Length; offset += MaxChunkBytes)
        {
            var length = Math.Min(MaxChunkBytes, frame.Length - offset);
            var part = offset + length == frame.Length ? LinkPart.Last : LinkPart.More;
            _chunks.Enqueue(new LinkChunk(frame.AsMemory(offset, length), part, _channel));
        }
    }
}
