using Microsoft.Extensions.DependencyInjection;
using Orleans.Groups;

namespace Orleans.Hosting;

/// <summary>What a silo needs to serve clients.</summary>
internal static class SiloClientServices
{
    internal static void Add(IServiceCollection services)
    {
        services.AddPlacementDirector<PinnedPlacement, PinnedPlacementDirector>();
        services.AddSingleton(static provider =>
        {
            var groups = provider.GetRequiredService<SiloGroups>();
            return new SiloClients(groups.Host, groups.Options);
        });
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiloClientsLifecycle>();
        services.AddSingleton<IGroupsManagement, GroupsManagement>();
    }
}
