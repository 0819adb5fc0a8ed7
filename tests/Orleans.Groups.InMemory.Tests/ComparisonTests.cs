using System.Xml.Linq;
using Orleans.Groups.Comparison;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>What the comparison measures with, in tiny runs, so that it does not rot. Nothing is timed here.</summary>
public sealed class ComparisonTests
{
    [Theory]
    [InlineData("read-by-name")]
    [InlineData("read-by-handle")]
    public Task Reads_TinyRun_FindAllMembers(string verb) =>
        RunAsync(3, side => GroupScenarios.ReadAsync(side, 3, 5, 100, verb));

    [Theory]
    [InlineData("join-and-leave", 1)]
    [InlineData("join-one-group", 3)]
    [InlineData("end-all-of-one-group", 3)]
    public Task Joins_TinyRun_End(string verb, int nodes) =>
        RunAsync(nodes, side => GroupScenarios.AloneAsync(side, nodes, verb, 20));

    [Fact]
    public Task Burst_TinyRun_IsSeenByAll() => RunAsync(3, side => GroupScenarios.BurstAsync(side, 3, 50));

    [Fact]
    public Task Visible_TinyRun_IsSeenByAll() => RunAsync(3, side => GroupScenarios.VisibleAsync(side, 3, 10));

    [Fact]
    public Task Late_TinyRun_GetsAll() => RunAsync(3, side => GroupScenarios.LateAsync(side, 50));

    [Fact]
    public Task Sends_TinyRun_AreHandledByAll() => RunAsync(4, side => RingScenarios.SendAsync(side, 4, 100, 200));

    [Fact]
    public Task Confirms_TinyRun_AreProved() => RunAsync(3, side => RingScenarios.ConfirmAsync(side, 3, 100, 10));

    [Fact]
    public void Rows_Names_AreUniquePerEngine()
    {
        var rows = RowCatalogue.All(quick: false);

        Assert.Equal(rows.Count, rows.Select(row => (row.Name, row.Engine)).Distinct().Count());
        Assert.Equal(rows.Select(row => row.Name), RowCatalogue.All(quick: true).Select(row => row.Name));
    }

    [Theory]
    [InlineData(1_234, "1.23 µs")]
    [InlineData(68_000, "68.0 µs")]
    [InlineData(1_800_000_000, "1.80 s")]
    public void Nanoseconds_Text_HasThreeDigits(double value, string text) =>
        Assert.Equal(text, Unit.Nanoseconds.Text(value));

    [Fact]
    public void Ratio_OfTimesAndRates_IsHowManyTimesBetter()
    {
        Assert.Equal(4, Unit.Nanoseconds.Ratio(theirs: 400, ours: 100));
        Assert.Equal(4, Unit.PerSecond.Ratio(theirs: 100, ours: 400));
        Assert.True(Unit.Nanoseconds.Reaches(99, 100));
        Assert.False(Unit.PerSecond.Reaches(99, 100));
    }

    [Fact]
    public async Task JoinByNodes_Counted_CostsOneMessagePerPeerWhateverTheBurst()
    {
        var table = await NodeGrowth.ByNodesAsync(new RunSettings { Quick = true });

        Assert.All(table.Rows, row => Assert.Equal((row[0] - 1, row[0] - 1), (row[1], row[3])));
    }

    [Fact]
    public void Chart_OfLines_IsXmlWithAllOfThem()
    {
        var chart = SvgChart.Of(
            "a & b",
            "here",
            ("x", true),
            ("y", false),
            new Series("one", [(1, 2), (10, 4), (1_000, 8)]),
            new Series("two", [(1, 0), (1_000, 3)]));

        var svg = XDocument.Parse(chart.ToString()).Root!;
        Assert.Equal(2, svg.Elements().Count(element => element.Name.LocalName == "polyline"));
        Assert.Contains(svg.Elements(), element => element.Value == "a & b");
    }

    private static async Task RunAsync(int nodes, Func<EngineSide, Task<double>> scenario)
    {
        await using var side = new LocalSide();
        var measured = await side.MeasureAsync(nodes, scenario);

        Assert.True(measured > 0);
    }
}
