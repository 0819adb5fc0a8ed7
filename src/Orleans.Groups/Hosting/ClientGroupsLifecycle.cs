using Microsoft.Extensions.DependencyInjection;
using Orleans.Groups;

namespace Orleans.Hosting;

/// <summary>Starts and stops a client's groups with the client.</summary>
/// <remarks>Asked for late, because the client is being made when this is.</remarks>
internal sealed class ClientGroupsLifecycle(IServiceProvider services) : ILifecycleParticipant<IClusterClientLifecycle>
{
    /// <inheritdoc/>
    public void Participate(IClusterClientLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(ClientGroups),
        ServiceLifecycleStage.Active,
        cancellationToken => services.GetRequiredService<ClientGroups>().StartAsync(cancellationToken),
        _ => services.GetRequiredService<ClientGroups>().StopAsync());
}
