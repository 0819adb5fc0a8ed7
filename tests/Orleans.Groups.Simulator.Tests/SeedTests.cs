namespace Orleans.Groups.Simulator.Tests;

/// <summary>Many worlds: the same ones each time, and others each time.</summary>
public sealed class SeedTests
{
    private const int Schedules = 20_000;

    private static readonly WorldKind[] Both = [WorldKind.Pg, WorldKind.Gm];

    [Fact]
    public void FixedSeeds_Always_HoldEveryProperty()
    {
        var batch = Run(1);
        var missing = Enum.GetValues<Mark>().Where(mark => batch.Marks[(int)mark] == 0).ToList();
        Assert.True(missing.Count <= MarkTests.Rare, $"never reached: {string.Join(", ", missing)}");
    }

    /// <summary>The seed is of the clock; a failure says how to see it again.</summary>
    [Fact]
    public void FreshSeeds_Always_HoldEveryProperty()
    {
        var seed = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        Run(seed);
    }

    private static BatchResult Run(ulong seed)
    {
        var batch = BatchRunner.Run(new BatchOptions(Both, Schedules, seed, null, Environment.ProcessorCount));
        var failures = batch.Failures.Values.Select(static failure =>
            $"{failure.Violations[0]}\n{WorldOptions.ReplayOf(failure.Kind, failure.Seed, null)}");
        Assert.True(batch.Failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(Schedules, batch.Schedules);
        Assert.True(batch.Events > 50L * Schedules, $"only {batch.Events} events");
        return batch;
    }
}
