namespace Orleans.Groups.Comparison;

/// <summary>What a ring does as it becomes larger, or its messages do.</summary>
internal static class RingGrowth
{
    private const int SmallMessage = 100;

    /// <summary>Against the number of members.</summary>
    internal static async Task<GrowthTable> BySizeAsync(RunSettings settings)
    {
        await using var side = await InMemorySide.StartAsync();
        var rows = new List<double[]>();
        foreach (var members in new[] { 2, 2, 4, 8, 16, 32, 64 })
        {
            var count = Math.Max(20_000, 3_000_000 / members) / (settings.Quick ? 10 : 1);
            var (perSecond, confirm) = await MeasureAsync(side, settings, members, SmallMessage, count);
            rows.Add([members, perSecond, confirm]);
        }

        rows.RemoveAt(0); // The first only warms up.
        return new GrowthTable(
            ["members", "messages_per_s", "confirm_us"],
            rows,
            new ChartOf(
                "ring-throughput-by-size", "Throughput of one sender against the size of the ring, 100 B",
                "members of the ring", "messages per second", true, (1, "in-memory")),
            new ChartOf(
                "ring-confirm-by-size", "A confirmed broadcast against the size of the ring, 100 B",
                "members of the ring", "µs, median", true, (2, "in-memory")));
    }

    /// <summary>Against the size of messages.</summary>
    internal static async Task<GrowthTable> ByPayloadAsync(RunSettings settings)
    {
        var memory = await ByPayloadAsync(settings, await InMemorySide.StartAsync());
        List<(double PerSecond, double Confirm)> silos;
        try
        {
            silos = await ByPayloadAsync(settings, await OrleansSide.StartAsync());
        }
        catch (WorkerException)
        {
            silos = [.. memory.Select(_ => (double.NaN, double.NaN))];
        }

        var rows = Payloads.Select((bytes, index) => new double[]
        {
            bytes, memory[index].PerSecond, memory[index].PerSecond * bytes / 1e6, memory[index].Confirm,
            silos[index].PerSecond, silos[index].PerSecond * bytes / 1e6, silos[index].Confirm,
        }).ToList();
        return new GrowthTable(
            [
                "bytes", "memory_messages_per_s", "memory_mb_per_s", "memory_confirm_us",
                "silos_messages_per_s", "silos_mb_per_s", "silos_confirm_us",
            ],
            rows,
            new ChartOf(
                "ring-throughput-by-payload", "Throughput of one sender against the size of messages, ring of 3",
                "bytes of a message", "messages per second", true, (1, "in-memory"), (4, "three silos")),
            new ChartOf(
                "ring-confirm-by-payload", "A confirmed broadcast against the size of the message, ring of 3",
                "bytes of a message", "µs, median", true, (3, "in-memory"), (6, "three silos")));
    }

    private static int[] Payloads => [10, 100, 1_000, 10_000, 100_000, 1_000_000];

    private static async Task<List<(double PerSecond, double Confirm)>> ByPayloadAsync(
        RunSettings settings,
        EngineSide side)
    {
        await using (side)
        {
            var results = new List<(double, double)>();
            foreach (var bytes in Payloads.Prepend(10))
            {
                var most = side is InMemorySide ? 1_000_000 : 200_000;
                var count = (int)Math.Clamp(1_000_000_000L / bytes, 300, most) / (settings.Quick ? 20 : 1);
                results.Add(await MeasureAsync(side, settings, 3, bytes, count));
            }

            return results[1..]; // The first only warms up.
        }
    }

    private static async Task<(double PerSecond, double ConfirmMicroseconds)> MeasureAsync(
        EngineSide side,
        RunSettings settings,
        int members,
        int bytes,
        int count)
    {
        var sends = new List<double>();
        var confirms = new List<double>();
        var single = Math.Clamp(count / 100, 20, 2_000);
        for (var round = 0; round < settings.Rounds; round++)
        {
            sends.Add(await side.MeasureAsync(members, s => RingScenarios.SendAsync(s, members, bytes, count)));
            confirms.Add(await side.MeasureAsync(members, s => RingScenarios.ConfirmAsync(s, members, bytes, single)));
        }

        return (Clock.Median(sends), Clock.Median(confirms) / 1_000);
    }
}
