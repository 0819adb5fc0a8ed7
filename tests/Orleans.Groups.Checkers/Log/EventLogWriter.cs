using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orleans.Groups.Checkers;

/// <summary>Writes one log file. Any thread; one writer per file.</summary>
/// <remarks>
/// <para>
/// An event is encoded under a lock, which gives it its number, and a task of the writer's own hands everything that
/// waits to the operating system, at once and by whole lines. So what a killed process loses is the tail of its log:
/// what waited at that moment, normally a few events; the last line may be torn. <see cref="Flush"/> before something
/// must not be lost.
/// </para>
/// <para>Memory is bounded: whoever appends to a full buffer writes it itself.</para>
/// </remarks>
public sealed class EventLogWriter : IEventSink, IAsyncDisposable
{
    private const int FullBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Lock _fileGate = new();
    private readonly FileStream _file;
    private readonly LogClock _clock;
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly Task _pump;
    private readonly Utf8JsonWriter _json;
    private ArrayBufferWriter<byte> _filling = new(FullBytes);
    private ArrayBufferWriter<byte> _writing = new(FullBytes);
    private long _lastSeq;
    private bool _isWanted;
    private bool _isClosed;

    /// <summary>Makes the file, in a folder that exists.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="time">The clock; <see langword="null"/> for the system's.</param>
    public EventLogWriter(string path, TimeProvider? time = null)
    {
        _clock = new LogClock(time ?? TimeProvider.System);
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        _json = new Utf8JsonWriter(
            _filling,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        _pump = Task.Run(PumpAsync);
    }

    /// <inheritdoc/>
    public long LastSeq => Volatile.Read(ref _lastSeq);

    /// <inheritdoc/>
    public void Append(LogEvent logEvent)
    {
        var isFull = false;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            logEvent.Seq = _lastSeq + 1;
            logEvent.T = _clock.Now;
            _json.Reset(_filling);
            JsonSerializer.Serialize(_json, logEvent, LogJson.Info);
            _json.Flush();
            _filling.Write("\n"u8);
            Volatile.Write(ref _lastSeq, logEvent.Seq);
            isFull = _filling.WrittenCount >= FullBytes;
            if (!_isWanted)
            {
                _isWanted = true;
                _wanted.Release();
            }
        }

        if (isFull)
        {
            Flush();
        }
    }

    /// <summary>Hands everything appended so far to the operating system: it survives the end of the process.</summary>
    public void Flush()
    {
        lock (_fileGate)
        {
            lock (_gate)
            {
                _isWanted = false;
                (_filling, _writing) = (_writing, _filling);
            }

            _file.Write(_writing.WrittenSpan);
            _writing.ResetWrittenCount();
        }
    }

    /// <summary>Writes the rest and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            _wanted.Release();
        }

        await _pump;
        Flush();
        await _json.DisposeAsync();
        await _file.DisposeAsync();
        _wanted.Dispose();
    }

    private async Task PumpAsync()
    {
        while (!Volatile.Read(ref _isClosed))
        {
            await _wanted.WaitAsync();
            Flush();
        }
    }
}
