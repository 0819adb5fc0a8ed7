using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>The in-memory engine, in one worker process.</summary>
internal sealed class InMemorySide : EngineSide
{
    private readonly WorkerProcess _worker;

    private InMemorySide(WorkerProcess worker) => _worker = worker;

    internal override string Name => "in-memory";

    /// <summary>Starts the worker: this program again.</summary>
    internal static async Task<InMemorySide> StartAsync()
    {
        var (program, arguments) = Programs.This("worker");
        return new InMemorySide((await WorkerProcess.StartAsync("in-memory worker", program, arguments)).Worker);
    }

    internal override async Task BeginAsync(int nodes) =>
        await _worker.DoAsync("start", new JsonObject { ["nodes"] = nodes });

    internal override async Task EndAsync() => await _worker.DoAsync("stop");

    internal override Task<JsonElement> DoAsync(int node, string verb, JsonObject? arguments = null)
    {
        arguments ??= [];
        arguments["node"] = node;
        return _worker.DoAsync(verb, arguments);
    }

    public override ValueTask DisposeAsync() => _worker.DisposeAsync();
}
