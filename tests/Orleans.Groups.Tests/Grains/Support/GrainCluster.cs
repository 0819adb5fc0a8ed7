using System.Runtime.ExceptionServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Groups.Testing;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;

namespace Orleans.Groups.Tests;

/// <summary>A TestCluster with scripted grains, for one test.</summary>
internal sealed class GrainCluster : IAsyncDisposable
{
    /// <summary>
    /// The longest that anything in a test may take: running into it fails the test, and nothing else.
    /// </summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private GrainCluster(
        int silos,
        bool usesDefaultDirectory,
        Action<GroupsOptions>? options,
        Action<ISiloBuilder>? silo,
        RecordFaults? records)
    {
        var builder = new TestClusterBuilder((short)silos);
        builder.Options.ConfigureFileLogging = false;
        if (usesDefaultDirectory)
        {
            builder.Options.SiloBuilderConfiguratorTypes.RemoveAll(
                static type => type.Contains("ConfigureDistributedGrainDirectory", StringComparison.Ordinal));
        }

        builder.CreateSiloAsync = async (name, configuration) =>
            await InProcessSiloHandle.CreateAsync(name, configuration, host => host.UseOrleans((_, orleans) =>
            {
                orleans.StaySmall();
                orleans.AddGroups(options);
                orleans.Services.AddSingleton(Script);
                orleans.Services.AddSingleton<IFatalErrorHandler, SurvivingSilo>();
                if (records is not null)
                {
                    orleans.Services.AddSingleton<RecordStoreFactory>(provider => (work, time) =>
                        records.Around(new GrainRecordStore(
                            provider.GetRequiredService<IGrainFactory>(),
                            work,
                            time,
                            provider.GetRequiredService<ILogger<GrainRecordStore>>())));
                }

                silo?.Invoke(orleans);
            }));
        Cluster = builder.Build();
    }

    internal Script Script { get; } = new();

    internal Notes Notes => Script.Notes;

    internal TestCluster Cluster { get; }

    /// <summary>The silos that live, in the order in which they were started.</summary>
    internal List<SiloGroups> Silos => [.. Cluster.Silos.Select(GroupsOf)];

    /// <summary>The first silo, which no test stops.</summary>
    internal SiloGroups First => GroupsOf(Cluster.Primary);

    internal static async Task<GrainCluster> StartAsync(
        int silos,
        bool usesDefaultDirectory = false,
        Action<GroupsOptions>? options = null,
        Action<ISiloBuilder>? silo = null,
        RecordFaults? records = null)
    {
        var cluster = new GrainCluster(silos, usesDefaultDirectory, options, silo, records);
        await cluster.Cluster.DeployAsync();
        await cluster.ConvergedAsync();
        return cluster;
    }

    internal static SiloGroups GroupsOf(SiloHandle silo) =>
        ((InProcessSiloHandle)silo).ServiceProvider.GetRequiredService<SiloGroups>();

    internal static T Service<T>(SiloHandle silo)
        where T : notnull =>
        ((InProcessSiloHandle)silo).ServiceProvider.GetRequiredService<T>();

    /// <summary>A grain that handles messages and ring callbacks.</summary>
    internal IScripted Grain(string key) =>
        Cluster.Client.GetGrain<IScripted>(key, typeof(PlainGrain).FullName);

    internal T Grain<T>(string key)
        where T : IScripted =>
        Cluster.Client.GetGrain<T>(key);

    /// <summary>Runs a step inside a grain, as a call. What it throws comes back as it is.</summary>
    internal Task RunAsync(IScripted grain, Func<ScriptedGrain, Task> step) => RunAsync(grain.RunAsync, step);

    internal async Task<T> RunAsync<T>(IScripted grain, Func<ScriptedGrain, Task<T>> step)
    {
        var result = new TaskCompletionSource<T>();
        await RunAsync(grain, async inner => result.SetResult(await step(inner)));
        return await result.Task;
    }

    /// <summary>Runs a step inside a grain, between the turns of a call that runs.</summary>
    internal Task InterleaveAsync(IScripted grain, Func<ScriptedGrain, Task> step) =>
        RunAsync(grain.InterleaveAsync, step);

    /// <summary>Runs a step inside a grain, which is activated on that silo if it is not active.</summary>
    internal async Task RunOnAsync(SiloHandle silo, IScripted grain, Func<ScriptedGrain, Task> step)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo.SiloAddress);
        try
        {
            await RunAsync(grain, step);
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    internal IGrainContext ContextOf(IScripted grain) =>
        Cluster.TryGetGrainContext(grain.GetGrainId(), out var context)
            ? context
            : throw new InvalidOperationException("The grain is not active.");

    internal async Task ConvergedAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await Silos.WaitForConvergenceAsync(limit.Token);
    }

    private async Task RunAsync(Func<Guid, Task> call, Func<ScriptedGrain, Task> step)
    {
        Exception? thrown = null;
        var id = Script.Add(async grain =>
        {
            try
            {
                await step(grain);
            }
            catch (Exception exception)
            {
                thrown = exception;
                throw;
            }
        });
        try
        {
            await call(id).WaitAsync(Limit);
        }
        catch when (thrown is not null)
        {
            ExceptionDispatchInfo.Throw(thrown);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos)
        {
            silo.Host.Kill(); // The end of a test drains nothing.
        }

        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
    }
}

internal static class Texts
{
    internal static byte[] Bytes(this string text) => Encoding.UTF8.GetBytes(text);

    internal static string Text(this MemberMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    internal static string Text(this MulticastMessage message) => Encoding.UTF8.GetString(message.Payload.Span);
}
