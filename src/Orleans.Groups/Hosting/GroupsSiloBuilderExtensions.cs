using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Groups;

namespace Orleans.Hosting;

/// <summary>Adds Orleans.Groups to a silo.</summary>
public static class GroupsSiloBuilderExtensions
{
    /// <summary>
    /// Adds process groups and multicast: <see cref="IGroups"/>, <see cref="IProcessGroups"/> of the default scope, and
    /// <see cref="IMulticast"/>, all of them singletons; and <see cref="IProcessGroups"/> of any scope, keyed by its
    /// name.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Changes the settings; wrong ones fail the start of the silo, all of them listed.</param>
    /// <returns>The same builder.</returns>
    public static ISiloBuilder AddGroups(this ISiloBuilder builder, Action<GroupsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<GroupsOptions>().Configure(configure ?? (static _ => { }));
        if (services.Any(static service => service.ServiceType == typeof(SiloGroups)))
        {
            return builder; // Twice is fine: only the settings add up.
        }

        services.AddTransient<IConfigurationValidator, GroupsOptionsValidator>();
        services.AddSingleton<SiloGroups>();
        services.TryAddSingleton<ISiloTransport, GrainServiceTransport>();
        services.AddSingleton<IGroups>(static provider => provider.GetRequiredService<SiloGroups>());
        services.AddSingleton(static provider => provider.GetRequiredService<IGroups>().ProcessGroups);
        services.AddSingleton(static provider => provider.GetRequiredService<IGroups>().Multicast);
        services.AddKeyedSingleton(
            KeyedService.AnyKey,
            static (provider, scope) => provider.GetRequiredService<IGroups>().GetProcessGroups((string)scope!));
        services.AddGrainService<GroupsSiloService>();
        SiloClientServices.Add(services);
        RecordServices.Add(services);
        GrainServices.Add(services);
        return builder;
    }
}
