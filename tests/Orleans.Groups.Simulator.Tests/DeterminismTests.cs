using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Orleans.Groups.Simulator.Tests;

/// <summary>A world is a function of its seed: in this process and another, however the code was compiled.</summary>
public sealed class DeterminismTests
{
    private const int Schedules = 60;

    [Theory]
    [InlineData(nameof(WorldKind.Pg))]
    [InlineData(nameof(WorldKind.Gm))]
    public void SameSeed_Again_IsTheSameToTheByte(string name)
    {
        var kind = Enum.Parse<WorldKind>(name);
        for (var seed = 1UL; seed <= 12; seed++)
        {
            Assert.Equal(TraceOf(kind, seed), TraceOf(kind, seed));
        }
    }

    [Fact]
    public void OtherSeeds_Always_AreOtherWorlds()
    {
        var hashes = Enumerable.Range(1, 100).Select(static seed =>
            WorldRun.Run(PlanDrawer.Draw(WorldKind.Gm, (ulong)seed)).Hash);
        Assert.Equal(100, hashes.Distinct().Count());
    }

    [Fact]
    public void Threads_HoweverMany_DoNotMatter()
    {
        var one = BatchRunner.Run(new BatchOptions([WorldKind.Pg, WorldKind.Gm], Schedules, 1, null, Threads: 1));
        var four = BatchRunner.Run(new BatchOptions([WorldKind.Pg, WorldKind.Gm], Schedules, 1, null, Threads: 4));
        Assert.Equal(one.Hash, four.Hash);
        Assert.Equal((one.Events, one.Packets, one.Steps), (four.Events, four.Packets, four.Steps));
        Assert.Equal(one.Marks, four.Marks);
        Assert.True(one.Repeated > 0);
    }

    /// <summary>
    /// Another process has other hash codes of strings, and with these settings code without any optimisation, which is
    /// what Debug is.
    /// </summary>
    [Fact]
    public async Task AnotherProcess_WithCodeThatIsNotOptimised_GoesTheSameWay()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_JITMinOpts"] = "1", ["DOTNET_TieredCompilation"] = "0" },
        };
        var program = Path.Combine(AppContext.BaseDirectory, "Orleans.Groups.Simulator.dll");
        foreach (var argument in new[] { program, "run", "--schedules", $"{Schedules}", "--threads", "1", "--json" })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(SimulatorCommand.Clean, process.ExitCode);
        var here = BatchRunner.Run(new BatchOptions([WorldKind.Pg, WorldKind.Gm], Schedules, 1, null, Threads: 1));
        Assert.Equal(here.Hash.ToString("x16"), (string?)JsonNode.Parse(text.TrimEnd().Split('\n')[^1])!["hash"]);
    }

    private static string TraceOf(WorldKind kind, ulong seed)
    {
        var text = new StringWriter();
        WorldRun.Run(PlanDrawer.Draw(kind, seed), new Trace(text));
        return text.ToString();
    }
}
