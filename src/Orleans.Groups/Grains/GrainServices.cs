using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Groups;

/// <summary>What a silo needs so that grains can be members.</summary>
internal static class GrainServices
{
    internal static void Add(IServiceCollection services)
    {
        services.AddSingleton<GrainHosts>();
        services.AddSingleton<GrainReviver>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            static provider => provider.GetRequiredService<GrainReviver>());
        services.AddSingleton<IConfigureGrainContextProvider, GrainJoiner>();
        services.AddKeyedTransient<IGrainExtension, GrainRevival>(typeof(IGrainRevival));
    }
}
