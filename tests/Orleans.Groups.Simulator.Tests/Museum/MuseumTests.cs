using System.Text.RegularExpressions;
using Orleans.Groups.Simulator.Museum;

namespace Orleans.Groups.Simulator.Tests.Museum;

public sealed partial class MuseumTests
{
    private const string Document = "docs/museum.md";

    /// <summary>Rules that no machine of the protocol project keeps, so that no patch of it can remove them.</summary>
    private static readonly string[] KeptElsewhere =
    [
        "P6", // Client leases: the client library and its silo.
    ];

    [Fact]
    public void Patches_All_FitProductionAndCompile()
    {
        var problems = BugCatalogue.All.SelectMany(static bug => ProtocolSources.Instance.Check(bug)).ToList();

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void Bugs_All_AreNamedOnceAndDocumented()
    {
        Assert.True(BugCatalogue.All.Count >= 45);
        Assert.Equal(
            BugCatalogue.All.Select(static bug => bug.Name).Order(), DocumentTable.Names(Document).Distinct().Order());
        Assert.All(BugCatalogue.All, static bug =>
            Assert.Equal([bug.Origin, bug.Story], DocumentTable.Row(Document, bug.Name)[1..3]));
    }

    [Fact]
    public void Rules_All_HaveABugThatRemovesThem()
    {
        var removed = BugCatalogue.All.SelectMany(static bug => Rule().Matches(bug.Origin)).Select(static m => m.Value);
        var rules = Numbered("H", 5).Concat(Numbered("R", 13)).Concat(Numbered("P", 6));

        Assert.Equal(KeptElsewhere, rules.Except(removed));

        static IEnumerable<string> Numbered(string letter, int count) =>
            Enumerable.Range(1, count).Select(number => $"{letter}{number}");
    }

    /// <summary>A run in which a planted bug is not found proves nothing, so this is part of every run.</summary>
    [Fact]
    public void Canary_InEveryRun_IsFound()
    {
        var finding = Finding.Search(BugCatalogue.Find("canary")!, seed: 1, schedules: 20);

        Assert.Equal("G-S7", finding?.Property);
    }

    [Theory]
    [InlineData("assassins")]
    [InlineData("ghosts")]
    [InlineData("births-are-not-told")]
    [InlineData("one-heritage-only")]
    [InlineData("alone-and-unacked")]
    [InlineData("processed-by-me-is-by-all")]
    [InlineData("goodbyes-are-ignored")]
    [InlineData("leaving-says-what-was-asked")]
    [InlineData("phantom-groups")]
    [InlineData("overtaking-counts")]
    public void Bug_ThatIsFoundSoon_IsFound(string name) =>
        Assert.NotNull(Finding.Search(BugCatalogue.Find(name)!, seed: 1, schedules: 300));

    [Fact]
    public void Command_WithABug_RunsOnMachinesThatHaveIt()
    {
        string[] run = ["replay", "--protocol", "pg", "--seed", "1"];
        var (well, broken) = (new StringWriter(), new StringWriter());

        Assert.Equal(0, SimulatorCommand.Run(run, well, TextWriter.Null));
        Assert.Equal(1, SimulatorCommand.Run([.. run, "--bug", "phantom-groups"], broken, TextWriter.Null));
        Assert.Equal(0, SimulatorCommand.Run(run, TextWriter.Null, TextWriter.Null));
    }

    [Fact]
    public void Command_WithABugThatThereIsNot_IsRefused()
    {
        var error = new StringWriter();

        Assert.Equal(2, SimulatorCommand.Run(["museum", "--only", "nothing"], TextWriter.Null, error));
        Assert.Contains("nothing", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Patch_ThatDoesNotFitAnyMore_IsReported()
    {
        var bug = new Bug("x", BugHome.Gm, "", "", new BugEdit("Multicast/RingMachine.cs", "no such text", ""));
        var other = new Bug("y", BugHome.Gm, "", "", new BugEdit("Multicast/NoFile.cs", "x", ""));
        var third = new Bug(
            "z", BugHome.Gm, "", "", new BugEdit("Multicast/RingView.cs", "held.Reverse();", "held.Backwards();"));

        Assert.Contains("found 0 times", Assert.Single(ProtocolSources.Instance.Check(bug)), StringComparison.Ordinal);
        Assert.Contains("no file", Assert.Single(ProtocolSources.Instance.Check(other)), StringComparison.Ordinal);
        Assert.Contains("CS1061", Assert.Single(ProtocolSources.Instance.Check(third)), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\b[HRP]\d+\b")]
    private static partial Regex Rule();
}
