using System.Text.Json.Nodes;
using Spectre.Console;

namespace Orleans.Groups.Comparison;

/// <summary>Compares a ring of three silos with the other ways of Orleans to reach all three.</summary>
internal sealed class PeerRun(RunSettings settings) : IRun
{
    private const string NoProof = "sender does not know";
    private static readonly int[] Sizes = [100, 1_000, 16_000];

    private static readonly Way[] Ways =
    [
        new("ring", "ring of three", "order, agreement, views, proof", SendByRing, ConfirmByRing),
        new("calls", "Task.WhenAll over three grains", "proof; no order, no agreement when the sender dies half-way",
            (side, bytes, count) => PeerScenarios.SendAsync(side, "calls", bytes, count),
            (side, bytes, count) => PeerScenarios.AnswerAsync(side, "calls", bytes, count)),
        new("channel", "BroadcastChannel, awaited", "proof; no order, no agreement, a subscriber type per silo",
            (side, bytes, count) => PeerScenarios.SendAsync(side, "channel", bytes, count),
            (side, bytes, count) => PeerScenarios.AnswerAsync(side, "channel", bytes, count)),
        new("stream", "memory stream", $"order per queue while no silo dies; {NoProof}; lost with its silo",
            (side, bytes, count) => PeerScenarios.SendAsync(side, "stream", bytes, count), null),
    ];

    /// <summary>Measures all and prints a table.</summary>
    public async Task<int> RunAsync()
    {
        var throughput = new Dictionary<(string Way, int Bytes), List<double>>();
        var latency = new Dictionary<string, List<double>>();
        OrleansSide side;
        try
        {
            side = await OrleansSide.StartAsync();
        }
        catch (WorkerException error)
        {
            Console.WriteLine($"Nothing to compare: {error.Message}");
            return 0;
        }

        await using (side)
        {
            await PeerScenarios.SettleAsync(side);
            for (var round = 0; round <= settings.Rounds; round++)
            {
                foreach (var way in Ways)
                {
                    await MeasureAsync(side, way, round > 0, throughput, latency);
                }
            }
        }

        Print(throughput, latency);
        if (settings.Json is { } file)
        {
            Write(file, throughput, latency);
        }

        return 0;
    }

    private async Task MeasureAsync(
        OrleansSide side,
        Way way,
        bool counts,
        Dictionary<(string Way, int Bytes), List<double>> throughput,
        Dictionary<string, List<double>> latency)
    {
        foreach (var bytes in Sizes)
        {
            var count = Math.Min(320_000_000 / bytes, 100_000) / (settings.Quick ? 10 : 1);
            var perSecond = await side.MeasureAsync(3, _ => way.SendAsync(side, bytes, count));
            if (counts)
            {
                Add(throughput, (way.Name, bytes), perSecond);
            }
        }

        if (way.AnswerAsync is { } answer)
        {
            var time = await side.MeasureAsync(3, _ => answer(side, 100, settings.Quick ? 500 : 5_000));
            if (counts)
            {
                Add(latency, way.Name, time);
            }
        }
    }

    private void Print(
        Dictionary<(string Way, int Bytes), List<double>> throughput,
        Dictionary<string, List<double>> latency)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("three silos, one receiver on each");
        foreach (var bytes in Sizes)
        {
            table.AddColumn($"{bytes} B", column => column.RightAligned());
        }

        table.AddColumn("all have it", column => column.RightAligned()).AddColumn("what it guarantees");
        foreach (var way in Ways)
        {
            table.AddRow(
            [
                way.Work,
                .. Sizes.Select(bytes => Unit.PerSecond.Text(Clock.Median(throughput[(way.Name, bytes)]))),
                latency.TryGetValue(way.Name, out var times) ? Unit.Nanoseconds.Text(Clock.Median(times)) : "–",
                way.Guarantees,
            ]);
        }

        Terminal.Write(table);
        Console.WriteLine($"medians of {settings.Rounds} rounds; {Machine.Describe()}");
    }

    private void Write(
        string file,
        Dictionary<(string Way, int Bytes), List<double>> throughput,
        Dictionary<string, List<double>> latency) =>
        JsonFile.Write(file, new JsonObject
        {
            ["machine"] = Machine.Describe(),
            ["rounds"] = settings.Rounds,
            ["quick"] = settings.Quick,
            ["ways"] = new JsonArray([.. Ways.Select(way => (JsonNode)new JsonObject
            {
                ["name"] = way.Name,
                ["work"] = way.Work,
                ["guarantees"] = way.Guarantees,
                ["perSecond"] = new JsonObject(Sizes.Select(bytes =>
                    KeyValuePair.Create($"{bytes}", (JsonNode?)JsonFile.Numbers(throughput[(way.Name, bytes)])))),
                ["nanoseconds"] = latency.TryGetValue(way.Name, out var times) ? JsonFile.Numbers(times) : null,
            })]),
        });

    private static Task<double> SendByRing(EngineSide side, int bytes, int count) =>
        RingScenarios.SendAsync(side, 3, bytes, count);

    private static Task<double> ConfirmByRing(EngineSide side, int bytes, int count) =>
        RingScenarios.ConfirmAsync(side, 3, bytes, count);

    private static void Add<TKey>(Dictionary<TKey, List<double>> all, TKey key, double value)
        where TKey : notnull
    {
        if (!all.TryGetValue(key, out var values))
        {
            all.Add(key, values = []);
        }

        values.Add(value);
    }

    private sealed record Way(
        string Name,
        string Work,
        string Guarantees,
        Func<EngineSide, int, int, Task<double>> SendAsync,
        Func<EngineSide, int, int, Task<double>>? AnswerAsync);
}
