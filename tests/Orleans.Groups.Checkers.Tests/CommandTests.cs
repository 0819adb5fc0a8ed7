using System.Text.Json;
using static Orleans.Groups.Checkers.Tests.History;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>The command line.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("groups-check-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Check_GoodLog_ExitsWithZero()
    {
        Assert.Equal(0, Run("check", LogOf("good", static h => h.Ring().Say(A, 1).Give(A, 1, A, B, C).Quiet())));
        Assert.EndsWith($"no violation{Environment.NewLine}", _output.ToString());
    }

    [Fact]
    public void Check_BadLog_ExitsWithOneAndSaysWhatWhoAndWhere()
    {
        Assert.Equal(1, Run("check", LogOf("bad", static h => h.Ring().Say(A, 1).Give(A, 1, B, B))));
        Assert.Contains($"G-S2: {B} gets {A} 1 after 1", _output.ToString());
        Assert.Contains("violations: G-S2 1", _output.ToString());
    }

    [Fact]
    public void Check_Json_IsOneObject()
    {
        Assert.Equal(1, Run("check", LogOf("bad", static h => h.Ring().Say(A, 1).Give(A, 1, B, B)), "--json"));
        var json = JsonDocument.Parse(_output.ToString()).RootElement;
        Assert.False(json.GetProperty("clean").GetBoolean());
        Assert.Equal("G-S2", json.GetProperty("found")[0].GetProperty("property").GetString());
        Assert.Equal("Deliver", json.GetProperty("found")[0].GetProperty("events")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public void Check_SeveralLogs_AreMerged()
    {
        var first = LogOf("a", static h => h.Start("a@1").Join("g", A).Quiet());
        var second = LogOf("b", static h => h.Start("b@1").Quiet().Read("b@1", "g", A));
        Assert.Equal(0, Run("check", second, first, "--minimum", "Read=1"));
    }

    [Fact]
    public void Check_TooFewEvents_ExitsWithOne() =>
        Assert.Equal(1, Run("check", LogOf("few", static h => h.Start("a@1")), "--minimum", "Deliver=1"));

    [Theory]
    [InlineData("check")]
    [InlineData("check", "missing.ndjson")]
    [InlineData("check", "x", "--minimum", "Deliver")]
    [InlineData("check", "x", "--minimum", "Delivery=3")]
    [InlineData("check", "x", "--families", "Birds")]
    public void Check_WrongArguments_ExitsWithTwoAndOneLine(params string[] arguments)
    {
        Assert.Equal(2, Run(arguments));
        Assert.StartsWith("check: ", _error.ToString());
        Assert.Single(_error.ToString().TrimEnd().Split('\n'));
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public void Help_Always_HasAnExample()
    {
        Assert.Equal(0, Run("--help"));
        Assert.Contains("-- check a.ndjson b.ndjson", _output.ToString());
    }

    private int Run(params string[] arguments) => CheckCommand.Run(arguments, _output, _error);

    private string LogOf(string name, Func<History, History> tell)
    {
        var path = Path.Combine(_folder, $"{name}.ndjson");
        File.WriteAllLines(path, tell(new History()).Events.Select(static e => e.ToString()));
        return path;
    }
}
