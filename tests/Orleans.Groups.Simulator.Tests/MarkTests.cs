namespace Orleans.Groups.Simulator.Tests;

/// <summary>Situations that a long run must have reached, or it proves less than it seems to.</summary>
public sealed class MarkTests
{
    /// <summary>So many situations may be too rare for a short run.</summary>
    internal const int Rare = 3;

    [Fact]
    public void Marks_Always_HaveSentencesOfTheirOwn()
    {
        var marks = Enum.GetValues<Mark>();
        Assert.True(marks.Length >= 40);
        Assert.Equal(marks.Length, marks.Select(MarkNames.Of).Distinct().Count());
        Assert.All(marks, static mark => Assert.True(
            MarkNames.IsFor(mark, WorldKind.Pg) || MarkNames.IsFor(mark, WorldKind.Gm)));
        Assert.All(
            Enum.GetValues<WorldKind>(),
            kind => Assert.True(marks.Count(mark => MarkNames.IsFor(mark, kind)) >= 20));
    }

    [Theory]
    [InlineData(RunSummary.EnoughForMarks, false, true)]
    [InlineData(RunSummary.EnoughForMarks - 1, false, false)]
    [InlineData(RunSummary.EnoughForMarks, true, false)]
    public void LongRun_WithoutASituation_Fails(long schedules, bool hasChosenFaults, bool fails)
    {
        var faults = hasChosenFaults ? new HashSet<FaultKind> { FaultKind.F1 } : null;
        var options = new BatchOptions([WorldKind.Gm], schedules, 1, faults, 1);
        var batch = new BatchResult { Schedules = schedules };
        Array.Fill(batch.Marks, 1);
        Assert.True(new RunSummary(options, batch, TimeSpan.FromSeconds(1), null).IsClean);

        batch.Marks[(int)Mark.RingTwoOneTwo] = 0;
        var summary = new RunSummary(options, batch, TimeSpan.FromSeconds(1), null);
        Assert.Equal([Mark.RingTwoOneTwo], summary.Missing);
        Assert.Equal(!fails, summary.IsClean);
    }

    [Fact]
    public void Situations_OfTheOtherProtocol_AreNotMissed()
    {
        var batch = new BatchResult { Schedules = RunSummary.EnoughForMarks };
        Array.Fill(batch.Marks, 1);
        batch.Marks[(int)Mark.RingTwoOneTwo] = 0;
        var options = new BatchOptions([WorldKind.Pg], batch.Schedules, 1, null, 1);
        Assert.True(new RunSummary(options, batch, TimeSpan.FromSeconds(1), null).IsClean);
    }
}
