namespace Orleans.Groups.ProcessTests;

/// <summary>Silos that are killed under load, and come back.</summary>
public sealed class CrashTests(PostgresFixture postgres)
{
    /// <summary>Each of three silos is killed in turn; its successor takes its address.</summary>
    [Fact(Timeout = ClusterRun.Limit)]
    public async Task Kill_AnySiloUnderLoad_OthersGoOnAndItsAddressCanBeUsedAgain()
    {
        var server = postgres.Require();
        await using var run = await ClusterRun.StartAsync(
            await server.CreateDatabaseAsync(), silos: 3, firstPort: 13_100);
        foreach (var victim in run.Silos.ToList())
        {
            await run.WaitForConfirmsAsync(50);
            await run.ResetStallsAsync();
            await run.KillAsync(victim);
            await run.WaitForBurialAsync(victim, $"kill -9 of {victim.Member}");

            var successor = (await run.AddAsync(1, insteadOf: victim))[0];
            Assert.Equal(victim.SiloPort, successor.SiloPort);
            Assert.NotEqual(victim.Node, successor.Node);
        }

        await run.WaitForConfirmsAsync(50);
        await run.CheckAsync();
    }

    /// <summary>A silo comes back at its address before the others have noticed that it was gone.</summary>
    [Fact(Timeout = ClusterRun.Limit)]
    public async Task Kill_RestartedAtOnceAtTheSameAddress_IsAnotherNode()
    {
        var server = postgres.Require();
        await using var run = await ClusterRun.StartAsync(
            await server.CreateDatabaseAsync(), silos: 3, firstPort: 13_200);
        var victim = run.Silos[1];
        await run.WaitForConfirmsAsync(50);
        await run.ResetStallsAsync();
        await run.KillAsync(victim);
        var successor = (await run.AddAsync(1, insteadOf: victim))[0];
        await run.WaitForBurialAsync(victim, "kill -9 and restart at once");

        Assert.Equal(victim.SiloPort, successor.SiloPort);
        await run.WaitForConfirmsAsync(50);
        await run.CheckAsync();
    }
}
