using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>A process that measures, and that ends when this one does, since its input ends then.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _calls = [];
    private readonly TaskCompletionSource<JsonElement> _ready = New();
    private readonly Lock _lock = new();
    private readonly string _name;
    private readonly Task _reading;
    private TaskCompletionSource<JsonElement>? _next;
    private long _lastCall;

    private WorkerProcess(string name, string program, IEnumerable<string> arguments)
    {
        _name = name;
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync());
    }

    /// <summary>Starts one, and completes with what it said when it was ready.</summary>
    internal static async Task<(WorkerProcess Worker, JsonElement Ready)> StartAsync(
        string name,
        string program,
        IEnumerable<string> arguments)
    {
        var worker = new WorkerProcess(name, program, arguments);
        try
        {
            return (worker, await worker._ready.Task);
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has a worker of this repository do something.</summary>
    internal async Task<JsonElement> DoAsync(string verb, JsonObject? arguments = null)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var call = _calls[id] = New();
        var command = arguments ?? [];
        command["id"] = id;
        command["do"] = verb;
        Write(command.ToJsonString());
        var answer = await call.Task;
        return answer.TryGetProperty("error", out var error)
            ? throw new WorkerException($"{_name}: {verb}: {error.GetString()}")
            : answer.GetProperty("result");
    }

    /// <summary>Has a worker do something that answers lines in their order.</summary>
    internal async Task<JsonElement> DoLineAsync(string line)
    {
        var call = _next = New();
        Write(line);
        var answer = await call.Task;
        return answer.TryGetProperty("error", out var error)
            ? throw new WorkerException($"{_name}: {line}: {error.GetString()}")
            : answer;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(StopLimit);
        }
        catch (Exception error) when (error is TimeoutException or IOException)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _reading;
        _process.Dispose();
    }

    private static TaskCompletionSource<JsonElement> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Write(string line)
    {
        lock (_lock)
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith('{'))
            {
                lock (_errors)
                {
                    _errors.AppendLine(line);
                }

                continue;
            }

            var said = JsonDocument.Parse(line).RootElement;
            if (said.TryGetProperty("event", out _))
            {
                _ready.TrySetResult(said);
            }
            else if (said.TryGetProperty("id", out var id))
            {
                _calls.TryRemove(id.GetInt64(), out var call);
                call?.TrySetResult(said);
            }
            else
            {
                _next?.TrySetResult(said);
            }
        }

        await _process.WaitForExitAsync();
        string errors;
        lock (_errors)
        {
            errors = _errors.ToString();
        }

        var ended = new WorkerException($"{_name} has ended with exit code {_process.ExitCode}. {errors.Trim()}");
        _ready.TrySetException(ended);
        _next?.TrySetException(ended);
        foreach (var call in _calls.Values)
        {
            call.TrySetException(ended);
        }
    }

    private async Task ReadErrorsAsync()
    {
        const int Most = 100_000;
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors)
            {
                _errors.AppendLine(line);
                if (_errors.Length > Most)
                {
                    _errors.Remove(0, Most / 2);
                }
            }
        }
    }
}
