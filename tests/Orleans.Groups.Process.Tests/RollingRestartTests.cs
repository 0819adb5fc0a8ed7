namespace Orleans.Groups.ProcessTests;

/// <summary>Silos that stop in order and are replaced, as in an upgrade.</summary>
public sealed class RollingRestartTests(PostgresFixture postgres)
{
    [Fact(Timeout = ClusterRun.Limit)]
    public async Task AllSilos_ReplacedOneByOne_NothingIsLost()
    {
        var server = postgres.Require();
        await using var run = await ClusterRun.StartAsync(
            await server.CreateDatabaseAsync(), silos: 3, firstPort: 13_500);
        foreach (var old in run.Silos.ToList())
        {
            await run.WaitForConfirmsAsync(50);
            await run.ResetStallsAsync();
            await run.StopAsync(old);
            await run.WaitForBurialAsync(old, $"graceful stop of {old.Member}");
            await run.AddAsync(1, insteadOf: old);
        }

        await run.WaitForConfirmsAsync(50);
        await run.CheckAsync();
    }

    [Fact(Timeout = ClusterRun.Limit)]
    public async Task TwoSilos_AddedAtOneMoment_AreBothInTheRing()
    {
        var server = postgres.Require();
        await using var run = await ClusterRun.StartAsync(
            await server.CreateDatabaseAsync(), silos: 2, firstPort: 13_600);
        await run.WaitForConfirmsAsync(50);
        await run.AddAsync(2);

        Assert.Equal(4, run.Silos.Count);
        await run.WaitForConfirmsAsync(50);
        await run.CheckAsync();
    }
}
