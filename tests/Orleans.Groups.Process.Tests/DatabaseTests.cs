using System.Diagnostics;

namespace Orleans.Groups.ProcessTests;

/// <summary>The database goes away under a running ring.</summary>
public sealed class DatabaseTests
{
    [Fact(Timeout = ClusterRun.Limit)]
    public async Task Database_StoppedAndStarted_RingsGoOnAndJoinsWaitForIt()
    {
        Assert.SkipWhen(PostgresServer.WhyMissing is not null, PostgresServer.WhyMissing ?? "");
        await using var server = await PostgresServer.StartAsync();
        await using var run = await ClusterRun.StartAsync(
            await server.CreateDatabaseAsync(), silos: 3, firstPort: 13_400);
        await run.ResetStallsAsync();
        run.BeginFault("store");
        await server.StopAsync();

        // Nothing that a running ring or a process group does needs the database.
        await run.WaitForConfirmsAsync(200);
        var stalls = await Task.WhenAll(run.Silos.Select(silo => silo.DoAsync("longest-stall")));
        ClusterRun.Print(
            $"PostgreSQL gone: longest time without a confirm {stalls.Max(stall => stall.GetDouble()):0} ms");

        var watch = Stopwatch.StartNew();
        await server.RestartAsync();
        run.EndFault("store");
        await run.AddAsync(1);
        ClusterRun.Print($"PostgreSQL back: a new silo was in the ring after {ClusterRun.Text(watch.Elapsed)}");
        await run.WaitForConfirmsAsync(50);
        await run.CheckAsync();
    }
}
