using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Groups;

namespace Orleans.Hosting;

/// <summary>Adds Orleans.Groups to a client.</summary>
public static class GroupsClientBuilderExtensions
{
    /// <summary>
    /// Adds process groups and multicast: <see cref="IGroupsClient"/>, which also is <see cref="IGroups"/>;
    /// <see cref="IProcessGroups"/> of the default scope, and of any scope keyed by its name; <see cref="IMulticast"/>;
    /// and <see cref="IGroupsManagement"/>: all of them singletons. The silos need Orleans.Groups, too.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">
    /// Changes the settings; wrong ones fail the start of the client, all of them listed.
    /// </param>
    /// <returns>The same builder.</returns>
    public static IClientBuilder AddGroups(this IClientBuilder builder, Action<GroupsClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<GroupsClientOptions>().Configure(configure ?? (static _ => { }));
        if (services.Any(static service => service.ServiceType == typeof(ClientGroups)))
        {
            return builder; // Twice is fine: only the settings add up.
        }

        services.AddTransient<IConfigurationValidator, GroupsClientOptionsValidator>();
        services.AddSingleton(static provider => new ClientGroups(new ClientCore(
            provider.GetRequiredService<IOptions<GroupsClientOptions>>().Value,
            provider.GetService<IClientTransport>()
                ?? new GrainClientTransport(provider.GetRequiredService<IGrainFactory>()),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Orleans.Groups"),
            provider.GetRequiredService<ClientGateways>())));
        services.AddSingleton<ClientGateways>();
        builder.AddGatewayCountChangedHandler(static provider =>
            (_, _) => provider.GetRequiredService<ClientGateways>().Change());
        services.AddSingleton<IGroupsClient>(static provider => provider.GetRequiredService<ClientGroups>());
        services.AddSingleton<IGroups>(static provider => provider.GetRequiredService<ClientGroups>());
        services.AddSingleton(static provider => provider.GetRequiredService<IGroups>().ProcessGroups);
        services.AddSingleton(static provider => provider.GetRequiredService<IGroups>().Multicast);
        services.AddKeyedSingleton(
            KeyedService.AnyKey,
            static (provider, scope) => provider.GetRequiredService<IGroups>().GetProcessGroups((string)scope!));
        services.AddSingleton<IGroupsManagement, GroupsManagement>();
        services.AddSingleton<ILifecycleParticipant<IClusterClientLifecycle>, ClientGroupsLifecycle>();
        return builder;
    }
}
