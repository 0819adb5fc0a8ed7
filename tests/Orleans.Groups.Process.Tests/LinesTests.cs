namespace Orleans.Groups.ProcessTests;

/// <summary>Lines from one program to others through real silos, one of which dies.</summary>
public sealed class LinesTests(PostgresFixture postgres)
{
    private const int Lines = 6_000;

    /// <summary>
    /// <c>cat FILE | client broadcast g</c>, two <c>client tail g</c>, and a silo that is killed meanwhile.
    /// </summary>
    [Theory(Timeout = ClusterRun.Limit)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task BroadcastAndTwoTails_OneSiloIsKilled_EveryLineOnceAndInOrder(int victim)
    {
        string[] cluster = await CreateClusterAsync();
        await using var silos = await SiloPrograms.StartAsync(3, cluster);
        await SendAsync(silos[victim], cluster);
    }

    /// <summary>The same without a database: any silo but the first, which keeps the list, may be killed.</summary>
    [Fact(Timeout = ClusterRun.Limit)]
    public async Task BroadcastAndTwoTails_OnLocalhostClustering_ASiloButTheFirstIsKilled_EveryLineOnceAndInOrder()
    {
        const int first = 13_800;
        await using var silos = await SiloPrograms.StartAsync(3, ["--primary-port", $"{first}"]);
        var ports = silos.Ready.Select(ready => ready.GetProperty("siloPort").GetInt32()).ToList();
        var gateways = silos.Ready.Select(ready => $"127.0.0.1:{ready.GetProperty("gatewayPort").GetInt32()}");
        await SendAsync(
            silos[ports.FindIndex(port => port != first)],
            [.. gateways.SelectMany(gateway => new[] { "--gateway", gateway })]);
    }

    private static async Task SendAsync(ChildProcess victim, string[] cluster)
    {
        await using var first = Client("tail", "g", "--lines", $"{Lines}");
        await using var second = Client("tail", "g", "--lines", $"{Lines}");
        await first.WaitForErrorAsync("listening to g");
        await second.WaitForErrorAsync("listening to g");
        await using var broadcast = Client("broadcast", "g");
        var reading = Task.WhenAll(first.ReadToEndAsync(), second.ReadToEndAsync());
        for (var number = 1; number <= Lines; number++)
        {
            await broadcast.Input.WriteLineAsync($"line {number}");
            if (number == Lines / 2)
            {
                await broadcast.Input.FlushAsync();
                await victim.KillAsync();
            }
        }

        broadcast.Input.Close();
        Assert.True(await broadcast.WaitForExitAsync() == 0, broadcast.Errors);
        var expected = Enumerable.Range(1, Lines).Select(number => $"line {number}").ToList();
        foreach (var lines in await reading)
        {
            Assert.Equal(expected, lines);
        }

        Assert.True(await first.WaitForExitAsync() == 0, first.Errors);
        Assert.True(await second.WaitForExitAsync() == 0, second.Errors);

        ChildProcess Client(params string[] arguments) => ChildProcess.StartClient(arguments, cluster);
    }

    private async Task<string[]> CreateClusterAsync() =>
        ["--clustering", "adonet", "--connection", await postgres.Require().CreateDatabaseAsync()];
}
