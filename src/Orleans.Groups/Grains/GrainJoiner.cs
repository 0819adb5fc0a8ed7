using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Orleans.Metadata;

namespace Orleans.Groups;

/// <summary>
/// Lets activations of grain classes with <see cref="JoinsGroupAttribute"/> join. Costs others nothing.
/// </summary>
internal sealed class GrainJoiner(SiloGroups silo) : IConfigureGrainContextProvider, IConfigureGrainContext
{
    private readonly ConcurrentDictionary<Type, JoinsGroupAttribute[]> _attributes = new();

    /// <inheritdoc/>
    public bool TryGetConfigurator(
        GrainType grainType,
        GrainProperties properties,
        [NotNullWhen(true)] out IConfigureGrainContext? configurator)
    {
        configurator = null;
        if (!properties.Properties.ContainsKey(JoinsGroupAttribute.Property))
        {
            return false;
        }

        if (properties.Properties.TryGetValue(WellKnownGrainTypeProperties.PlacementStrategy, out var placement)
            && placement == "StatelessWorkerPlacement")
        {
            throw new InvalidOperationException(
                $"Grain type {grainType} is a stateless worker, and cannot have [JoinsGroup]: join in "
                + $"{nameof(IGrainBase.OnActivateAsync)} instead.");
        }

        configurator = this;
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>An activation that is dropped before it starts has only subscribed to its own lifecycle.</remarks>
    public void Configure(IGrainContext context) =>
        context.ObservableLifecycle.Subscribe(
            nameof(JoinsGroupAttribute),
            GrainLifecycleStage.Activate,
            cancellationToken => JoinAsync(context, cancellationToken));

    private async Task JoinAsync(IGrainContext context, CancellationToken cancellationToken)
    {
        if (silo.Host.IsStopping)
        {
            return;
        }

        try
        {
            var host = GrainHost.Of(context);
            foreach (var attribute in AttributesOf(context.GrainInstance!.GetType()))
            {
                var groups = attribute.Scope is { } scope ? silo.GetProcessGroups(scope) : silo.ProcessGroups;
                var options = new GrainJoinOptions { KeepAlive = attribute.KeepAlive, Rejoin = attribute.Rejoin };
                await host.JoinAsync(groups, [attribute.Group], options, cancellationToken);
            }
        }
        catch (GroupException exception) when (exception.Code == GroupErrorCode.ShuttingDown)
        {
            // The silo has begun to stop: the grain lives on for a little while, and nobody needs to know it.
        }
    }

    private JoinsGroupAttribute[] AttributesOf(Type grainClass) =>
        _attributes.GetOrAdd(
            grainClass,
            static grainClass => [.. grainClass.GetCustomAttributes<JoinsGroupAttribute>(inherit: true)]);
}
