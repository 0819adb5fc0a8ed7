using Orleans.Groups.Checkers;

namespace Orleans.Groups.Tests;

/// <summary>
/// Both protocols over connections that misbehave, under real calls between scope grains: whatever happens to the
/// connections, the event log must be clean.
/// </summary>
public sealed class LinkFaultTests
{
    private const int Steps = 400;

    [Fact]
    public Task Delay_OfAllConnections_BreaksNothing() =>
        new FaultRun(nameof(Delay_OfAllConnections_BreaksNothing)).RunAsync(static (cluster, work, _) =>
            RunMildAsync(
                cluster,
                work,
                LogFaults.Delay,
                new LinkFault { Delay = TimeSpan.FromMilliseconds(30) },
                static counts => counts.Delayed));

    [Fact]
    public Task Reorder_OverThreeConnectionsPerSilo_BreaksNothing() =>
        new FaultRun(nameof(Reorder_OverThreeConnectionsPerSilo_BreaksNothing)) { Connections = 3 }.RunAsync(
            static (cluster, work, _) => RunMildAsync(
                cluster,
                work,
                LogFaults.Reorder,
                new LinkFault { Delay = TimeSpan.FromMilliseconds(15), Reorder = 0.3 },
                static counts => counts.Reordered));

    [Fact]
    public Task Drop_OfCallsAndAnswers_BreaksNothing() =>
        new FaultRun(nameof(Drop_OfCallsAndAnswers_BreaksNothing)).RunAsync(static (cluster, work, _) =>
            RunMildAsync(
                cluster,
                work,
                LogFaults.Drop,
                new LinkFault { Drop = 0.05 },
                static counts => counts.Dropped));

    [Fact]
    public Task Duplicate_OfCallsAndAnswers_BreaksNothing() =>
        new FaultRun(nameof(Duplicate_OfCallsAndAnswers_BreaksNothing)).RunAsync(static (cluster, work, _) =>
            RunMildAsync(
                cluster,
                work,
                LogFaults.Duplicate,
                new LinkFault { Duplicate = 0.2 },
                static counts => counts.Duplicated));

    [Fact]
    public Task CutOneWay_AndHealed_BreaksNothing() =>
        new FaultRun(nameof(CutOneWay_AndHealed_BreaksNothing)).RunAsync(static async (cluster, work, random) =>
        {
            for (var round = 0; round < 2; round++)
            {
                var (from, to) = AnyPair(cluster, random);
                await CutAsync(cluster, work, from, to, bothWays: false);
                cluster.Faults.Heal();
                cluster.Recorder.EndFault(LogFaults.Delay);
                await work.StepAsync(Steps / 4, Task.CompletedTask);
            }
        });

    [Fact]
    public Task CutBothWays_AndHealed_BreaksNothing() =>
        new FaultRun(nameof(CutBothWays_AndHealed_BreaksNothing)).RunAsync(static async (cluster, work, random) =>
        {
            var (left, right) = AnyPair(cluster, random);
            await CutAsync(cluster, work, left, right, bothWays: true);
            cluster.Faults.Heal();
            cluster.Recorder.EndFault(LogFaults.Delay);
            await work.StepAsync(Steps / 4, Task.CompletedTask);
        });

    /// <summary>
    /// A call that is lost with its connection is noticed at its time limit: joins wait for the record's, of 10 s. So
    /// there are fewer seeds.
    /// </summary>
    [Fact]
    public Task CutOneWay_AndReset_BreaksNothing() =>
        new FaultRun(nameof(CutOneWay_AndReset_BreaksNothing), fixedSeeds: 1).RunAsync(
            static async (cluster, work, random) =>
            {
                var (from, to) = AnyPair(cluster, random);
                await CutAsync(cluster, work, from, to, bothWays: false);
                cluster.Recorder.BeginFault(LogFaults.Drop, from.Recorder.Node, to.Recorder.Node);
                Assert.True(cluster.Faults.Abort(from.Port, to.Port) > 0);
                cluster.Faults.Heal();
                cluster.Recorder.EndFault(LogFaults.Drop);
                cluster.Recorder.EndFault(LogFaults.Delay);
                await work.StepAsync(Steps / 4, Task.CompletedTask);
            });

    [Fact]
    public Task Abort_AgainAndAgainUnderLoad_BreaksNothing() =>
        new FaultRun(nameof(Abort_AgainAndAgainUnderLoad_BreaksNothing)).RunAsync(
            static async (cluster, work, random) =>
            {
                for (var round = 0; round < 6; round++)
                {
                    var (left, right) = AnyPair(cluster, random);
                    var counts = cluster.Faults.CountsOf(left.Port, right.Port);
                    var before = counts.Seen;
                    await work.StepAsync(Steps / 6, cluster.Faults.WhenAsync(() => counts.Seen > before + 3));
                    cluster.Recorder.BeginFault(LogFaults.Drop, left.Recorder.Node, right.Recorder.Node);
                    cluster.Faults.Abort(left.Port, right.Port);
                    cluster.Recorder.EndFault(LogFaults.Drop);
                }
            });

    [Fact]
    public Task FalseSuspicion_OfOneSideUnderLoad_BreaksNothing() =>
        new FaultRun(nameof(FalseSuspicion_OfOneSideUnderLoad_BreaksNothing)).RunAsync(
            static async (cluster, work, random) =>
            {
                for (var round = 0; round < 2; round++)
                {
                    await work.StepAsync(Steps / 3, Task.CompletedTask);
                    var (left, right) = AnyPair(cluster, random);
                    var session = left.SessionWith(right);
                    cluster.Recorder.BeginFault("suspicion", left.Recorder.Node, right.Recorder.Node);
                    left.Suspect(right);
                    await work.StepAsync(
                        Steps / 6,
                        LinkCluster.UntilAsync(() => left.SessionWith(right) > session, left));
                    cluster.Recorder.EndFault("suspicion");
                }
            });

    [Fact]
    public Task Kill_OfASiloOverSlowConnections_BreaksNothing()
    {
        var run = new FaultRun(nameof(Kill_OfASiloOverSlowConnections_BreaksNothing));
        run.More.Add("NodeCrash", 1);
        run.More.Add("Seen", 2);
        run.More.Add("Inherit", 1);
        run.More.Add("Erase", 1);
        return run.RunAsync(static async (cluster, work, random) =>
        {
            SetAll(cluster, new LinkFault { Delay = TimeSpan.FromMilliseconds(10) });
            await work.StepAsync(Steps / 2, Task.CompletedTask);
            var victim = cluster.Silos[random.Next(cluster.Silos.Count)];
            work.Remove(victim);
            var dead = cluster.KillAsync(victim);
            await work.StepAsync(Steps / 4, dead);
            await dead;
            work.Add(await cluster.AddSiloAsync());
            await work.StepAsync(Steps / 4, Task.CompletedTask);
        });
    }

    /// <summary>A fault that nobody but the links should notice, everywhere.</summary>
    private static async Task RunMildAsync(
        LinkCluster cluster,
        Workload work,
        string what,
        LinkFault fault,
        Func<LinkFaultCounts, int> met)
    {
        const int Enough = 20;

        var before = cluster.Faults.Sum(met);
        cluster.Recorder.BeginFault(what);
        SetAll(cluster, fault);
        await work.StepAsync(Steps, cluster.Faults.WhenAsync(() => cluster.Faults.Sum(met) >= before + Enough));
        cluster.Recorder.EndFault(what);
    }

    /// <summary>Works on while a direction is held, until several messages wait there.</summary>
    private static async Task CutAsync(
        LinkCluster cluster,
        Workload work,
        LinkSilo from,
        LinkSilo to,
        bool bothWays)
    {
        const int Enough = 3;

        await work.StepAsync(Steps / 4, Task.CompletedTask);
        var there = cluster.Faults.CountsOf(from.Port, to.Port);
        var back = cluster.Faults.CountsOf(to.Port, from.Port);
        var (heldThere, heldBack) = (there.Held, back.Held);
        var held = new LinkFault { IsHeld = true };
        cluster.Recorder.BeginFault(LogFaults.Delay, from.Recorder.Node, to.Recorder.Node);
        cluster.Faults.Set(from.Port, to.Port, held);
        if (bothWays)
        {
            cluster.Faults.Set(to.Port, from.Port, held);
        }

        await work.StepAsync(Steps / 2, cluster.Faults.WhenAsync(() =>
            there.Held >= heldThere + Enough && (!bothWays || back.Held >= heldBack + Enough)));
    }

    private static void SetAll(LinkCluster cluster, LinkFault fault)
    {
        foreach (var left in cluster.Silos)
        {
            foreach (var right in cluster.Silos)
            {
                cluster.Faults.Set(left.Port, right.Port, fault);
            }
        }
    }

    private static (LinkSilo Left, LinkSilo Right) AnyPair(LinkCluster cluster, Random random)
    {
        var left = random.Next(cluster.Silos.Count);
        var right = (left + 1 + random.Next(cluster.Silos.Count - 1)) % cluster.Silos.Count;
        return (cluster.Silos[left], cluster.Silos[right]);
    }
}
