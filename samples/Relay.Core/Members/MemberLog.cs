using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// The log of one member: one line per delivered message, with sender, tab, number, tab and the text as it is. One
/// call at a time; a line is written whole or not at all.
/// </summary>
internal sealed class MemberLog : IDisposable
{
    private const int BufferBytes = 256 * 1024;
    private const int NumberBytes = 20;
    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private long _written;
    private int _used;
    private bool _isClosed;

    /// <summary>Creates the file, or empties it.</summary>
    internal MemberLog(string path) =>
        _file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read);

    /// <summary>Adds a line. After <see cref="Dispose"/> nothing happens.</summary>
    internal void Append(ReadOnlySpan<byte> sender, long number, ReadOnlySpan<byte> text)
    {
        if (_isClosed)
        {
            return;
        }

        var most = sender.Length + NumberBytes + text.Length + 3;
        if (_used + most > BufferBytes)
        {
            Flush();
        }

        if (most > BufferBytes)
        {
            var line = new byte[most];
            Write(line.AsSpan(0, Format(line, sender, number, text)));
            return;
        }

        _used += Format(_buffer.AsSpan(_used), sender, number, text);
    }

    /// <summary>Writes what is still in memory, and closes the file.</summary>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        try
        {
            Flush();
        }
        finally
        {
            _isClosed = true;
            _file.Dispose();
        }
    }

    private static int Format(Span<byte> to, ReadOnlySpan<byte> sender, long number, ReadOnlySpan<byte> text)
    {
        sender.CopyTo(to);
        var length = sender.Length;
        to[length++] = (byte)'\t';
        _ = Utf8Formatter.TryFormat(number, to[length..], out var digits);
        length += digits;
        to[length++] = (byte)'\t';
        text.CopyTo(to[length..]);
        length += text.Length;
        to[length++] = (byte)'\n';
        return length;
    }

    /// <summary>Writes what is still in memory, for a log whose process may be killed.</summary>
    internal void Flush()
    {
        if (_isClosed || _used == 0)
        {
            return;
        }

        Write(_buffer.AsSpan(0, _used));
        _used = 0;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, _written);
        _written += bytes.Length;
    }
}
