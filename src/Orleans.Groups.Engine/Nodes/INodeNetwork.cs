namespace Orleans.Groups.Engine;

/// <summary>Who lives, as the nodes of this process know it. Any thread.</summary>
/// <remarks>
/// Order of locks: record store, then network, then lanes, then mailboxes and tables. A network tells its nodes of
/// sessions by <see cref="NodeHost.PeerUp"/> and <see cref="NodeHost.PeerDown"/>, both under <see cref="Gate"/>.
/// </remarks>
internal interface INodeNetwork
{
    /// <summary>
    /// Locked around every change of who is connected, and around the making of machines: so a machine that appears
    /// while a session begins or ends learns of it exactly once.
    /// </summary>
    Lock Gate { get; }

    /// <summary>Whether it has been told at all who lives. Before, only the nodes of this process do.</summary>
    bool KnowsWhoLives { get; }

    /// <summary>All living nodes, the ones of this process included.</summary>
    List<NodeId> CopyLiving();

    /// <summary>
    /// Whether this life of a node is known to be over: final. A node of which nothing is known is not dead.
    /// </summary>
    bool IsDead(NodeId node);

    /// <summary>Takes a node of this process out: it is connected with nobody any more.</summary>
    /// <returns><see langword="false"/> when that has happened before.</returns>
    bool Remove(NodeHost node);
}
