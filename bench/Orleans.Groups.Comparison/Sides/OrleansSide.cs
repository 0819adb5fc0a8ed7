using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>The engine on Orleans: three silos in processes of their own.</summary>
internal sealed class OrleansSide : EngineSide
{
    private const int Silos = 3;
    private const string Program = "Orleans.Groups.Comparison.Silo";
    private readonly List<WorkerProcess> _silos = [];

    internal override string Name => "Orleans";

    /// <summary>Starts the silos, and completes when all know each other.</summary>
    internal static async Task<OrleansSide> StartAsync()
    {
        var side = new OrleansSide();
        try
        {
            var ports = Programs.FreePorts(2 * Silos);
            for (var silo = 0; silo < Silos; silo++)
            {
                var (program, arguments) = Programs.Sibling(
                    Program,
                    [$"{ports[silo]}", $"{ports[Silos + silo]}", $"{ports[0]}"])
                    ?? throw new WorkerException($"{Program} was not built, as where the Orleans packages are missing");
                side._silos.Add((await WorkerProcess.StartAsync($"silo {silo}", program, arguments)).Worker);
            }

            await Task.WhenAll(side._silos.Select(silo =>
                silo.DoAsync("await-silos", new JsonObject { ["count"] = Silos })));
            return side;
        }
        catch
        {
            await side.DisposeAsync();
            throw;
        }
    }

    internal override Task BeginAsync(int nodes) => nodes <= Silos ? Task.CompletedTask
        : throw new WorkerException($"there are {Silos} silos, not {nodes}");

    internal override Task EndAsync() => Task.WhenAll(_silos.Select(silo => silo.DoAsync("clear")));

    internal override Task<JsonElement> DoAsync(int node, string verb, JsonObject? arguments = null) =>
        _silos[node].DoAsync(verb, arguments);

    public override async ValueTask DisposeAsync()
    {
        // The first silo keeps the list of all, so it goes last.
        foreach (var silo in Enumerable.Reverse(_silos))
        {
            await silo.DisposeAsync();
        }
    }
}
