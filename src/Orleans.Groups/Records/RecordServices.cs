using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Groups.Engine;
using Orleans.Storage;

namespace Orleans.Groups;

/// <summary>Makes the record store of one silo. Tests put theirs around it.</summary>
/// <param name="work">Counts the requests that are under way.</param>
/// <param name="time">The clock of its time limit.</param>
internal delegate IRecordStore RecordStoreFactory(WorkCounter work, TimeProvider time);

/// <summary>Registers the record store on a silo.</summary>
internal static class RecordServices
{
    /// <summary>
    /// Adds <see cref="RecordStoreFactory"/> and what the grain needs; <see cref="GroupsOptions"/> must be there, too.
    /// </summary>
    internal static IServiceCollection Add(IServiceCollection services)
    {
        services.TryAddSingleton<SiloCallGuard>();
        services.TryAddSingleton<GroupsInstruments>();
        services.TryAddSingleton(new EndedRecords());
        services.TryAddSingleton<RecordStoreFactory>(static provider => (work, time) => new GrainRecordStore(
            provider.GetRequiredService<IGrainFactory>(),
            work,
            time,
            provider.GetRequiredService<ILogger<GrainRecordStore>>()));
        services.AddTransient<IConfigurationValidator, StorageValidator>();
        return services;
    }

    /// <summary>A silo whose record storage is missing would start, and fail at the first join.</summary>
    private sealed class StorageValidator(IOptions<GroupsOptions> options, IServiceProviderIsKeyedService services)
        : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            if (options.Value.RecordStorage is { } name && !services.IsKeyedService(typeof(IGrainStorage), name))
            {
                throw new OrleansConfigurationException(
                    $"{nameof(GroupsOptions)}.{nameof(GroupsOptions.RecordStorage)} is '{name}': no grain storage "
                    + "provider of that name is registered on this silo.");
            }
        }
    }
}
