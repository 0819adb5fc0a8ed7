using System.Buffers;
using System.Text.Json;

namespace Orleans.Groups.Checkers;

/// <summary>Reads a log file, one event at a time, as it was left: of a killed process, too.</summary>
/// <remarks>
/// Lines of unknown kinds, and unknown fields, are passed over and counted, so that logs of later versions can be read.
/// A last line without its end is passed over. Any other line that is no event is damage, which is counted and
/// described; a checked log must have none.
/// </remarks>
public sealed class EventLogReader(Stream stream, string name) : IDisposable
{
    private static readonly SearchValues<byte> LineEnd = SearchValues.Create("\n"u8);

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _isAtEnd;
    private long _line;

    /// <summary>Opens a file.</summary>
    public EventLogReader(string path)
        : this(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0), path)
    {
    }

    /// <summary>What the log is called.</summary>
    public string Name => name;

    /// <summary>Lines of kinds that this version does not know.</summary>
    public long UnknownKinds { get; private set; }

    /// <summary>Fields that this version does not know.</summary>
    public long UnknownFields { get; private set; }

    /// <summary>Lines, other than a torn last one, that are no events, or out of their order.</summary>
    public long DamagedLines { get; private set; }

    /// <summary>What is wrong with the first of these.</summary>
    public string? FirstDamage { get; private set; }

    /// <summary>Whether the last line has no end: the process was killed while it wrote.</summary>
    public bool HasTornTail { get; private set; }

    /// <summary>The events, in order. Once.</summary>
    public IEnumerable<LogEvent> ReadAll()
    {
        var lastSeq = 0L;
        while (TryReadLine(out var line))
        {
            if (Parse(line.Span) is not { } logEvent)
            {
                continue;
            }

            if (logEvent.Seq <= lastSeq)
            {
                Damage($"number {logEvent.Seq} after {lastSeq}");
                continue;
            }

            lastSeq = logEvent.Seq;
            UnknownFields += logEvent.Unknown?.Count ?? 0;
            yield return logEvent;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private bool TryReadLine(out ReadOnlyMemory<byte> line)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOfAny(LineEnd);
            if (length >= 0)
            {
                line = _buffer.AsMemory(_start, length);
                _start += length + 1;
                _line++;
                return true;
            }

            if (_isAtEnd)
            {
                HasTornTail = _end > _start;
                line = default;
                return false;
            }

            Fill();
        }
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _isAtEnd = read == 0;
    }

    private LogEvent? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            if (!LogJson.Kinds.Contains(KindOf(line)))
            {
                UnknownKinds++;
                return null;
            }

            return JsonSerializer.Deserialize(line, LogJson.Info);
        }
        catch (JsonException exception)
        {
            Damage(exception.Message);
            return null;
        }
    }

    private static string KindOf(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
            {
                var isKind = reader.ValueTextEquals("kind"u8);
                reader.Read();
                if (isKind && reader.TokenType == JsonTokenType.String)
                {
                    return reader.GetString()!;
                }

                reader.Skip();
            }
        }

        throw new JsonException("The line has no kind.");
    }

    private void Damage(string what)
    {
        DamagedLines++;
        FirstDamage ??= $"{Name}, line {_line}: {what}";
    }
}
