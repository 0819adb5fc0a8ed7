using System.IO.Pipelines;
using System.Text;
using Orleans.Groups.ClientProgram;

namespace Orleans.Groups.Programs.Tests;

/// <summary>The client program, run inside the test.</summary>
internal sealed class ProgramRun : IAsyncDisposable
{
    private readonly Pipe _input = new();
    private readonly Pipe _output = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly ErrorLog _error = new();
    private readonly CancellationTokenSource _interrupt = new();
    private readonly StreamReader _reader;

    internal ProgramRun(ICluster cluster, params string[] arguments)
    {
        _reader = new StreamReader(_output.Reader.AsStream());
        var console = new ClientConsole(
            _output.Writer.AsStream(),
            _error,
            () => _input.Reader.AsStream(),
            null,
            null);
        ExitCode = Task.Run(async () =>
        {
            try
            {
                return await ClientMain.RunAsync(
                    arguments, console, (_, _) => Task.FromResult(cluster), _interrupt.Token);
            }
            finally
            {
                await _output.Writer.CompleteAsync();
            }
        });
    }

    internal Task<int> ExitCode { get; }

    internal string Error => _error.ToString();

    /// <summary>Completes when a text has appeared among the errors and notes.</summary>
    internal Task WaitForNoteAsync(string text) =>
        _error.WaitForAsync(text).WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>The next line of the output; nothing at its end.</summary>
    internal async Task<string?> ReadAsync() =>
        await _reader.ReadLineAsync(TestContext.Current.CancellationToken);

    /// <summary>All lines until the program ends.</summary>
    internal async Task<List<string>> ReadToEndAsync()
    {
        var lines = new List<string>();
        while (await ReadAsync() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    internal async Task WriteAsync(string text)
    {
        await _input.Writer.WriteAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        await _input.Writer.FlushAsync(TestContext.Current.CancellationToken);
    }

    internal async Task EndInputAsync() => await _input.Writer.CompleteAsync();

    /// <summary>As Ctrl-C.</summary>
    internal void Interrupt() => _interrupt.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _interrupt.CancelAsync();
        await _input.Writer.CompleteAsync();
        await ExitCode;
        _interrupt.Dispose();
        _reader.Dispose();
    }

    /// <summary>Lines for people, to be waited for.</summary>
    private sealed class ErrorLog : TextWriter
    {
        private readonly Lock _lock = new();
        private readonly StringBuilder _text = new();
        private readonly List<(string Text, TaskCompletionSource Seen)> _waiting = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write(value.ToString());

        public override void Write(string? value)
        {
            lock (_lock)
            {
                _text.Append(value);
                foreach (var (text, seen) in _waiting)
                {
                    if (_text.ToString().Contains(text, StringComparison.Ordinal))
                    {
                        seen.TrySetResult();
                    }
                }
            }
        }

        public override void WriteLine(string? value) => Write($"{value}\n");

        public override Task WriteLineAsync(string? value)
        {
            WriteLine(value);
            return Task.CompletedTask;
        }

        public override string ToString()
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }

        internal Task WaitForAsync(string text)
        {
            lock (_lock)
            {
                var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add((text, seen));
                Write(string.Empty);
                return seen.Task;
            }
        }
    }
}
