using System.Globalization;
using Orleans.Groups.Simulator.Exploration;
using Orleans.Groups.Simulator.Museum;

namespace Orleans.Groups.Simulator.Tests.Exploration;

[Collection("Exploration")] // What copies and hashes states is not thread-safe.
public sealed class ExplorationTests
{
    private const string Document = "docs/exploration.md";

    /// <summary>
    /// Every interleaving of a small world, and what the document says of it. Other numbers mean that machines or
    /// worlds have changed: with UPDATE_APPROVED=1 the test writes what it has counted.
    /// </summary>
    [Theory]
    [InlineData("ring-crash")]
    [InlineData("ring-two-crashes")]
    [InlineData("ring-join-crash")]
    [InlineData("ring-joiner-crash")]
    [InlineData("ring-two-joiners")]
    [InlineData("ring-founders")]
    [InlineData("ring-leave-crash")]
    [InlineData("ring-store-unknown")]
    [InlineData("ring-store-loss")]
    [InlineData("ring-processed")]
    [InlineData("ring-shut-down")]
    [InlineData("scope-two")]
    [InlineData("scope-loss")]
    [InlineData("scope-late-word")]
    [InlineData("scope-life")]
    [InlineData("scope-session")]
    [InlineData("scope-parts")]
    [InlineData("link-drain")]
    public void World_ExploredToItsEnd_HoldsAndIsAsLargeAsDocumented(string name)
    {
        var result = Explorer.Run(ExploredWorld.Find(name)!.Start());

        Assert.True(result.IsClosed, $"{result.Failure}\n{string.Join('\n', result.Story)}");
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
        {
            DocumentTable.Replace(Document, name, cells =>
                [cells[0], cells[1], Of(result.States), Of(result.Edges), Of(result.Rests), Of(result.Depth)]);
        }

        var row = DocumentTable.Row(Document, name);
        Assert.Equal([Of(result.States), Of(result.Edges), Of(result.Rests), Of(result.Depth)], row[2..]);
    }

    [Fact]
    public void Worlds_All_AreDocumented() =>
        Assert.All(
            ExploredWorld.All,
            static world => Assert.Equal(world.Story, DocumentTable.Row(Document, world.Name)[1]));

    /// <summary>That nothing is found means something only if something would be.</summary>
    [Theory]
    [InlineData("assassins", "ring-two-crashes", "G-S13")]
    [InlineData("ids-come-back", "ring-join-crash", "G-S13")]
    [InlineData("unknown-is-failed", "ring-store-unknown", "G-L3")]
    public void Bug_InASmallWorld_IsFoundAndTold(string name, string world, string property)
    {
        var room = new Room(BugCatalogue.Find(name)!);
        var finding = ExplorationFinding.Search(room, world, maxStates: 30_000);

        Assert.Equal(property, finding?.Property);
        Assert.NotEmpty(finding!.Story);
        Assert.StartsWith($"!! {property}", finding.Story[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Command_WithAWorldThatThereIsNot_SaysWhichThereAre()
    {
        var error = new StringWriter();

        Assert.Equal(2, SimulatorCommand.Run(["explore", "--world", "nowhere"], TextWriter.Null, error));
        Assert.Contains("ring-crash", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Command_WithJson_WritesWhatWasWalked()
    {
        var output = new StringWriter();

        string[] arguments = ["explore", "--world", "ring-founders", "--json"];
        Assert.Equal(0, SimulatorCommand.Run(arguments, output, TextWriter.Null));
        using var json = System.Text.Json.JsonDocument.Parse(output.ToString());
        Assert.True(json.RootElement[0].GetProperty("closed").GetBoolean());
    }

    private static string Of(long number) => number.ToString("N0", CultureInfo.InvariantCulture).Replace(',', ' ');
}
