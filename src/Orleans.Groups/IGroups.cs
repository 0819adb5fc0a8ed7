namespace Orleans.Groups;

/// <summary>
/// Process groups and multicast as one silo, or one client, uses them. A singleton of its services; any thread.
/// </summary>
/// <remarks>
/// On a silo, members live in the silo's process and reads come from its memory. On a client, members live on a silo
/// under a lease that the client renews, and reads come from a copy that a silo keeps up to date.
/// </remarks>
public interface IGroups
{
    /// <summary>
    /// The node whose view this is: this silo, or the silo that a client talks to now.
    /// </summary>
    /// <exception cref="InvalidOperationException">The silo or client has not been started yet.</exception>
    NodeId Node { get; }

    /// <summary>Process groups of the default scope.</summary>
    IProcessGroups ProcessGroups { get; }

    /// <summary>Guaranteed multicast.</summary>
    IMulticast Multicast { get; }

    /// <summary>Process groups of a scope; the same object whenever the name is the same.</summary>
    /// <exception cref="UnknownScopeException">The options list the scopes, and this is none of them.</exception>
    /// <exception cref="GroupLimitException">There are too many scopes.</exception>
    IProcessGroups GetProcessGroups(ScopeName scope);

    /// <summary>
    /// Makes a member that can join groups and gets what is sent to it. Grains join as themselves instead.
    /// </summary>
    /// <param name="name">Label for people: 1 to 256 UTF-8 bytes without control characters.</param>
    /// <param name="onMessage">
    /// Called with each payload sent to it, one after the other, on the thread pool; an exception is logged and the
    /// next follows. <see langword="null"/>: the member takes payloads and drops them.
    /// </param>
    /// <param name="cancellationToken">On a client, ends the wait for the silo. A silo answers at once.</param>
    /// <exception cref="GroupLimitException">There are too many members on this node.</exception>
    /// <exception cref="GroupException"><see cref="GroupErrorCode.ShuttingDown"/>: the node is stopping.</exception>
    ValueTask<IGroupMember> CreateMemberAsync(
        string name,
        Func<MemberMessage, ValueTask>? onMessage = null,
        CancellationToken cancellationToken = default);
}
