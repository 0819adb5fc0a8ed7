using System.Text.Json.Nodes;
using Spectre.Console;

namespace Orleans.Groups.Comparison;

/// <summary>What this machine allows: the ways of a ring between three processes, with sockets and calls.</summary>
internal sealed class LimitRun(RunSettings settings) : IRun
{
    private static readonly Limit[] Limits =
    [
        new("lap-socket", "a lap of 100 B, bare sockets", Unit.Nanoseconds, 10_000,
            (side, count) => SocketScenarios.LapAsync(side, 100, count)),
        new("lap-one-way", "a lap of 100 B, one-way calls of grains", Unit.Nanoseconds, 10_000,
            (side, count) => PeerScenarios.AnswerAsync(side, "lap-one-way", 100, count)),
        new("lap-calls", "a lap of 100 B, calls of grains that answer at once", Unit.Nanoseconds, 10_000,
            (side, count) => PeerScenarios.AnswerAsync(side, "lap", 100, count)),
        new("lap-ring", "a lap of 100 B, confirmed broadcast of a ring", Unit.Nanoseconds, 10_000,
            (side, count) => RingScenarios.ConfirmAsync(side, 3, 100, count)),
        new("relay-socket", "16 000 B through two links, bare sockets", Unit.PerSecond, 60_000,
            (side, count) => SocketScenarios.RelayAsync(side, 16_000, count)),
        new("relay-calls", "16 000 B through two links, calls of grains", Unit.PerSecond, 20_000,
            (side, count) => PeerScenarios.RelayAsync(side, 16_000, count, 64)),
        new("relay-four", "64 000 B (four such messages) through two links, calls of grains", Unit.PerSecond, 5_000,
            (side, count) => PeerScenarios.RelayAsync(side, 64_000, count, 16)),
        new("relay-ring", "16 000 B through two links, a ring", Unit.PerSecond, 60_000,
            (side, count) => RingScenarios.SendAsync(side, 3, 16_000, count)),
    ];

    /// <summary>Measures all and prints a table.</summary>
    public async Task<int> RunAsync()
    {
        OrleansSide side;
        try
        {
            side = await OrleansSide.StartAsync();
        }
        catch (WorkerException error)
        {
            Console.WriteLine($"Nothing to measure: {error.Message}");
            return 0;
        }

        var limits = Limits.Where(limit => settings.Wants(limit.Name)).ToList();
        var figures = limits.ToDictionary(limit => limit, _ => new List<double>());
        await using (side)
        {
            await PeerScenarios.SettleAsync(side);
            for (var round = 0; round <= settings.Rounds; round++)
            {
                foreach (var limit in limits)
                {
                    var count = settings.Quick ? limit.Count / 10 : limit.Count;
                    var figure = await side.MeasureAsync(3, _ => limit.MeasureAsync(side, count));
                    if (round > 0)
                    {
                        figures[limit].Add(figure);
                    }
                }
            }
        }

        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("three processes")
            .AddColumn("median", column => column.RightAligned());
        foreach (var limit in limits)
        {
            table.AddRow(limit.Work, limit.Unit.Text(Clock.Median(figures[limit])));
        }

        Terminal.Write(table);
        Console.WriteLine($"medians of {settings.Rounds} rounds; {Machine.Describe()}");
        if (settings.Json is { } file)
        {
            Write(file, figures);
        }

        return 0;
    }

    private void Write(string file, Dictionary<Limit, List<double>> figures) =>
        JsonFile.Write(file, new JsonObject
        {
            ["machine"] = Machine.Describe(),
            ["rounds"] = settings.Rounds,
            ["quick"] = settings.Quick,
            ["limits"] = new JsonObject(figures.Select(limit =>
                KeyValuePair.Create(limit.Key.Name, (JsonNode?)JsonFile.Numbers(limit.Value)))),
        });

    private sealed record Limit(
        string Name,
        string Work,
        Unit Unit,
        int Count,
        Func<EngineSide, int, Task<double>> MeasureAsync);
}
