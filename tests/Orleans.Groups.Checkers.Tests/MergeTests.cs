using static Orleans.Groups.Checkers.Tests.History;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>Logs of several processes, whose clocks say nothing.</summary>
public sealed class MergeTests
{
    public static TheoryData<string> Good() => [.. Cases.Good.Select(static one => one.Name)];

    [Theory]
    [MemberData(nameof(Good))]
    public void Merge_GoodHistoryInLogsOfItsNodes_BreaksNothing(string name)
    {
        var report = CheckerSuite.CheckMerged(Cases.Split(Cases.Good.Single(one => one.Name == name).Write()));
        Assert.True(report.IsClean, report.ToString());
    }

    /// <summary>What needs to know what was first is not seen in merged logs; everything else is.</summary>
    [Fact]
    public void Merge_BadHistoriesInLogsOfTheirNodes_AreFoundUnlessTheyNeedRealTime()
    {
        var missed = Cases.Bad
            .Where(static bad =>
            {
                var report = CheckerSuite.CheckMerged(Cases.Split(bad.Write()));
                return !report.ViolationCounts.ContainsKey(bad.Properties);
            })
            .Select(static bad => bad.Name);
        Assert.Equal(
            [
                "P-S6: another node shows more than were joined",
                "P-L2: a member of a killed node long after",
                "P-M1: one join is told twice",
                "G-S4: does not hear what was published after it had joined",
                "G-S7: somebody that thinks it is alone, against the store",
                "G-S7: somebody on a node that lives, whom only a lost version listed",
                "G-S7: somebody comes late whom a lost version listed, and whose inserter knows of it",
                "G-S7: believes to be alone, and the store lists it as dead",
                "G-S7: believes to be alone, and whom it took in has buried it",
                "G-S7: believes to be alone, and another ring was founded",
                "G-S18: received after it was to be erased",
                "G-S19: what a killed node sends arrives",
                "G-S19: what somebody sends who is dead for all arrives",
                "G-S23: an earlier life speaks after a later has begun",
            ],
            missed);
    }

    [Fact]
    public void Merge_ProofLoggedBeforeTheDeliveriesItProves_WaitsForThem()
    {
        var history = new History();
        history.Ring(LogHooks.Handled).Send(A, 1, ProofLevel.Processed).Give(A, 1, A)
            .Proved(A, 1, ProofLevel.Processed).Give(A, 1, B, C).Quiet();

        Assert.False(CheckerSuite.Check(history.Events).IsClean);
        var report = CheckerSuite.CheckMerged(Cases.Split(history.Events));
        Assert.True(report.IsClean, report.ToString());
        Assert.Empty(report.Notes);
    }

    /// <summary>
    /// C hears from B, who has heard what A published after its proof, and only then gets what the proof was of.
    /// </summary>
    [Fact]
    public void Merge_DeliveryThatFollowsFromTheProof_IsAViolation()
    {
        var history = new History();
        history.Ring(LogHooks.Handled).Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B)
            .Say(B, 1).Proved(A, 1, ProofLevel.Processed).Say(A, 2).Give(A, 2, A, B).Give(B, 1, B, A, C)
            .Give(A, 1, C).Give(A, 2, C).Quiet();

        // B had spoken before it heard what followed A's proof, so C may have got all of it before.
        Assert.True(CheckerSuite.CheckMerged(Cases.Split(history.Events)).IsClean);

        var forced = new History();
        forced.Ring(LogHooks.Handled).Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B)
            .Proved(A, 1, ProofLevel.Processed).Say(A, 2).Give(A, 2, A, B).Say(B, 1).Give(B, 1, B, A, C)
            .Give(A, 1, C).Give(A, 2, C).Quiet();
        var report = CheckerSuite.CheckMerged(Cases.Split(forced.Events));
        Assert.Equal(["G-S7"], report.ViolationCounts.Keys);
        Assert.Contains(report.Notes, static note => note.Contains("had to go before others"));
    }

    [Fact]
    public void Merge_TailOfAKilledNodesLogIsLost_IsNotHeldAgainstIt()
    {
        var history = new History();
        history.Ring().Say(C, 1).Give(C, 1, C, A, B).Crash("c@1")
            .Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet();
        var logs = Cases.Split(history.Events);
        foreach (var log in logs)
        {
            log.RemoveAll(static e => e is LogEvent.Send or LogEvent.Sent or LogEvent.Deliver or LogEvent.Handled
                && e.Node == "c@1");
        }

        var report = CheckerSuite.CheckMerged(logs);
        Assert.True(report.IsClean, report.ToString());

        foreach (var log in logs)
        {
            log.RemoveAll(static e => e is LogEvent.NodeCrash);
        }

        Assert.Contains("G-S1", CheckerSuite.CheckMerged(logs).ViolationCounts.Keys);
    }

    [Fact]
    public void Merge_NodeThatBeginsAfterAQuiet_IsNotPartOfIt()
    {
        var first = new History();
        first.Start("a@1").Quiet().Read("a@1", "g");
        var second = new History();
        second.Add("b@1", new LogEvent.NodeStart([], Window: 1)).Join("g", B);
        Assert.True(CheckerSuite.CheckMerged([second.Events, first.Events]).IsClean);
    }

    [Fact]
    public void Merge_Quiesced_IsABarrier()
    {
        var first = new History();
        first.Start("a@1").Join("g", A).Quiet().Read("a@1", "g", A);
        var second = new History();
        second.Start("b@1").Quiet().Read("b@1", "g", A);
        var report = CheckerSuite.CheckMerged([first.Events, second.Events]);
        Assert.True(report.IsClean, report.ToString());
        Assert.Equal(1, report.EventCounts[nameof(LogEvent.Quiesced)]);
    }
}
