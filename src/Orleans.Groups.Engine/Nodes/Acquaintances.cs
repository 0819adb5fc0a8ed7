namespace Orleans.Groups.Engine;

/// <summary>The living nodes with which a node has had a session, be it over or not.</summary>
/// <remarks>
/// A node that has just started knows from membership who lives, but is not connected with all of them yet. A ring
/// member that appeared there next to a neighbour that it cannot reach would take it for lost, and write that into the
/// record, although both are well. So who is about to join waits until its node has met everybody.
/// </remarks>
internal sealed class Acquaintances(NodeHost node)
{
    private readonly HashSet<NodeId> _met = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A session has begun. Called under the network's lock.</summary>
    internal void Add(NodeId peer)
    {
        _met.Add(peer);
        Tell();
    }

    /// <summary>A node is dead. Called under the network's lock.</summary>
    internal void Remove(NodeId peer)
    {
        _met.Remove(peer);
        Tell();
    }

    /// <summary>Completes when the node has met all that live, or after a time.</summary>
    internal async Task WaitForAllAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (FindNews() is not { } first)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(limit, node.Core.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            for (Task? news = first; news is not null; news = FindNews())
            {
                await news.WaitAsync(linked.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A node that cannot be reached for so long must not keep others from joining.
        }
    }

    /// <summary>What to wait for; <see langword="null"/> when nobody is a stranger.</summary>
    private Task? FindNews()
    {
        lock (node.Core.Nodes.Gate)
        {
            return node.Core.Nodes.CopyLiving().All(other => other.Equals(node.Id) || _met.Contains(other))
                ? null
                : _news.Task;
        }
    }

    private void Tell()
    {
        _news.TrySetResult();
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
