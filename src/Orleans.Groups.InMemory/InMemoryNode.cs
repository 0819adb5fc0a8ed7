using Orleans.Groups.Engine;

namespace Orleans.Groups.InMemory;

/// <summary>One life of a node of an in-memory cluster. All members may be called from any thread.</summary>
/// <remarks>
/// After the node has stopped or was killed, reads are empty, joins answer <see cref="JoinStatus.ShuttingDown"/>, sends
/// <see cref="SendOutcome.NotConnected"/> or <see cref="SendOutcome.Gone"/>, and what cannot be answered with a value
/// throws a <see cref="GroupException"/> with <see cref="GroupErrorCode.ShuttingDown"/>.
/// </remarks>
public sealed class InMemoryNode
{
    internal InMemoryNode(InMemoryCluster cluster, NodeHost host)
    {
        Cluster = cluster;
        Host = host;
    }

    /// <summary>This life of the node.</summary>
    public NodeId Id => Host.Id;

    /// <summary>Name of the node; the same for all its lives.</summary>
    public string Name => Host.Id.Name;

    /// <summary>Whether it has neither stopped, nor begun to, nor been killed.</summary>
    public bool IsAlive => !Host.IsStopping;

    /// <summary>The cluster.</summary>
    public InMemoryCluster Cluster { get; }

    /// <summary>Process groups of the default scope.</summary>
    public IProcessGroups ProcessGroups => GetProcessGroups(Cluster.Core.ProcessGroups.DefaultScope);

    /// <summary>Guaranteed multicast.</summary>
    public IMulticast Multicast => Host.Multicast;

    internal NodeHost Host { get; }

    /// <summary>Process groups of a scope; the same object whenever the name is the same.</summary>
    /// <exception cref="UnknownScopeException">The options list the scopes, and this is none of them.</exception>
    /// <exception cref="GroupLimitException">There are too many scopes.</exception>
    public IProcessGroups GetProcessGroups(ScopeName scope) => Host.GetScope(scope);

    /// <summary>Makes a member that lives on this node.</summary>
    /// <param name="name">Label for people: 1 to 256 UTF-8 bytes without control characters.</param>
    /// <param name="onMessage">
    /// Called with each payload sent to it, one after the other, on the thread pool; an exception is logged and the
    /// next follows. <see langword="null"/>: the member takes payloads and drops them.
    /// </param>
    /// <exception cref="GroupLimitException">There are too many members on this node.</exception>
    /// <exception cref="GroupException"><see cref="GroupErrorCode.ShuttingDown"/>: the node is stopping.</exception>
    public IGroupMember CreateMember(string name, Func<MemberMessage, ValueTask>? onMessage = null) =>
        Host.Members.Create(name, onMessage);

    /// <summary>
    /// As <see cref="CreateMember(string, Func{MemberMessage, ValueTask})"/>, for messages of one type.
    /// </summary>
    /// <param name="name">Label for people.</param>
    /// <param name="onMessage">Called with who sent what; nobody when the sender did not say.</param>
    /// <param name="codec">
    /// How messages become bytes; <see langword="null"/> for <see cref="PayloadCodec.Default{T}"/>.
    /// </param>
    /// <typeparam name="T">Type of the messages.</typeparam>
    public IGroupMember CreateMember<T>(string name, Action<MemberId?, T> onMessage, PayloadCodec<T>? codec = null)
    {
        ArgumentNullException.ThrowIfNull(onMessage);
        return CreateMember(name, message =>
        {
            onMessage(message.From, message.Read(codec));
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>
    /// Stops a scope on this node: it says goodbye, and its memberships of this node and its monitors end.
    /// </summary>
    /// <returns>Completes when the scope has stopped here. Nothing happens when it did not run.</returns>
    public Task StopScopeAsync(ScopeName scope)
    {
        Host.GetScope(scope).Stop();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Starts a stopped scope again, empty: members join again by themselves. Nothing happens when it runs.
    /// </summary>
    public void StartScope(ScopeName scope) => Host.GetScope(scope).Start();

    /// <summary>For example <c>a@1.1f09c2aa</c>.</summary>
    public override string ToString() => Id.ToString();
}
