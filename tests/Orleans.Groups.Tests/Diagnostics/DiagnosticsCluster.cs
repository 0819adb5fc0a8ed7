using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Orleans.Groups.Conformance;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Tests;

/// <summary>Silos of one process with a clock that tests move, a health check each, and logs that are kept.</summary>
internal sealed class DiagnosticsCluster : IAsyncDisposable
{
    private DiagnosticsCluster(IGroupsFixture fixture, ShiftedClock clock, CollectedLogs logs)
    {
        Fixture = fixture;
        Clock = clock;
        Logs = logs;
    }

    internal IGroupsFixture Fixture { get; }

    internal ShiftedClock Clock { get; }

    internal CollectedLogs Logs { get; }

    internal ImmutableArray<SiloNode> Silos { get; private set; } = [];

    /// <summary>Starts silos that all know each other.</summary>
    internal static async Task<DiagnosticsCluster> StartAsync(
        int silos,
        Action<FixtureOptions>? configure = null,
        Action<GroupsHealthOptions>? configureHealth = null)
    {
        var clock = new ShiftedClock();
        var logs = new CollectedLogs();
        var options = new FixtureOptions();
        configure?.Invoke(options);
        var fixture = new SiloFixture(options, usesLocalDirectory: false, silo =>
        {
            silo.Services.AddHealthChecks().AddOrleansGroups(configure: configureHealth);
            silo.Services.AddLogging(logging => logging
                .AddFilter("Orleans.Groups", LogLevel.Trace)
                .Services.AddSingleton<ILoggerProvider>(logs));
            silo.Services.Replace(ServiceDescriptor.Singleton(provider =>
                ActivatorUtilities.CreateInstance<SiloGroups>(provider, clock)));
        });
        var cluster = new DiagnosticsCluster(fixture, clock, logs);
        for (var index = 0; index < silos; index++)
        {
            await fixture.AddNodeAsync($"silo{index}");
        }

        cluster.Silos = [.. fixture.CopyNodes()];
        await fixture.WaitForConvergenceAsync(TestContext.Current.CancellationToken);
        return cluster;
    }

    /// <summary>What the health check of a silo says now.</summary>
    internal static async Task<HealthReportEntry> CheckAsync(SiloNode silo)
    {
        var service = silo.Handle.ServiceProvider.GetRequiredService<HealthCheckService>();
        var report = await service.CheckHealthAsync(TestContext.Current.CancellationToken);
        var entry = report.Entries["orleans-groups"];
        Assert.Null(entry.Exception);
        return entry;
    }

    /// <summary>Collects what the meter of a silo says from now on.</summary>
    internal static CollectedMetrics Collect(SiloNode silo) =>
        new(silo.Handle.ServiceProvider.GetRequiredService<IMeterFactory>());

    /// <summary>Lets all silos compare what they know of each other, and waits until nothing is under way.</summary>
    internal async Task CompareAsync()
    {
        foreach (var scope in Silos.SelectMany(static silo => silo.Groups.Host.Scopes))
        {
            scope.Life?.Tell(ScopeInput.DigestDue.Instance);
        }

        await Fixture.DrainAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => Fixture.DisposeAsync();
}
