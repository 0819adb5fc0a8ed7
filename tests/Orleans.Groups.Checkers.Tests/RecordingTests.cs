namespace Orleans.Groups.Checkers.Tests;

/// <summary>A recorded life of the in-memory engine breaks nothing, and there is something of every kind in it.</summary>
public sealed class RecordingTests
{
    /// <summary>What only the protocol's inside knows is not in what the wrappers record.</summary>
    private static readonly string[] Inside =
    [
        nameof(LogEvent.LocalVer), nameof(LogEvent.Applied), nameof(LogEvent.Dropped), nameof(LogEvent.RegWrite),
        nameof(LogEvent.RegLost), nameof(LogEvent.Publish), nameof(LogEvent.Receive), nameof(LogEvent.Inherit),
        nameof(LogEvent.AckOrig), nameof(LogEvent.Erase), nameof(LogEvent.Progress), nameof(LogEvent.Altered),
        nameof(LogEvent.ScopeStart), nameof(LogEvent.ScopeStop),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Recording_LifeOfACluster_BreaksNothing(int seed)
    {
        var log = new MemoryEventLog();
        await using (var workload = new Workload(seed, log))
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
}
