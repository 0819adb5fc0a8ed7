using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Orleans.Groups.InMemory;

/// <summary>Adds the in-memory engine to dependency injection.</summary>
public static class InMemoryGroupsExtensions
{
    /// <summary>
    /// Adds a cluster of one node, which starts and stops with the host: <see cref="InMemoryCluster"/>,
    /// <see cref="InMemoryNode"/>, <see cref="IProcessGroups"/> of the default scope, and <see cref="IMulticast"/>, all
    /// of them singletons.
    /// </summary>
    /// <param name="services">Where to add them.</param>
    /// <param name="configure">Changes the settings; wrong ones fail the start of the host, all of them listed.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddInMemoryGroups(
        this IServiceCollection services,
        Action<InMemoryClusterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<InMemoryClusterOptions>()
            .Configure<IServiceProvider>(static (options, provider) =>
            {
                options.LoggerFactory ??= provider.GetService<ILoggerFactory>();
                options.TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider;
            })
            .Configure(configure ?? (static _ => { }))
            .ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<InMemoryClusterOptions>, InMemoryOptionsValidator>());
        services.TryAddSingleton(static provider =>
            new InMemoryCluster(provider.GetRequiredService<IOptions<InMemoryClusterOptions>>().Value));
        services.TryAddSingleton(static provider =>
            provider.GetRequiredService<InMemoryCluster>().AddNode(
                provider.GetRequiredService<IOptions<InMemoryClusterOptions>>().Value.NodeName));
        services.TryAddSingleton(static provider => provider.GetRequiredService<InMemoryNode>().ProcessGroups);
        services.TryAddSingleton(static provider => provider.GetRequiredService<InMemoryNode>().Multicast);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, InMemoryGroupsService>());
        return services;
    }
}
