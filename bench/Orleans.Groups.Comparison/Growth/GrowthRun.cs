namespace Orleans.Groups.Comparison;

/// <summary>Measures how costs grow, and writes a CSV file and charts for each.</summary>
internal sealed class GrowthRun(RunSettings settings) : IRun
{
    private static readonly (string Name, Func<RunSettings, Task<GrowthTable>> Measure)[] Items =
    [
        ("join-by-group-size", JoinGrowth.BySizeAsync),
        ("join-by-groups", JoinGrowth.ByGroupsAsync),
        ("ring-by-size", RingGrowth.BySizeAsync),
        ("ring-by-payload", RingGrowth.ByPayloadAsync),
        ("memory", MemoryGrowth.ByMembershipsAsync),
        ("sync", SyncGrowth.ByMembershipsAsync),
        ("join-by-nodes", NodeGrowth.ByNodesAsync),
    ];

    /// <inheritdoc/>
    public async Task<int> RunAsync()
    {
        Directory.CreateDirectory(settings.Results);
        foreach (var (name, measure) in Items.Where(item => settings.Wants(item.Name)))
        {
            Terminal.Progress(name);
            var table = await measure(settings);
            var csv = Path.Combine(settings.Results, $"{name}.csv");
            await File.WriteAllTextAsync(csv, table.ToCsv());
            Console.WriteLine(csv);
            Console.Write(table.ToCsv());
            foreach (var chart in table.Charts)
            {
                var svg = Path.Combine(settings.Results, $"{chart.Name}.svg");
                await File.WriteAllTextAsync(svg, table.Draw(chart, Machine.Describe()).ToString());
                Console.WriteLine(svg);
            }
        }

        var quick = settings.Quick ? "; quick: only to see that it works" : "";
        await File.WriteAllTextAsync(
            Path.Combine(settings.Results, "machine.txt"),
            $"{Machine.Describe()}\n{DateTime.UtcNow:yyyy-MM-dd}{quick}\n");
        return 0;
    }
}
