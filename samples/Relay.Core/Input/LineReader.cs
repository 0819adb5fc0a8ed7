using Microsoft.Win32.SafeHandles;

namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// Reads lines one after the other as bytes. A line ends at a line feed, or at the end of the file when something
/// follows the last line feed; nothing is decoded, and a carriage return belongs to the line.
/// </summary>
internal sealed class LineReader : IDisposable
{
    private const int InitialBytes = 128 * 1024;
    private readonly SafeFileHandle _file;
    private readonly int _maxBytes;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(InitialBytes);
    private long _fileOffset;
    private int _start;
    private int _end;
    private bool _atEnd;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Where the first line to read begins.</param>
    /// <param name="maxBytes">The longest line allowed; a longer one comes cut, with one byte too many.</param>
    internal LineReader(string path, long offset = 0, int maxBytes = int.MaxValue)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _fileOffset = offset;
        _maxBytes = maxBytes;
        Offset = offset;
    }

    /// <summary>Where the next line begins.</summary>
    internal long Offset { get; private set; }

    /// <summary>Whether the line read last ended in a line feed.</summary>
    internal bool EndedInLineFeed { get; private set; }

    /// <summary>Reads the next line, without its line feed; valid until the next call.</summary>
    internal bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var unsearched = _buffer.AsSpan(_start + searched, _end - _start - searched);
            var length = unsearched.IndexOf((byte)'\n');
            if (length >= 0)
            {
                return Take(searched + length, 1, out line);
            }

            searched = _end - _start;
            if (searched > _maxBytes)
            {
                return Take(_maxBytes + 1, 0, out line);
            }

            if (_atEnd || !Fill())
            {
                _atEnd = true;
                if (searched == 0)
                {
                    line = default;
                    return false;
                }

                return Take(searched, 0, out line);
            }
        }
    }

    /// <summary>Passes over lines; stops at the end of the file.</summary>
    internal void Skip(long lines)
    {
        for (var index = 0L; index < lines && TryRead(out _); index++)
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool Take(int length, int lineFeed, out ReadOnlySpan<byte> line)
    {
        line = _buffer.AsSpan(_start, length);
        _start += length + lineFeed;
        Offset += length + lineFeed;
        EndedInLineFeed = lineFeed == 1;
        return true;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, checked(_buffer.Length * 2));
        }

        var read = RandomAccess.Read(_file, _buffer.AsSpan(_end), _fileOffset);
        _fileOffset += read;
        _end += read;
        return read > 0;
    }
}
