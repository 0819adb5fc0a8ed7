using System.Text.Json;

namespace Orleans.Groups.ProcessTests;

/// <summary>The relay over silos that are processes: its own checks, and real kills.</summary>
public sealed class RelayTests
{
    [Fact(Timeout = ClusterRun.Limit)]
    public async Task Relay_SilosAreKilledJoinAndLeave_NothingIsLostDoubledOrReordered()
    {
        var folder = Directory.CreateTempSubdirectory("groups-relay-").FullName;
        await using var relay = new ChildProcess(
            "samples/Relay.Orleans",
            [
                "--nodes", "3", "--senders", "2", "--kill", "1", "--join", "1", "--leave", "1", "--seed", "11",
                "--out", folder, "--json",
            ]);
        var output = await relay.ReadToEndAsync();

        Assert.True(await relay.WaitForExitAsync() == 0, $"{string.Join('\n', output)}\n{relay.Errors}");
        var summary = JsonDocument.Parse(output[^1]).RootElement;
        Assert.Equal(10_000, summary.GetProperty("lines").GetInt64());
        Assert.Equal(1, summary.GetProperty("killed").GetInt32());
        Assert.Equal(1, summary.GetProperty("joined").GetInt32());
        Assert.Equal(0, summary.GetProperty("violations").GetInt32());
        Directory.Delete(folder, recursive: true);
    }
}
