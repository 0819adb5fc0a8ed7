using Microsoft.Extensions.Options;
using Orleans.Groups.Engine;

namespace Orleans.Groups.InMemory;

/// <summary>
/// A cluster whose nodes live in this process: the embedded engine, and what to test one's own code with.
/// </summary>
/// <remarks>
/// <para>
/// Every node has its own registry, ring members and connections; nothing is shared but the record store. Links can be
/// cut, sessions ended and nodes killed, so that an application's behaviour in such cases can be tested.
/// </para>
/// <para>
/// All members may be called from any thread. Callbacks run on the thread pool, never inside a call of the application.
/// </para>
/// </remarks>
public sealed partial class InMemoryCluster : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeHost, InMemoryNode> _nodes = [];
    private int _isDisposed;

    /// <summary>Makes a cluster without nodes.</summary>
    /// <param name="options">Its settings; <see langword="null"/> for the defaults.</param>
    /// <exception cref="OptionsValidationException">
    /// The settings are not valid; it lists everything that is wrong.
    /// </exception>
    public InMemoryCluster(InMemoryClusterOptions? options = null)
    {
        options ??= new InMemoryClusterOptions();
        var errors = options.GetErrors();
        if (errors.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(InMemoryClusterOptions), errors);
        }

        Core = new ClusterCore(options);
    }

    /// <summary>The living nodes, in the order in which they were added.</summary>
    public IReadOnlyList<InMemoryNode> Nodes
    {
        get
        {
            lock (_gate)
            {
                return [.. Core.Network.CopyLiving().Where(_nodes.ContainsKey).Select(host => _nodes[host])];
            }
        }
    }

    /// <summary>Who is in which ring, and faults of it.</summary>
    public InMemoryRecordStore RecordStore => Core.RecordStore;

    internal ClusterCore Core { get; }

    /// <summary>
    /// Starts a node and connects it with all living ones. The name of a dead node begins its next life.
    /// </summary>
    /// <param name="name">1 to 256 UTF-8 bytes without control characters.</param>
    /// <exception cref="ArgumentException">The name is not allowed, or a living node has it.</exception>
    /// <exception cref="GroupLimitException">There are as many nodes as there may be.</exception>
    /// <exception cref="ObjectDisposedException">The cluster was disposed.</exception>
    public InMemoryNode AddNode(string name)
    {
        var host = Core.Network.Add(name);
        var node = new InMemoryNode(this, host);
        lock (_gate)
        {
            _nodes.Add(host, node);
        }

        host.Start();
        return node;
    }

    /// <summary>
    /// Stops a node in order: its scopes say goodbye, its ring members leave and drain for at most
    /// <see cref="MulticastOptions.LeaveTimeout"/>, and all others learn that it has gone.
    /// </summary>
    /// <returns>
    /// Completes when the node has stopped; from inside a callback it does not wait for the callbacks' end.
    /// </returns>
    public Task StopNodeAsync(InMemoryNode node)
    {
        Check(node);
        return StopAsync(node.Host);
    }

    /// <summary>
    /// Ends a node as if its process were killed: nothing more is sent or called, and all others learn that it is dead.
    /// </summary>
    /// <remarks>
    /// A callback that runs at that moment cannot be stopped. Tasks of the node's own callers complete:
    /// <see cref="IMulticastGroup.Completion"/> with <see cref="TerminationReason.NodeStopped"/>, confirms and sends as
    /// unknown.
    /// </remarks>
    public void KillNode(InMemoryNode node)
    {
        Check(node);
        node.Host.Kill();
        Forget(node.Host);
    }

    /// <summary>
    /// Starts the next life of a node that has stopped or was killed; the same as <see cref="AddNode"/> with its name.
    /// </summary>
    /// <exception cref="ArgumentException">The node, or a later life of it, lives.</exception>
    public InMemoryNode RestartNode(InMemoryNode dead)
    {
        Check(dead);
        return AddNode(dead.Name);
    }

    /// <summary>
    /// Ends all nodes without draining rings; handlers are told. Afterwards nothing of this cluster runs.
    /// </summary>
    /// <returns>
    /// Completes when no callback runs any more; one that never returns is given up on after twice the
    /// <see cref="MulticastOptions.LeaveTimeout"/>, with a warning in the log. From inside a callback it does not wait.
    /// </returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        Core.Network.Close();
        HealAll();
        RecordStore.Release();
        await Task.WhenAll(Core.Network.CopyLiving().Select(static host => host.EndAsync())).ConfigureAwait(false);
        if (CallbackScope.IsInsideAnyOf(Core))
        {
            return;
        }

        var limit = Core.Multicast.LeaveTimeout + Core.Multicast.LeaveTimeout;
        try
        {
            await Core.Work.WaitForIdleAsync(CancellationToken.None).WaitAsync(limit, Core.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Core.Logger.DisposeGaveUp(limit);
        }
    }

    private async Task StopAsync(NodeHost host)
    {
        await host.StopAsync().ConfigureAwait(false);
        Forget(host);
    }

    private void Forget(NodeHost host)
    {
        lock (_gate)
        {
            _nodes.Remove(host);
        }
    }

    private void Check(InMemoryNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (!ReferenceEquals(node.Cluster, this))
        {
            throw new ArgumentException($"Node {node.Id} belongs to another cluster.", nameof(node));
        }
    }
}
