namespace Orleans.Groups.Simulator.Tests;

/// <summary>A world that fails is reduced to what makes it fail.</summary>
public sealed class ShrinkTests
{
    [Fact]
    public void Shrink_AFailingWorld_KeepsWhatMakesItFail()
    {
        var plan = Failing();
        var before = WorldRun.Run(plan);
        Assert.Contains(before.Violations, static violation => violation.Property == "G-S21");

        var shrunk = Shrinker.Shrink(plan)!.Value;
        Assert.InRange(shrunk.Plan.Items.Count, 1, 4);
        Assert.Contains(shrunk.Plan.Items, static item => item.Kind is ItemKind.Broadcast or ItemKind.Burst);
        Assert.Contains(shrunk.World.Violations, static violation => violation.Property == "G-S21");
        Assert.Equal(shrunk.World.Hash, WorldRun.Run(shrunk.Plan).Hash);
    }

    [Fact]
    public void Shrink_AWorldThatHolds_GivesNothing() =>
        Assert.Null(Shrinker.Shrink(PlanDrawer.Draw(WorldKind.Gm, 1)));

    [Fact]
    public void Run_AFailingWorld_IsToldWithItsReplay()
    {
        List<string> lines = [];
        RunSummary.WriteFailure(WorldRun.Run(Failing()), "F1", lines.Add);
        Assert.StartsWith("FAILED: gm seed", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, static line => line.Contains("G-S21", StringComparison.Ordinal));
        Assert.EndsWith("--faults F1", lines[^1], StringComparison.Ordinal);
    }

    /// <summary>The links take no frame that a large message fits into, which no options allow.</summary>
    private static WorldPlan Failing()
    {
        for (var seed = 1UL; ; seed++)
        {
            var plan = PlanDrawer.Draw(WorldKind.Gm, seed);
            var link = plan.Settings.Link with { MaxFrameBytes = 1_500 };
            plan = plan with { Settings = plan.Settings with { Link = link } };
            if (plan.Items.Any(static item => item is { Kind: ItemKind.Broadcast, Amount: > 1_500 })
                && WorldRun.Run(plan).Violations.Count > 0)
            {
                return plan;
            }
        }
    }
}
