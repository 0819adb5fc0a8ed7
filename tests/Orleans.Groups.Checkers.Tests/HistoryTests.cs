namespace Orleans.Groups.Checkers.Tests;

/// <summary>Every property has histories that keep it, and histories that break it and nothing else.</summary>
public sealed class HistoryTests
{
    private static readonly string[] Properties =
    [
        .. Ids("P-S", 12), .. Ids("P-M", 5), .. Ids("P-L", 4), .. Ids("G-S", 23), .. Ids("G-L", 9),
    ];

    public static TheoryData<string> Good() => [.. Cases.Good.Select(static one => one.Name)];

    public static TheoryData<string> Bad() => [.. Cases.Bad.Select(static one => one.Name)];

    [Theory]
    [MemberData(nameof(Good))]
    public void GoodHistory_Always_BreaksNothing(string name)
    {
        var report = CheckerSuite.Check(Cases.Good.Single(one => one.Name == name).Write());
        Assert.True(report.IsClean, report.ToString());
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void BadHistory_Always_BreaksItsPropertyAlone(string name)
    {
        var bad = Cases.Bad.Single(one => one.Name == name);
        var report = CheckerSuite.Check(bad.Write());
        Assert.True(report.ViolationCounts.Keys.SequenceEqual(bad.Ids), report.ToString());
        Assert.All(report.Violations, static violation => Assert.NotEmpty(violation.Events));
    }

    [Fact]
    public void EveryProperty_Always_HasGoodAndBadHistories()
    {
        Assert.All(Properties, id => Assert.Contains(Cases.Good, one => one.Ids.Contains(id)));
        Assert.All(Properties, id => Assert.True(Cases.Bad.Count(one => one.Ids.Contains(id)) > 1, id));
        Assert.All(Cases.Bad, static one => Assert.Single(one.Ids));
        Assert.Empty(Cases.Good.Concat(Cases.Bad).SelectMany(static one => one.Ids).Except(Properties));
    }

    private static IEnumerable<string> Ids(string prefix, int count) =>
        Enumerable.Range(1, count).Select(number => $"{prefix}{number}");
}
