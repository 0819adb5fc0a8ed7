using Orleans.Groups.Engine;

namespace Orleans.Groups.InMemory;

/// <content>Waiting for the cluster, for tests. Driven by events: nothing is polled.</content>
public sealed partial class InMemoryCluster
{
    /// <summary>
    /// Completes when nothing is under way: no input waits at a machine, no callback waits or runs, and no frame is on
    /// a link. What is held back by a cut link or a held record store, and what waits for a timer, does not count.
    /// </summary>
    /// <remarks>Completes never while a callback is blocked, and must not be awaited inside one.</remarks>
    public Task DrainAsync(CancellationToken cancellationToken = default) =>
        Core.Work.WaitForIdleAsync(cancellationToken);

    /// <summary>
    /// Completes when the machines of a node have processed everything that waits for them now. Callbacks are not
    /// waited for, so that it may be used while one is blocked.
    /// </summary>
    public Task WaitForInputsAsync(InMemoryNode node, CancellationToken cancellationToken = default)
    {
        Check(node);
        return node.Host.PassAsync().WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Completes when nothing is under way and all agree: any two connected nodes on each other's memberships, and all
    /// ring members on the record of their group, which lists exactly those that live.
    /// </summary>
    /// <remarks>
    /// While it is not so, it looks again whenever something has happened. Rings that a cut link or a lost record keeps
    /// apart never agree; use a token.
    /// </remarks>
    public async Task WaitForConvergenceAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var starts = Core.Work.Starts;
            await Core.Work.WaitForIdleAsync(cancellationToken).ConfigureAwait(false);
            if (HasConverged())
            {
                return;
            }

            await Core.Work.WaitForIdleAsync(starts, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool HasConverged() =>
        Convergence.IsReached(Core.Network.CopyLiving(), Core.Network.IsWhole, Core.RecordStore.CopyAll());
}
