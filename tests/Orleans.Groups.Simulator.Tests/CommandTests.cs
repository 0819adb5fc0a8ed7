using System.Text.Json.Nodes;

namespace Orleans.Groups.Simulator.Tests;

/// <summary>What people and programs see of the simulator.</summary>
public sealed class CommandTests
{
    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("replay")]
    [InlineData("shrink")]
    [InlineData("list")]
    public void Help_OfEveryCommand_HasAnExample(string command)
    {
        var (code, text, _) = Run($"{command} --help");
        Assert.Equal(SimulatorCommand.Clean, code);
        Assert.Contains("Example: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SomeSchedules_EndsWithATableAndAnObject()
    {
        var (code, text, _) = Run("run --protocol all --schedules 20 --seed 7 --threads 2 --json");
        Assert.Equal(SimulatorCommand.Clean, code);
        Assert.Contains("20 of 20 schedules, 0 failed", text, StringComparison.Ordinal);
        Assert.Contains("schedules a second", text, StringComparison.Ordinal);
        var summary = JsonNode.Parse(text.TrimEnd().Split('\n')[^1])!;
        Assert.Equal(20, (long)summary["schedules"]!);
        Assert.True((bool)summary["clean"]!);
        Assert.True((long)summary["events"]! > 1_000);
        Assert.Empty(summary["failures"]!.AsArray());
        Assert.NotEmpty(summary["missing"]!.AsArray());
        Assert.Equal(20, summary["faults"]!.AsObject().Count);
    }

    [Fact]
    public void Run_SomeFaultsOnly_DrawsNoOthers()
    {
        var (code, text, _) = Run("run --protocol gm --schedules 30 --faults F1,F7 --threads 1 --json");
        Assert.Equal(SimulatorCommand.Clean, code);
        var faults = JsonNode.Parse(text.TrimEnd().Split('\n')[^1])!["faults"]!.AsObject();
        Assert.True((long)faults["F1"]! > 0 && (long)faults["F7"]! > 0);
        Assert.Equal(2, faults.Count(static fault => (long)fault.Value! > 0));
    }

    [Theory]
    [InlineData("pg")]
    [InlineData("gm")]
    public void Run_MoreWork_HasMoreEvents(string protocol)
    {
        var usual = Summary(1);
        var more = Summary(4);
        Assert.Equal(usual, Summary(null));
        Assert.InRange(more, 2 * usual, 8 * usual);

        long Summary(int? work)
        {
            var option = work is { } times ? $"--work {times}" : "";
            var (code, text, _) = Run($"run --protocol {protocol} --schedules 20 --threads 1 --json {option}");
            Assert.Equal(SimulatorCommand.Clean, code);
            return (long)JsonNode.Parse(text.TrimEnd().Split('\n')[^1])!["events"]!;
        }
    }

    [Fact]
    public void ReplayLine_OfAWorldWithMoreWork_SaysSo()
    {
        var plan = PlanDrawer.Draw(WorldKind.Gm, 3, allowed: null, work: 4);
        Assert.EndsWith(
            "replay --protocol gm --seed 3 --faults F1 --work 4 --keep 1 --nodes 2",
            WorldOptions.ReplayOf(plan.Kind, plan.Seed, "F1", plan.Work, plan.Keep(new HashSet<int> { 1 }) with
            {
                Settings = plan.Settings with { Nodes = 2 },
            }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_OneWorld_IsTheSameEachTime()
    {
        var (code, text, _) = Run("replay --protocol gm --seed 3 --trace");
        Assert.Equal(SimulatorCommand.Clean, code);
        Assert.Contains("NotifyJoined", text, StringComparison.Ordinal);
        Assert.Contains(" log ", text, StringComparison.Ordinal);
        Assert.Equal(text, Run("replay --protocol gm --seed 3 --trace").Output);
    }

    [Fact]
    public void Replay_SomeItems_LeavesTheOthersOut()
    {
        var (_, text, _) = Run("replay --protocol pg --seed 3 --keep 0,2 --nodes 2");
        Assert.Contains("2 nodes, 2 items", text, StringComparison.Ordinal);
        Assert.Contains("#0 at", text, StringComparison.Ordinal);
        Assert.Contains("#2 at", text, StringComparison.Ordinal);
        Assert.DoesNotContain("#1 at", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Shrink_AWorldThatDoesNotFail_SaysSo()
    {
        var (code, text, _) = Run("shrink --protocol pg --seed 3");
        Assert.Equal(SimulatorCommand.Clean, code);
        Assert.Contains("nothing to shrink", text, StringComparison.Ordinal);
    }

    [Fact]
    public void List_Always_NamesFaultsAndSituations()
    {
        var (code, text, _) = Run("list");
        Assert.Equal(SimulatorCommand.Clean, code);
        Assert.All(FaultNames.All, fault => Assert.Contains($"{fault} ", text, StringComparison.Ordinal));
        Assert.All(
            Enum.GetValues<Mark>(),
            mark => Assert.Contains($"{mark} (", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run --protocol xy")]
    [InlineData("run --faults F1,F21")]
    [InlineData("run --schedules 0")]
    [InlineData("run --work 0")]
    [InlineData("replay --protocol gm --work 101")]
    [InlineData("replay --protocol all --seed 1")]
    [InlineData("replay --protocol gm --keep 1,x")]
    [InlineData("run --bug nothing-of-the-kind")]
    public void Arguments_ThatAreWrong_AreRefused(string line)
    {
        var (code, _, error) = Run(line);
        Assert.Equal(SimulatorCommand.Refused, code);
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("run --bug x --seed 1", "run --seed 1")]
    [InlineData("run --bug=x --seed 1", "run --seed 1")]
    [InlineData("run --seed 1 --bug", "run --seed 1")]
    [InlineData("run --seed 1", "run --seed 1")]
    public void WithoutBug_Always_KeepsTheRest(string line, string rest) =>
        Assert.Equal(rest.Split(' '), SimulatorCommand.WithoutBug(line.Split(' ')));

    private static (int Code, string Output, string Error) Run(string line)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = SimulatorCommand.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), output, error);
        return (code, output.ToString(), error.ToString());
    }
}
