using System.Text.Json;
using System.Text.Json.Nodes;
using Orleans.Groups.Comparison;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>The worker of the comparison without its process.</summary>
internal sealed class LocalSide : EngineSide
{
    private readonly InMemoryWorker _worker = new();

    internal override string Name => "local";

    internal override Task BeginAsync(int nodes) => PerformAsync("start", new JsonObject { ["nodes"] = nodes });

    internal override Task EndAsync() => PerformAsync("stop", []);

    internal override Task<JsonElement> DoAsync(int node, string verb, JsonObject? arguments = null)
    {
        arguments ??= [];
        arguments["node"] = node;
        return PerformAsync(verb, arguments);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Everything goes through JSON, as between processes.</summary>
    private async Task<JsonElement> PerformAsync(string verb, JsonObject arguments)
    {
        var result = await _worker.PerformAsync(verb, JsonDocument.Parse(arguments.ToJsonString()).RootElement);
        return JsonDocument.Parse(result?.ToJsonString() ?? "null").RootElement;
    }
}
