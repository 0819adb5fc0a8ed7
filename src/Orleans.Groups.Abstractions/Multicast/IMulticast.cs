namespace Orleans.Groups;

/// <summary>
/// Guaranteed multicast on one node: joining rings, and ending whole groups. All members may be called from any
/// thread.
/// </summary>
public interface IMulticast
{
    /// <summary>The node on which members that join here live.</summary>
    NodeId Node { get; }

    /// <summary>Joins a ring, or founds it. A node may have several members in one ring.</summary>
    /// <param name="group">The group.</param>
    /// <param name="handler">Called with everything that happens to the member, one call after the other.</param>
    /// <param name="options">
    /// The member's name and how long joining may take; <see langword="null"/> for the defaults.
    /// </param>
    /// <param name="cancellationToken">Gives up joining; whatever was begun is undone.</param>
    /// <returns>
    /// Completes when the member is in the ring with the state of its left neighbour. It gets everything that is
    /// published after that, and <see cref="MulticastJoined.Bases"/> says exactly from where.
    /// </returns>
    /// <exception cref="GroupException">
    /// <see cref="GroupErrorCode.Timeout"/>, <see cref="GroupErrorCode.RecordUnavailable"/>,
    /// <see cref="GroupErrorCode.ShuttingDown"/>, <see cref="GroupErrorCode.Faulted"/>.
    /// </exception>
    /// <exception cref="GroupLimitException">There are too many members on this node or in the ring.</exception>
    Task<IMulticastGroup> JoinAsync(
        GroupName group,
        IMulticastHandler handler,
        MulticastJoinOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Forgets a group, whoever is in it: members that live terminate with <see cref="TerminationReason.Forgotten"/>.
    /// </summary>
    /// <returns>Completes when the record says so; <see langword="false"/> when there was no such group.</returns>
    /// <exception cref="GroupException">
    /// <see cref="GroupErrorCode.RecordUnavailable"/>: it may or may not have happened.
    /// </exception>
    Task<bool> ForgetAsync(GroupName group, CancellationToken cancellationToken = default);
}
