namespace Orleans.Groups.Checkers.Tests;

/// <summary>A recorded life of the in-memory engine breaks nothing, and has events of every kind.</summary>
public sealed class RecordingTests
{
    /// <summary>What only the protocol's inside knows is not in what the wrappers record.</summary>
    private static readonly string[] Inside =
    [
        nameof(LogEvent.LocalVer), nameof(LogEvent.Applied), nameof(LogEvent.Dropped), nameof(LogEvent.RegWrite),
        nameof(LogEvent.RegLost), nameof(LogEvent.Publish), nameof(LogEvent.Receive), nameof(LogEvent.Inherit),
        nameof(LogEvent.AckOrig), nameof(LogEvent.Erase), nameof(LogEvent.Progress), nameof(LogEvent.Between),
        nameof(LogEvent.Altered), nameof(LogEvent.ScopeStart), nameof(LogEvent.ScopeStop),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Recording_LifeOfACluster_BreaksNothing(int seed)
    {
        var log = new MemoryEventLog();
        var recorder = new EventRecorder(log);
        await using (var workload = new Workload(seed, _ => recorder))
        {
            await workload.RunAsync(windows: 4, steps: 400);
        }

        var settings = new CheckSettings();
        foreach (var kind in LogJson.Kinds.Except(Inside))
        {
            settings.Minimum[kind] = 1;
        }

        var report = CheckerSuite.Check(log.Copy(), settings);
        Assert.True(report.IsClean, report.ToString());
    }

    /// <summary>As processes would: every life of a node has a file of its own, with numbers of its own.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Recording_LogOfEveryNode_BreaksNothingWhenMerged(int seed)
    {
        var folder = Directory.CreateTempSubdirectory("groups-nodes-").FullName;
        var writers = new List<EventLogWriter>();
        try
        {
            await using (var workload = new Workload(seed, window => new EventRecorder(NewWriter(), window)))
            {
                await workload.RunAsync(windows: 2, steps: 300);
            }

            await Task.WhenAll(writers.Select(static writer => writer.DisposeAsync().AsTask()));
            var settings = new CheckSettings { Minimum = { ["Deliver"] = 100, ["Confirm"] = 20, ["Read"] = 50 } };
            var report = CheckerSuite.CheckFiles(Directory.GetFiles(folder), settings);
            Assert.True(report.IsClean, report.ToString());
            Assert.True(writers.Count > 4);
            Assert.Empty(report.Notes);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        EventLogWriter NewWriter()
        {
            writers.Add(new EventLogWriter(Path.Combine(folder, $"{writers.Count}.ndjson")));
            return writers[^1];
        }
    }
}
