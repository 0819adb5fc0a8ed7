using Microsoft.Extensions.DependencyInjection;
using Orleans.Groups.Engine;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Orleans.Groups.Tests;

/// <summary>Silos in this process that have the record store and nothing else of Orleans.Groups.</summary>
internal sealed class RecordCluster : IAsyncDisposable
{
    internal const string StorageName = "records";

    private RecordCluster(InProcessTestCluster cluster) => Cluster = cluster;

    internal InProcessTestCluster Cluster { get; }

    /// <summary>Starts silos that keep their records in their memory.</summary>
    internal static Task<RecordCluster> StartVolatileAsync(
        short silos = 2,
        int mostEnded = EndedRecords.DefaultMost) => StartAsync(silos, mostEnded, null, static _ => { });

    /// <summary>Starts silos that keep their records in a storage.</summary>
    internal static Task<RecordCluster> StartAsync(
        IGrainStorage storage,
        short silos = 2,
        int mostEnded = EndedRecords.DefaultMost) => StartAsync(
            silos,
            mostEnded,
            StorageName,
            builder => builder.Services.AddKeyedSingleton(StorageName, storage));

    /// <summary>Starts silos whose record storage the test registers, under <see cref="StorageName"/>.</summary>
    internal static Task<RecordCluster> StartAsync(Action<ISiloBuilder> configure, string serviceId) =>
        StartAsync(1, EndedRecords.DefaultMost, StorageName, configure, serviceId);

    /// <summary>The record store of one silo.</summary>
    internal IRecordStore StoreOf(int silo, WorkCounter? work = null) =>
        Cluster.Silos[silo].ServiceProvider.GetRequiredService<RecordStoreFactory>()(
            work ?? new WorkCounter(),
            TimeProvider.System);

    /// <summary>Ends the activation of a group, as the loss of its silo would.</summary>
    internal Task DeactivateAsync(GroupName group) => Cluster.DeactivateAsync(IdOf(group));

    /// <summary>Completes when the activation that there is now has ended.</summary>
    internal Task WaitForDeactivationAsync(GroupName group) => Cluster.WaitForDeactivationAsync(IdOf(group));

    internal bool IsActive(GroupName group) => Cluster.TryGetGrainContext(IdOf(group), out _);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private static GrainId IdOf(GroupName group) => GrainId.Create(RecordKey.GrainType, RecordKey.Of(group));

    private static async Task<RecordCluster> StartAsync(
        short silos,
        int mostEnded,
        string? storageName,
        Action<ISiloBuilder> configure,
        string? serviceId = null)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.ServiceId = serviceId ?? builder.Options.ServiceId;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.StaySmall();
            silo.Services.Configure<GroupsOptions>(options => options.RecordStorage = storageName);
            silo.Services.AddSingleton(new EndedRecords(mostEnded));
            configure(silo);
            RecordServices.Add(silo.Services);
        });
        var cluster = builder.Build();
        try
        {
            await cluster.DeployAsync();
            var records = new RecordCluster(cluster);
            for (var silo = 0; silo < silos; silo++)
            {
                await records.StoreOf(silo).RequireAsync("warm"); // The first call of a silo takes seconds at times.
            }

            return records;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }
}
