using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Orleans.Groups;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health check of Orleans.Groups.</summary>
public static class GroupsHealthExtensions
{
    /// <summary>
    /// Adds a check of this silo's process groups and rings, for a silo with
    /// <see cref="GroupsSiloBuilderExtensions.AddGroups"/>. <c>Healthy</c>: the silo serves, all living silos know each
    /// other's members, and no ring with members here stands still. <c>Degraded</c>: some of that does not hold for
    /// longer than the options say. Failed: the silo does not serve: it has not started, stops, or was declared dead.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">Name of the check; also that of its options.</param>
    /// <param name="failureStatus">
    /// What a silo that does not serve is; <see langword="null"/>: <see cref="HealthStatus.Unhealthy"/>.
    /// </param>
    /// <param name="tags">Tags by which checks are chosen.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddOrleansGroups(
        this IHealthChecksBuilder builder,
        string name = "orleans-groups",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        Action<GroupsHealthOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var services = builder.Services;
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GroupsHealthOptions>, Validator>());
        services.AddOptions<GroupsHealthOptions>(name).Configure(configure ?? (static _ => { })).ValidateOnStart();
        services.TryAddSingleton<GroupsHealthCheck>(); // One for all names: it remembers since when rings stand still.
        return builder.Add(new HealthCheckRegistration(
            name,
            static provider => provider.GetRequiredService<GroupsHealthCheck>(),
            failureStatus,
            tags));
    }

    private sealed class Validator : IValidateOptions<GroupsHealthOptions>
    {
        public ValidateOptionsResult Validate(string? name, GroupsHealthOptions options)
        {
            var errors = options.GetErrors();
            return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
        }
    }
}
