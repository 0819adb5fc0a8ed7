using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>An engine of this repository that can be measured: nodes, in one or several worker processes.</summary>
internal abstract class EngineSide : IAsyncDisposable
{
    private int _lastName;

    /// <summary>Its name in tables.</summary>
    internal abstract string Name { get; }

    /// <summary>Begins a measurement with so many nodes.</summary>
    internal abstract Task BeginAsync(int nodes);

    /// <summary>Ends a measurement: members and rings of it are gone.</summary>
    internal abstract Task EndAsync();

    /// <summary>Has a node do something.</summary>
    internal abstract Task<JsonElement> DoAsync(int node, string verb, JsonObject? arguments = null);

    /// <summary>A name for a scope or a ring that nobody had before.</summary>
    internal string NewName() => $"bench-{++_lastName}";

    /// <summary>Measures something.</summary>
    internal async Task<double> MeasureAsync(int nodes, Func<EngineSide, Task<double>> scenario)
    {
        await BeginAsync(nodes);
        try
        {
            return await scenario(this);
        }
        finally
        {
            await EndAsync();
        }
    }

    public abstract ValueTask DisposeAsync();
}
