using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orleans.Groups.InMemory;

/// <summary>Starts the node with the host, and stops it in order: scopes say goodbye and rings drain.</summary>
/// <remarks>The node is made at the start and not before, so that the options have been validated by then.</remarks>
internal sealed class InMemoryGroupsService(IServiceProvider services) : IHostedService
{
    private InMemoryNode? _node;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _node = services.GetRequiredService<InMemoryNode>();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        _node is { IsAlive: true } node
            ? node.Cluster.StopNodeAsync(node).WaitAsync(cancellationToken)
            : Task.CompletedTask;
}
