using System.Text.Json;

namespace Orleans.Groups.ProcessTests;

/// <summary>The programs Silo and Client as a person would use them, each in a process of its own.</summary>
public sealed class ProgramTests(PostgresFixture postgres)
{
    [Fact(Timeout = ClusterRun.Limit)]
    public async Task Client_LooksAtTheCluster()
    {
        string[] cluster = await CreateClusterAsync();
        await using var silos = await SiloPrograms.StartAsync(2, cluster);
        await using var join = Client("join", "tea", "--name", "zoe", "--json");
        Assert.Contains("joined", await join.ReadLineAsync(), StringComparison.Ordinal);
        await using var tail = Client("tail", "g");
        await tail.WaitForErrorAsync("listening to g");

        var answers = await Task.WhenAll(
            RunAsync("scopes"),
            RunAsync("groups"),
            RunAsync("members", "tea"),
            RunAsync("ring", "g"));
        Assert.Contains("""{"scope":"default"}""", answers[0]);
        Assert.Equal(["""{"group":"tea","members":1,"nodes":1}"""], answers[1]);
        var member = JsonDocument.Parse(Assert.Single(answers[2])).RootElement;
        Assert.Equal("zoe", member.GetProperty("name").GetString());
        var ring = JsonDocument.Parse(Assert.Single(answers[3])).RootElement;
        var members = ring.GetProperty("members").EnumerateArray().ToList();
        Assert.Equal(2, members.Count);
        Assert.All(members, place => Assert.True(place.GetProperty("isAlive").GetBoolean()));
        Assert.Equal(5, (await RunAsync("bench", "--seconds", "0.3")).Count);
        join.Terminate();
        Assert.Equal(0, await join.WaitForExitAsync());
        Assert.Empty(await RunAsync("groups"));

        ChildProcess Client(params string[] arguments) => ChildProcess.StartClient(arguments, cluster);

        async Task<List<string>> RunAsync(params string[] arguments)
        {
            await using var client = Client([.. arguments, "--json"]);
            var lines = await client.ReadToEndAsync();
            Assert.True(await client.WaitForExitAsync() == 0, client.Errors);
            return lines;
        }
    }

    [Fact(Timeout = ClusterRun.Limit)]
    public async Task Silos_StartedAtOneMoment_FindPortsAndEachOther()
    {
        // On localhost clustering, with a first port of this test's own.
        const int first = 13_700;
        await using var silos = await SiloPrograms.StartAsync(3, ["--primary-port", $"{first}"]);

        var ports = silos.Ready.Select(ready => ready.GetProperty("siloPort").GetInt32()).ToList();
        Assert.Equal(3, ports.Distinct().Count());
        Assert.Equal(3, silos.Ready.Select(ready => ready.GetProperty("gatewayPort").GetInt32()).Distinct().Count());
        Assert.Contains(first, ports);

        // The first silo keeps the list, so it stops last.
        foreach (var index in Enumerable.Range(0, 3).OrderBy(index => ports[index] == first))
        {
            silos[index].Terminate();
            Assert.True(await silos[index].WaitForExitAsync() == 0, silos[index].Errors);
            Assert.Contains("stopped", Assert.Single(await silos[index].ReadToEndAsync()), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = ClusterRun.Limit)]
    public async Task Silo_WithoutTables_SaysWhatToDo()
    {
        var connection = await postgres.Require().CreateDatabaseAsync();
        await using var silo = new ChildProcess("Silo", ["--clustering", "adonet", "--connection", connection]);

        Assert.Equal(3, await silo.WaitForExitAsync());
        Assert.Contains("--init", silo.Errors, StringComparison.Ordinal);
    }

    [Fact(Timeout = ClusterRun.Limit)]
    public async Task Silo_ThatIsTheLastOfACrash_ComesBack()
    {
        string[] cluster = await CreateClusterAsync();
        await using (var silos = await SiloPrograms.StartAsync(2, cluster))
        {
            await silos[0].KillAsync();
            await silos[1].KillAsync();
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        await using var back = await SiloPrograms.StartAsync(1, cluster);
        ClusterRun.Print($"all silos killed: the next one was in the cluster after {ClusterRun.Text(watch.Elapsed)}");
    }

    [Fact(Timeout = ClusterRun.Limit)]
    public async Task Client_NobodyAnswers_EndsInTime()
    {
        await using var client = new ChildProcess(
            "Client",
            ["groups", "--gateway", "127.0.0.1:1", "--connect-timeout", "0.5"]);

        Assert.Equal(3, await client.WaitForExitAsync());
        Assert.StartsWith("client: no silo listens at 127.0.0.1:1", client.Errors, StringComparison.Ordinal);
    }

    private async Task<string[]> CreateClusterAsync() =>
        ["--clustering", "adonet", "--connection", await postgres.Require().CreateDatabaseAsync()];
}
