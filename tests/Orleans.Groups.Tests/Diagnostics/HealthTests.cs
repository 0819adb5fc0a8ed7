using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Orleans.Groups.Tests;

/// <summary>
/// What the health check says of links that are cut, rings that stand still, and a silo that is no more.
/// </summary>
public sealed class HealthTests
{
    private static readonly TimeSpan LongerThanAnyLimit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Check_WhileALinkIsCut_IsDegradedAtTheEndThatHearsNothing()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(2);
        var (left, right) = (cluster.Silos[0], cluster.Silos[1]);
        await cluster.CompareAsync();
        await AssertHealthyAsync(left);

        await cluster.Fixture.CutAsync(left, right);
        cluster.Clock.Advance(LongerThanAnyLimit);
        await cluster.CompareAsync();
        var deaf = await DiagnosticsCluster.CheckAsync(right);
        await AssertHealthyAsync(left);

        Assert.Equal(HealthStatus.Degraded, deaf.Status);
        Assert.Contains(SiloNames.Describe(left.Address), deaf.Description, StringComparison.Ordinal);
        Assert.Contains("has not been heard to agree", deaf.Description, StringComparison.Ordinal);
        Assert.StartsWith("0 of 1 other silos in sync", (string)deaf.Data["scope default"], StringComparison.Ordinal);

        await cluster.Fixture.HealAsync(left, right);
        await cluster.CompareAsync();
        await AssertHealthyAsync(right);
    }

    [Fact]
    public async Task Check_WithoutASession_IsDegradedUntilItIsBack()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(2);
        var (left, right) = (cluster.Silos[0], cluster.Silos[1]);

        await cluster.Fixture.SplitAsync(left, right);
        await cluster.Fixture.DrainAsync(TestContext.Current.CancellationToken);
        await AssertHealthyAsync(left); // Not for longer than the limit yet.
        cluster.Clock.Advance(LongerThanAnyLimit);
        var alone = await DiagnosticsCluster.CheckAsync(left);

        Assert.Equal(HealthStatus.Degraded, alone.Status);
        Assert.Contains("has had no session", alone.Description, StringComparison.Ordinal);

        await cluster.Fixture.HealAsync(left, right);
        await cluster.Fixture.WaitForConvergenceAsync(TestContext.Current.CancellationToken);
        await AssertHealthyAsync(left);
    }

    [Fact]
    public async Task Check_WhenAScopeBeginsElsewhereMuchLater_StaysHealthy()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(2);
        var (left, right) = (cluster.Silos[0], cluster.Silos[1]);
        left.GetProcessGroups("late");
        cluster.Clock.Advance(LongerThanAnyLimit);
        await cluster.CompareAsync();
        await AssertHealthyAsync(left);

        right.GetProcessGroups("late");
        await cluster.Fixture.DrainAsync(TestContext.Current.CancellationToken);

        await AssertHealthyAsync(left);
        await AssertHealthyAsync(right);
    }

    [Fact]
    public async Task Check_WhileAHandlerStandsStill_NamesTheRingAndWhoHoldsItUp()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(1);
        var silo = cluster.Silos[0];
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var quick = await silo.Multicast.JoinAsync("orders", new RingListener());
        var slow = await silo.Multicast.JoinAsync("orders", new RingListener(async _ =>
        {
            await opened.Task;
            return HandlerReply.Ok;
        }));
        (await quick.ConfirmedBroadcastAsync(new byte[100])).ThrowIfNotOk();
        while (quick.GetStatus().HeldUpBy != slow.Self || slow.GetStatus().QueuedDeliveries == 0)
        {
            await silo.Groups.Host.PassAsync(); // Until the report of the quick handler has come.
        }

        await AssertHealthyAsync(silo); // It only begins to wait.
        cluster.Clock.Advance(LongerThanAnyLimit);
        var stuck = await DiagnosticsCluster.CheckAsync(silo);

        Assert.Equal(HealthStatus.Degraded, stuck.Status);
        Assert.Contains($"ring orders: held up by {slow.Self}", stuck.Description, StringComparison.Ordinal);
        var line = (string)stuck.Data[$"ring orders, member {quick.Self}"];
        Assert.Contains("164 not processed by all", line, StringComparison.Ordinal);

        opened.SetResult();
        await cluster.Fixture.DrainAsync(TestContext.Current.CancellationToken);
        await AssertHealthyAsync(silo);
    }

    [Fact]
    public async Task Check_OfASiloThatStandsStillForLongerThanItMay_Fails()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(
            2,
            configureHealth: options => options.UnhealthyAfter = LongerThanAnyLimit);

        await cluster.Fixture.SplitAsync(cluster.Silos[0], cluster.Silos[1]);
        await cluster.Fixture.DrainAsync(TestContext.Current.CancellationToken);
        cluster.Clock.Advance(LongerThanAnyLimit + LongerThanAnyLimit);

        Assert.Equal(HealthStatus.Unhealthy, (await DiagnosticsCluster.CheckAsync(cluster.Silos[0])).Status);
    }

    [Fact]
    public async Task Check_OfASiloThatWasDeclaredDead_Fails()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(1);
        var silo = cluster.Silos[0];
        await AssertHealthyAsync(silo);

        silo.Groups.Network.DeclaredDead(silo.Address);
        var dead = await DiagnosticsCluster.CheckAsync(silo);

        Assert.Equal(HealthStatus.Unhealthy, dead.Status);
        Assert.Contains("declared dead", dead.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_ThatAreWrong_AreAllListedWhenTheyAreUsed()
    {
        var services = new ServiceCollection();
        services.AddHealthChecks().AddOrleansGroups("groups", configure: static options =>
        {
            options.PeerDegradedAfter = TimeSpan.Zero;
            options.UnhealthyAfter = TimeSpan.FromDays(2);
            options.MaxListed = -1;
        });
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<GroupsHealthOptions>>();

        var failure = Assert.Throws<OptionsValidationException>(() => options.Get("groups"));
        Assert.Equal(3, failure.Failures.Count());
        Assert.Empty(new GroupsHealthOptions().GetErrors());
    }

    private static async Task AssertHealthyAsync(SiloNode silo)
    {
        var entry = await DiagnosticsCluster.CheckAsync(silo);
        Assert.True(entry.Status == HealthStatus.Healthy, entry.Description);
        Assert.Equal("running", entry.Data["state"]);
    }
}
