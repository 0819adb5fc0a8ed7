using System.Text.Json;

namespace Orleans.Groups.ProcessTests;

/// <summary>Silo programs of one cluster.</summary>
internal sealed class SiloPrograms : IAsyncDisposable
{
    private readonly List<ChildProcess> _silos = [];

    internal List<JsonElement> Ready { get; } = [];

    internal ChildProcess this[int index] => _silos[index];

    internal static async Task<SiloPrograms> StartAsync(int count, string[] arguments)
    {
        var programs = new SiloPrograms();
        string[] init = arguments.Contains("adonet") ? ["--init"] : [];
        for (var index = 0; index < count; index++)
        {
            programs._silos.Add(new ChildProcess("Silo", ["--json", .. init, .. arguments]));
        }

        foreach (var silo in programs._silos)
        {
            programs.Ready.Add(await WaitForReadyAsync(silo));
        }

        return programs;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }
    }

    private static async Task<JsonElement> WaitForReadyAsync(ChildProcess silo)
    {
        while (await silo.ReadLineAsync() is { } line)
        {
            var said = JsonDocument.Parse(line).RootElement;
            if (said.GetProperty("event").GetString() == "ready")
            {
                return said;
            }
        }

        throw new InvalidOperationException($"A silo did not start: {silo.Errors}");
    }
}
