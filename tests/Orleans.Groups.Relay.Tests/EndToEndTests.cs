using System.Text;

namespace Orleans.Groups.Relay.Tests;

/// <summary>The whole program, on the in-memory engine; what it wrote is checked once more by other means.</summary>
public sealed class EndToEndTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 5, 2, 2, 2, 1, 2_000)]
    [InlineData(2, 5, 2, 2, 2, 1, 2_000)]
    [InlineData(3, 5, 2, 2, 2, 1, 2_000)]
    [InlineData(4, 5, 2, 2, 2, 1, 50)]
    [InlineData(5, 5, 5, 4, 0, 0, 3_000)]
    [InlineData(6, 5, 5, 0, 0, 4, 3_000)]
    [InlineData(7, 5, 5, 2, 3, 2, 3_000)]
    [InlineData(8, 3, 1, 1, 0, 1, 500)]
    [InlineData(9, 3, 3, 1, 1, 1, 500)]
    [InlineData(10, 2, 1, 1, 0, 0, 500)]
    [InlineData(11, 2, 2, 1, 3, 0, 1_000)]
    [InlineData(12, 2, 2, 0, 3, 1, 1_000)]
    [InlineData(13, 1, 1, 0, 0, 0, 500)]
    [InlineData(14, 1, 1, 0, 4, 0, 1_000)]
    [InlineData(15, 8, 8, 5, 4, 2, 4_000)]
    [InlineData(16, 8, 3, 7, 0, 0, 4_000)]
    [InlineData(17, 8, 1, 0, 6, 7, 4_000)]
    [InlineData(18, 6, 6, 3, 6, 2, 1)]
    [InlineData(19, 6, 4, 3, 2, 2, 7)]
    [InlineData(20, 12, 7, 6, 5, 5, 5_000)]
    public async Task Run_WithAnySeed_DeliversEveryLineOnce(
        int seed,
        int nodes,
        int senders,
        int kill,
        int join,
        int leave,
        int count)
    {
        var lines = Enumerable.Range(0, count).Select(i => $"line {i} {new string('x', i * 7 % 120)}").ToArray();
        var input = _folder.Write("input.txt", string.Join('\n', lines) + "\n");
        var output = _folder["out"];

        var run = await RelayProcess.RunAsync(
            "--input", input, "--nodes", $"{nodes}", "--senders", $"{senders}", "--kill", $"{kill}", "--join",
            $"{join}", "--leave", $"{leave}", "--seed", $"{seed}", "--out", output, "--json");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Empty(run.Error);
        OutputVerifier.Verify(output, lines, nodes, senders, kill, join, leave);
        Assert.Equal(count, run.Json.GetProperty("lines").GetInt64());
        Assert.Equal(nodes + join, run.Json.GetProperty("members").GetInt32());
        Assert.Equal(kill, run.Json.GetProperty("killed").GetInt32());
        Assert.Equal(join, run.Json.GetProperty("joined").GetInt32());
        Assert.Equal(leave, run.Json.GetProperty("left").GetInt32());
        Assert.Equal(0, run.Json.GetProperty("violations").GetInt32());
        Assert.Equal(
            Directory.GetFiles(output, "*.log").Sum(file => File.ReadLines(file).Count()),
            run.Json.GetProperty("deliveries").GetInt64());
    }

    [Fact]
    public async Task Run_WithoutArrivalsAndEndings_LeavesEveryLineToItsSender()
    {
        var lines = Enumerable.Range(0, 100).Select(i => $"line {i}").ToArray();
        var input = _folder.Write("input.txt", string.Join('\n', lines));

        var run = await RelayProcess.RunAsync("--input", input, "-n", "3", "-s", "3", "--out", _folder["out"]);

        Assert.True(run.ExitCode == 0, run.All);
        for (var sender = 0; sender < 3; sender++)
        {
            Assert.Equal(
                lines.Where((_, line) => line % 3 == sender).Select((text, i) => $"n{sender + 1}\t{i + 1}\t{text}"),
                File.ReadLines(_folder["out/n2.log"])
                    .Where(l => l.StartsWith($"n{sender + 1}\t", StringComparison.Ordinal)));
        }

        Assert.Equal("n1\t0\talive\nn2\t0\talive\nn3\t0\talive\n", File.ReadAllText(_folder["out/members.tsv"]));
    }

    [Fact]
    public async Task Run_WithoutInput_SendsTheReadme()
    {
        var run = await RelayProcess.RunAsync("--out", _folder["out"], "--json");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(10_000, run.Json.GetProperty("lines").GetInt64());
        Assert.Equal(50_000, run.Json.GetProperty("deliveries").GetInt64());
        Assert.Contains("n1\t1\t# Orleans.Groups", File.ReadLines(_folder["out/n3.log"]));
    }

    [Fact]
    public async Task Run_EmptyInput_HasNothingToDo()
    {
        var input = _folder.Write("input.txt", "");

        var run = await RelayProcess.RunAsync(
            "--input", input, "--kill", "1", "--join", "1", "--leave", "1", "--out", _folder["out"], "--json");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(0, run.Json.GetProperty("deliveries").GetInt64());
        Assert.Equal(6, File.ReadLines(_folder["out/members.tsv"]).Count());
    }

    [Fact]
    public async Task Run_AnyBytes_KeepsThem()
    {
        byte[] bytes =
        [
            .. Encoding.UTF8.GetBytes("\ufeffgrüße 🦜\n\n\ttab\r\n"), 0xff, 0xfe, 0x00, 0xc3, (byte)'\n',
            .. Encoding.UTF8.GetBytes(new string('é', 100_000)), (byte)'\n', .. Encoding.UTF8.GetBytes("no end"),
        ];

        var run = await RelayProcess.RunAsync(
            ["--input", "-", "-n", "2", "-s", "1", "--out", _folder["out"]], null, bytes);

        Assert.True(run.ExitCode == 0, run.All);
        var log = File.ReadAllBytes(_folder["out/n2.log"]);
        var lines = Encoding.Latin1.GetString(log).Split('\n').SkipLast(1).Select(line => line.Split('\t', 3)[2]);
        Assert.Equal(Encoding.Latin1.GetString(bytes).Split('\n'), lines);
    }

    [Fact]
    public async Task Run_LongestLine_Fits()
    {
        const int Longest = (256 * 1024) - 8;
        var input = _folder.Write("input.txt", $"{new string('x', Longest)}\n{new string('y', Longest)}");

        var run = await RelayProcess.RunAsync("--input", input, "--out", _folder["out"]);

        Assert.True(run.ExitCode == 0, run.All);
    }

    [Fact]
    public async Task Run_InAUsedFolder_ReplacesTheEarlierRun()
    {
        var input = _folder.Write("input.txt", "one\ntwo\n");
        await RelayProcess.RunAsync("--input", input, "-n", "5", "--out", _folder["out"]);
        _folder.Write("out/mine.log", "not of the relay");

        var run = await RelayProcess.RunAsync("--input", input, "-n", "2", "--out", _folder["out"]);

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(
            ["members.tsv", "mine.log", "n1.log", "n2.log"],
            Directory.GetFiles(_folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_WithRate_KeepsIt()
    {
        var input = _folder.Write("input.txt", "1\n2\n3\n4\n5\n");

        var run = await RelayProcess.RunAsync(
            "--input", input, "--rate", "20", "-n", "2", "--out", _folder["out"], "--json");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.InRange(run.Json.GetProperty("seconds").GetDouble(), 0.2, 30);
    }
}
