namespace Orleans.Groups.ProcessTests;

/// <summary>A silo that is frozen for so long that the others take it for dead, and then goes on.</summary>
public sealed class FreezeTests(PostgresFixture postgres)
{
    // A frozen silo still takes connections. Asked through a third silo, Orleans judges it late, or on a busy machine
    // not within minutes; docs/operations.md says so, and recommends this.
    private static readonly Dictionary<string, string> Judgement = new()
    {
        ["Silo__Membership__EnableIndirectProbes"] = "false",
    };

    [Fact(Timeout = ClusterRun.Limit)]
    public async Task Freeze_PastDetection_TheOthersGoOnAndTheReturnedLearnsThatItIsOut()
    {
        var server = postgres.Require();
        await using var run = await ClusterRun.StartAsync(server, silos: 3, firstPort: 13_300, Judgement);
        var victim = run.Silos[2];
        await run.WaitForConfirmsAsync(50);
        await run.ResetStallsAsync();
        run.BeginFault("freeze", victim.Node);
        victim.Freeze();
        run.Silos.Remove(victim);
        await run.WaitForBurialAsync(victim, "SIGSTOP");

        // It wakes up in the belief that nothing has happened: its members must end, and nothing of it may count.
        victim.Thaw();
        run.EndFault("freeze", victim.Node);
        var end = victim.DoAsync("await-ring-end");
        var exit = victim.WaitForExitAsync();
        await Task.WhenAny(end, exit);
        if (end.IsCompletedSuccessfully)
        {
            Assert.Equal("LostMembership", (await end).GetString());
        }

        // Orleans ends a silo that has read its own death.
        Assert.NotEqual(0, await exit);
        run.MarkDead(victim);
        await run.WaitForConfirmsAsync(50);
        await run.CheckAsync();
    }
}
