using System.Globalization;
using Orleans.Groups.Checkers;

namespace Orleans.Groups.Tests;

/// <summary>Runs a fault over some seeds, each a window of one cluster, and checks the event log.</summary>
internal sealed class FaultRun
{
    /// <summary>Names a seed, to run it alone.</summary>
    private const string SeedVariable = "LINK_FAULT_SEED";

    /// <summary>How many fresh seeds to run, for long runs; 1 if it is not set.</summary>
    private const string FreshVariable = "LINK_FAULT_FRESH";

    /// <summary>What every seed needs of each kind, so that each checker has really had something to check.</summary>
    private static readonly (string Kind, long Least)[] Demands =
    [
        ("LocalVer", 15), // P-S1 P-S2 P-L1
        ("Applied", 15), // P-S1 P-S2 P-S5 P-L1
        ("Op", 60), // P-S3
        ("Read", 60), // P-S3 P-S4 P-S5 P-L2
        ("MonStart", 3), // P-M1 P-M2
        ("MonEvent", 20), // P-M1 P-M2
        ("Joined", 4), // G-S9 G-S11
        ("Changed", 4), // G-S10 G-S11 G-L3
        ("Adopt", 8), // G-S12
        ("RegWrite", 4), // G-S12
        ("Publish", 60), // G-S1 G-S2 G-S3 G-S6
        ("Deliver", 200), // G-S1 G-S2 G-S3 G-S5 G-S6
        ("Receive", 10), // G-S7
        ("Confirm", 20), // G-S7 G-S8 G-L2
        ("Sent", 20), // G-S8 G-L2
        ("Probe", 3), // G-L4
        ("Quiesced", 1), // P-L1 P-L2 G-S5 G-S6 G-L3 G-L4
    ];

    private readonly string _name;
    private readonly int[] _seeds;

    /// <param name="name">The test.</param>
    /// <param name="fixedSeeds">How many seeds are the same in every run; the fresh ones come on top.</param>
    internal FaultRun(string name, int fixedSeeds = 3)
    {
        _name = name;
        var fresh = Enumerable.Range(0, NumberOf(FreshVariable) ?? 1).Select(static _ => Random.Shared.Next());
        _seeds = NumberOf(SeedVariable) is { } seed ? [seed] : [.. Enumerable.Range(1, fixedSeeds), .. fresh];
    }

    /// <summary>Fewest events beside those of every run, of all seeds together.</summary>
    internal Dictionary<string, long> More { get; } = new(StringComparer.Ordinal);

    internal int Connections { get; init; } = 1;

    /// <summary>Runs all seeds; fails with the violations, and says how to repeat the run.</summary>
    internal async Task RunAsync(Func<LinkCluster, Workload, Random, Task> window)
    {
        var at = 0;
        IEventSink? log = null;
        try
        {
            var cluster = await LinkCluster.StartAsync(_seeds[0], Connections);
            log = cluster.Log;
            await using (cluster)
            {
                var work = new Workload(cluster);
                for (; at < _seeds.Length; at++)
                {
                    await work.BeginAsync(_seeds[at]);
                    await window(cluster, work, new Random(_seeds[at]));
                    await work.SettleAsync();
                }
            }
        }
        catch (Exception exception) when (at < _seeds.Length)
        {
            var kept = log is MemoryEventLog memory ? $" The events so far are in {Keep(memory)}." : "";
            throw new InvalidOperationException($"{Describe(_seeds[at])}{kept}", exception);
        }

        var path = Keep((MemoryEventLog)log);
        var report = Check(path, SettingsOf(_seeds.Length));
        Assert.True(report.IsClean, $"{Describe(_seeds[^1])} The events are in {path}.\n{report}");
        File.Delete(path);
    }

    /// <summary>Checks a log as any log is checked: from its file.</summary>
    internal static CheckReport Check(string path, CheckSettings settings) =>
        CheckerSuite.CheckFiles([path], settings);

    /// <summary>Writes a log to a file, one event a line.</summary>
    internal string Keep(MemoryEventLog log)
    {
        var path = Path.Combine(Path.GetTempPath(), $"link-faults-{_name}-{_seeds[^1]}.ndjson");
        File.WriteAllLines(path, log.Copy().Select(static logged => logged.ToString()));
        return path;
    }

    private static int? NumberOf(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;

    private CheckSettings SettingsOf(int windows)
    {
        var settings = new CheckSettings();
        foreach (var (kind, least) in Demands)
        {
            settings.Minimum[kind] = least * windows;
        }

        foreach (var (kind, least) in More)
        {
            settings.Minimum[kind] = least;
        }

        return settings;
    }

    private string Describe(int seed) =>
        $"{_name} failed with the seeds {string.Join(", ", _seeds)}, at or before {seed}. "
        + $"To run one alone: {SeedVariable}={seed} and -method '*{_name}*'.";
}
