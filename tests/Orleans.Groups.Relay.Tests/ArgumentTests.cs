namespace Orleans.Groups.Relay.Tests;

/// <summary>What the person at the keyboard can get wrong: one clear line, exit code 2, nothing begun.</summary>
public sealed class ArgumentTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--nodes is 0", "--nodes", "0")]
    [InlineData("--nodes is -1", "--nodes", "-1")]
    [InlineData("--nodes is 251", "--nodes", "251")]
    [InlineData("--nodes must be a whole number, but is 'five'", "--nodes", "five")]
    [InlineData("--nodes must be a whole number, but is '2.5'", "--nodes", "2.5")]
    [InlineData("--nodes must be a whole number, but is '99999999999'", "--nodes", "99999999999")]
    [InlineData("--senders is 0", "--senders", "0")]
    [InlineData("--senders is 6, but there are only 5 nodes", "--senders", "6")]
    [InlineData("--kill is -1", "--kill", "-1")]
    [InlineData("--join is -1", "--join", "-1")]
    [InlineData("--leave is -1", "--leave", "-1")]
    [InlineData("--kill and --leave together are 5", "--kill", "5")]
    [InlineData("--kill and --leave together are 5", "--kill", "2", "--leave", "3", "--join", "9")]
    [InlineData("--nodes and --join together", "--nodes", "200", "--join", "51")]
    [InlineData("--rate is -1", "--rate", "-1")]
    [InlineData("--rate is NaN", "--rate", "NaN")]
    [InlineData("--rate must be a number, but is 'fast'", "--rate", "fast")]
    [InlineData("--stall-timeout is 0", "--stall-timeout", "0")]
    [InlineData("--payload-limit is 10", "--payload-limit", "10")]
    [InlineData("--seed must be a whole number, but is 'x'", "--seed", "x")]
    [InlineData("Required argument missing for option: '--seed'", "--seed")]
    [InlineData("'--what'", "--what")]
    [InlineData("'more'", "more")]
    [InlineData("does not exist", "--input", "/no/such/file")]
    [InlineData("is a folder", "--input", "/")]
    [InlineData("--out must name a folder", "--out", "")]
    [InlineData("cannot be written to", "--out", "/dev/null/x")]
    [InlineData("is a file", "--out", "/dev/null")]
    public async Task Run_WithBadArguments_SaysWhatIsWrong(string reason, params string[] arguments)
    {
        if (!arguments.Contains("--out"))
        {
            arguments = ["--out", _folder["out"], .. arguments];
        }

        var run = await RelayProcess.RunAsync(arguments);

        Assert.True(run.ExitCode == RelayProgram.Refused, run.All);
        Assert.Empty(run.Output);
        var line = Assert.Single(run.Error);
        Assert.StartsWith("relay: ", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Theory]
    [InlineData("one\ntwo\n12345678901234567890123456789012345678901234567890123456789\nfour", 3)]
    [InlineData("12345678901234567890123456789012345678901234567890123456789", 1)]
    public async Task Run_LineOverTheLimit_NamesIt(string text, int line)
    {
        var input = _folder.Write("input.txt", text);

        var run = await RelayProcess.RunAsync("--input", input, "--payload-limit", "64", "--out", _folder["out"]);

        Assert.Equal(RelayProgram.Refused, run.ExitCode);
        Assert.StartsWith($"relay: line {line} of ", Assert.Single(run.Error), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task Run_InputAmongItsOutput_IsRefused()
    {
        Directory.CreateDirectory(_folder["out"]);
        var input = _folder.Write("out/n2.log", "keep me");

        var run = await RelayProcess.RunAsync("--input", input, "--out", _folder["out"]);

        Assert.Equal(RelayProgram.Refused, run.ExitCode);
        Assert.Contains("would be overwritten", Assert.Single(run.Error), StringComparison.Ordinal);
        Assert.Equal("keep me", File.ReadAllText(input));
    }

    [Fact]
    public async Task Help_Always_DescribesEveryOptionAndShowsAnExample()
    {
        var run = await RelayProcess.RunAsync("--help");

        Assert.Equal(0, run.ExitCode);
        var text = string.Join('\n', run.Output);
        Assert.Contains("relay --input FILE --nodes 5", text, StringComparison.Ordinal);
        foreach (var option in new[] { "input", "nodes", "senders", "kill", "join", "leave", "seed", "out", "rate",
            "stall-timeout", "payload-limit", "json" })
        {
            var line = run.Output.Single(l => l.TrimStart().StartsWith('-')
                && l.Split("  ", StringSplitOptions.RemoveEmptyEntries)[0].Contains($"--{option}"));
            Assert.Contains("[default: ", line, StringComparison.Ordinal);
        }
    }
}
