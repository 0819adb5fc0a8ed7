using Orleans.Groups.Protocol;

namespace Orleans.Groups.Tests;

/// <summary>A silo that was declared dead, and lives on without knowing it.</summary>
public sealed class ZombieTests
{
    private const int Steps = 150;

    /// <summary>
    /// It is cut off, the others bury it and go on, it goes on as well; then all that it has said arrives.
    /// </summary>
    [Fact]
    public Task Zombie_CutOffThenHeardAgain_EndsAndNothingOfItIsAccepted()
    {
        var run = new FaultRun(nameof(Zombie_CutOffThenHeardAgain_EndsAndNothingOfItIsAccepted));
        run.More.Add("NodeStop", 1);
        run.More.Add("Seen", 2);
        return run.RunAsync(static async (cluster, work, random) =>
        {
            await work.StepAsync(Steps, Task.CompletedTask);
            var zombie = work.Silos[random.Next(work.Silos.Count)];
            await CutOffAsync(cluster, work, zombie.Silo);
            work.Remove(zombie.Silo);
            await zombie.Silo.Recorder.StopAsync(async () =>
            {
                await cluster.BuryAsync(zombie.Silo);
                await work.JoinForGoodAsync();
                await cluster.SettleAsync();
                await ComeBackAsync(cluster, zombie, random);
            });
            work.Add(await cluster.AddSiloAsync());
            await work.StepAsync(Steps, Task.CompletedTask);
        });
    }

    /// <summary>It can talk all the time, so it learns from the others at once.</summary>
    [Fact]
    public Task Zombie_DeclaredDeadUnderLoad_EndsAndNothingOfItIsAccepted()
    {
        var run = new FaultRun(nameof(Zombie_DeclaredDeadUnderLoad_EndsAndNothingOfItIsAccepted));
        run.More.Add("NodeStop", 1);
        run.More.Add("Seen", 2);
        return run.RunAsync(static async (cluster, work, random) =>
        {
            await work.StepAsync(Steps, Task.CompletedTask);
            var zombie = work.Silos[random.Next(work.Silos.Count)];
            await zombie.Silo.Recorder.StopAsync(async () =>
            {
                var buried = cluster.BuryAsync(zombie.Silo);
                await work.StepAsync(Steps / 3, buried);
                work.Remove(zombie.Silo);
                await buried;
                await RequireEndAsync(zombie);
            });
            work.Add(await cluster.AddSiloAsync());
            await work.StepAsync(Steps, Task.CompletedTask);
        });
    }

    /// <summary>
    /// The last that it hears is that its neighbour's silo has ended their session. It must not say in the record that
    /// the neighbour is dead, even if that cannot say there yet that the zombie is.
    /// </summary>
    [Fact]
    public async Task Zombie_ThatLearnsOfItsDeath_DoesNotTakeItsNeighbourAlong()
    {
        await using var cluster = await LinkCluster.StartAsync(seed: 1);
        var (living, zombie) = (cluster.Silos[0], cluster.Silos[1]);
        var stays = await living.Groups.Multicast.JoinAsync("ring", new WorkHandler());
        var goes = await zombie.Groups.Multicast.JoinAsync("ring", new WorkHandler());
        await cluster.SettleAsync();
        var records = cluster.RecordFaultsOf(living);
        await records.HoldAsync();

        // As the pump of the link does; whether membership's own gossip is faster is not for the test to decide.
        var link = zombie.Groups.Network.CopyAllLinks().Find(link => link.Silo.Equals(living.Address))!;
        zombie.Groups.Network.SessionEnded(link, link.Session, LinkEndReason.DeclaredDead);
        var end = await goes.Completion.LimitAsync("the member of a zombie ends");
        await zombie.Work.WaitForIdleAsync(CancellationToken.None).LimitAsync("a zombie has nothing more to do");
        await cluster.BuryAsync(zombie);
        await records.ReleaseAsync();
        await cluster.SettleAsync();

        Assert.Equal(TerminationReason.LostMembership, end.Reason);
        Assert.False(stays.Completion.IsCompleted);
        Assert.Equal(stays.Self, Assert.Single(stays.GetStatus().Members).Id);
    }

    private static async Task CutOffAsync(LinkCluster cluster, Workload work, LinkSilo silo)
    {
        const int Enough = 3;

        cluster.Recorder.BeginFault("cut", silo.Recorder.Node);
        var counts = new List<(LinkFaultCounts Counts, int Before)>();
        foreach (var other in cluster.Silos.Where(other => other != silo))
        {
            var there = cluster.Faults.CountsOf(silo.Port, other.Port);
            counts.Add((there, there.Held));
            cluster.Faults.SetBoth(silo.Port, other.Port, new LinkFault { IsHeld = true });
        }

        await work.StepAsync(Steps / 3, cluster.Faults.WhenAsync(() => counts.TrueForAll(
            static pair => pair.Counts.Held >= pair.Before + Enough)));
    }

    /// <summary>It says what it has to say, and then everything that was held arrives.</summary>
    private static async Task ComeBackAsync(LinkCluster cluster, WorkSilo zombie, Random random)
    {
        Assert.False(zombie.Silo.Groups.Host.IsStopping, "It is to know nothing of its death yet.");
        for (var step = 0; step < Steps / 3; step++)
        {
            zombie.Publish(random);
            await zombie.JoinGroupsAsync(random);
        }

        cluster.Faults.Heal();
        cluster.Recorder.EndFault("cut", zombie.Silo.Recorder.Node);
        await RequireEndAsync(zombie);
    }

    private static async Task RequireEndAsync(WorkSilo zombie)
    {
        var groups = zombie.Silo.Groups;
        var ends = await Task.WhenAll(zombie.Anchors.Select(static ring => ring.Completion))
            .LimitAsync("the members of a zombie end");
        Assert.NotEmpty(ends);
        Assert.All(ends, static end => Assert.Equal(TerminationReason.LostMembership, end.Reason));
        Assert.Empty(groups.ProcessGroups.GetGroups());
        Assert.False(groups.ProcessGroups.IsRunning);
        var refusal = await Assert.ThrowsAsync<GroupException>(
            () => groups.Multicast.JoinAsync(Workload.LargeRing, new WorkHandler()));
        Assert.Equal(GroupErrorCode.ShuttingDown, refusal.Code);
        foreach (var ring in zombie.Anchors)
        {
            var outcome = await ring.BroadcastAsync(new byte[1]);
            Assert.Equal(BroadcastStatus.Failed, outcome.Status);
        }
    }
}
