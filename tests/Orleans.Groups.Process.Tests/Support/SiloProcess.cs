using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Groups.ProcessTests;

/// <summary>A silo in a process of its own that does what the test says and writes a log.</summary>
internal sealed class SiloProcess : ChildProcess
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _calls = [];
    private readonly TaskCompletionSource<JsonElement> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private long _lastCall;

    private SiloProcess(
        string name,
        string log,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment)
        : base("tests/Orleans.Groups.ProcessHost", ["--log", log, .. arguments], environment)
    {
        Member = name;
        _ = ListenAsync();
    }

    /// <summary>Name of its member in the ring.</summary>
    internal string Member { get; }

    /// <summary>Its node, as logs write it.</summary>
    internal string Node { get; private set; } = "";

    /// <summary>Its port for silos.</summary>
    internal int SiloPort { get; private set; }

    /// <summary>Its port for clients.</summary>
    internal int GatewayPort { get; private set; }

    /// <summary>Starts one, and completes when it is in the cluster.</summary>
    internal static async Task<SiloProcess> StartAsync(
        string name,
        string log,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var silo = new SiloProcess(name, log, arguments, environment);
        try
        {
            var ready = await silo._ready.Task.WaitAsync(TestContext.Current.CancellationToken);
            silo.Node = ready.GetProperty("node").GetString()!;
            silo.SiloPort = ready.GetProperty("siloPort").GetInt32();
            silo.GatewayPort = ready.GetProperty("gatewayPort").GetInt32();
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has it do something, and completes when that is done.</summary>
    internal async Task<JsonElement> DoAsync(string verb, params (string Name, JsonNode? Value)[] arguments)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var call = _calls.GetOrAdd(id, _ => new TaskCompletionSource<JsonElement>(
            TaskCreationOptions.RunContinuationsAsynchronously));
        var command = new JsonObject { ["id"] = id, ["do"] = verb };
        foreach (var (name, value) in arguments)
        {
            command[name] = value;
        }

        lock (_lock)
        {
            Input.WriteLine(command.ToJsonString());
            Input.Flush();
        }

        var answer = await call.Task.WaitAsync(TestContext.Current.CancellationToken);
        return answer.GetProperty("ok").GetBoolean() ? answer.GetProperty("result")
            : throw new InvalidOperationException($"{Member}: {verb}: {answer.GetProperty("error").GetString()}");
    }

    private async Task ListenAsync()
    {
        while (await ReadLineAsync() is { } line)
        {
            var answer = JsonDocument.Parse(line).RootElement;
            if (answer.TryGetProperty("id", out var id))
            {
                _calls[id.GetInt64()].TrySetResult(answer);
            }
            else if (answer.GetProperty("event").GetString() == "ready")
            {
                _ready.TrySetResult(answer);
            }
        }

        var error = new InvalidOperationException($"{Member} has ended: {LastErrors}");
        _ready.TrySetException(error);
        foreach (var call in _calls.Values)
        {
            call.TrySetException(error);
        }
    }
}
