using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>The process groups of one scope, as one node sees them.</summary>
/// <remarks>
/// <para>
/// A group is a named multiset of members. It exists while it has a member. Every node that runs the scope knows every
/// group, and reads it from its own memory.
/// </para>
/// <para>
/// Promised: when a join or leave of this node has completed, reads and monitors of this node show it; every other node
/// sees the changes of one node in their order; once nothing changes and all nodes are connected, all of them see the
/// same. Not promised: an order between the changes of different nodes, and when another node sees a change.
/// </para>
/// <para>All members may be called from any thread.</para>
/// </remarks>
public interface IProcessGroups
{
    /// <summary>The scope; scopes never mix.</summary>
    ScopeName Scope { get; }

    /// <summary>The node whose view this is, and whose members may join here.</summary>
    NodeId Node { get; }

    /// <summary>
    /// Whether the scope runs on this node. While it does not, reads are empty and joins are answered with a status.
    /// </summary>
    bool IsRunning { get; }

    /// <summary>A handle to one group, for reading it again and again without looking up its name.</summary>
    IProcessGroup this[GroupName group] { get; }

    /// <summary>Number of groups with at least one member on any node.</summary>
    int GroupCount { get; }

    /// <summary>
    /// All members of a group, one entry per membership, in no promised order; empty for an unknown group.
    /// </summary>
    /// <remarks>Takes no lock. Allocates nothing while the group is unchanged; the first read after a change builds
    /// the list.</remarks>
    ImmutableArray<MemberId> GetMembers(GroupName group);

    /// <summary>The members of a group that live on this node; otherwise as <see cref="GetMembers"/>.</summary>
    ImmutableArray<MemberId> GetLocalMembers(GroupName group);

    /// <summary>All groups with at least one member, each once, in no promised order.</summary>
    ImmutableArray<GroupName> GetGroups();

    /// <summary>All groups with at least one member on this node, each once, in no promised order.</summary>
    ImmutableArray<GroupName> GetLocalGroups();

    /// <summary>
    /// Number of memberships of a group; 0 for an unknown group. Costs the same whatever the size of the group.
    /// </summary>
    int CountMembers(GroupName group);

    /// <summary>Number of memberships of a group held by members of this node.</summary>
    int CountLocalMembers(GroupName group);

    /// <summary>Adds one membership of <paramref name="member"/> in <paramref name="group"/>.</summary>
    /// <param name="group">The group; need not exist yet.</param>
    /// <param name="member">A member of this node. Joining k times takes k leaves.</param>
    /// <param name="cancellationToken">Checked before anything happens; a local join does not wait.</param>
    /// <returns>Completes when reads of this node show the membership.</returns>
    /// <exception cref="MemberNotLocalException">The member lives on another node. Nothing was changed.</exception>
    /// <exception cref="GroupLimitException">
    /// A limit of <see cref="ProcessGroupsOptions"/> is reached. Nothing was changed.
    /// </exception>
    ValueTask<JoinResult> JoinAsync(GroupName group, MemberId member, CancellationToken cancellationToken = default);

    /// <summary>Adds one membership per listed member in each listed group, all or nothing, as one step.</summary>
    /// <param name="groups">The groups; a group listed twice is joined twice.</param>
    /// <param name="members">Members of this node; a member listed twice joins twice. Empty changes nothing.</param>
    /// <param name="cancellationToken">Checked before anything happens.</param>
    /// <exception cref="MemberNotLocalException">
    /// One of the members lives on another node. Nothing was changed.
    /// </exception>
    /// <exception cref="GroupLimitException">
    /// A limit of <see cref="ProcessGroupsOptions"/> is reached. Nothing was changed.
    /// </exception>
    ValueTask<JoinResult> JoinAsync(
        IReadOnlyCollection<GroupName> groups,
        IReadOnlyCollection<MemberId> members,
        CancellationToken cancellationToken = default);

    /// <summary>Takes away one membership of <paramref name="member"/> in <paramref name="group"/>.</summary>
    /// <exception cref="MemberNotLocalException">The member lives on another node. Nothing was changed.</exception>
    ValueTask<LeaveResult> LeaveAsync(GroupName group, MemberId member, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes away one membership per listed member in each listed group where there is one, as one step.
    /// </summary>
    /// <returns>Exactly what was taken away; <see cref="LeaveStatus.NotJoined"/> when that is nothing.</returns>
    /// <exception cref="MemberNotLocalException">
    /// One of the members lives on another node. Nothing was changed.
    /// </exception>
    ValueTask<LeaveResult> LeaveAsync(
        IReadOnlyCollection<GroupName> groups,
        IReadOnlyCollection<MemberId> members,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Watches one group, which need not exist: an exact snapshot, then every change of this node's view of it.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="options">Bounds and owner; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the start of the monitor, not the monitor.</param>
    /// <exception cref="GroupLimitException">There are too many monitors.</exception>
    ValueTask<IMembershipMonitor> MonitorGroupAsync(
        GroupName group,
        MonitorOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Watches all groups of the scope; otherwise as <see cref="MonitorGroupAsync"/>.</summary>
    /// <exception cref="GroupLimitException">There are too many monitors.</exception>
    ValueTask<IMembershipMonitor> MonitorScopeAsync(
        MonitorOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Sends bytes to one member, wherever it lives. It is never started again for it.</summary>
    /// <param name="member">The receiver, as found in a group.</param>
    /// <param name="payload">
    /// 0 to <see cref="ProcessGroupsOptions.MaxPayloadBytes"/> bytes. Not copied: do not change it afterwards.
    /// </param>
    /// <param name="from">Who sends, for the receiver to see; a member of this node or nobody.</param>
    /// <param name="cancellationToken">Ends the wait, not the sending.</param>
    /// <returns>What became of it. What one node sends to one member arrives in order.</returns>
    /// <exception cref="PayloadTooLargeException">The payload is over the limit. Nothing was sent.</exception>
    ValueTask<SendOutcome> SendAsync(
        MemberId member,
        ReadOnlyMemory<byte> payload,
        MemberId? from = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends bytes to every member of a group as this node sees it now, once per member: one frame per node, fanned
    /// out there.
    /// </summary>
    /// <param name="group">The group; empty is fine.</param>
    /// <param name="payload">
    /// 0 to <see cref="ProcessGroupsOptions.MaxPayloadBytes"/> bytes. Not copied: do not change it afterwards.
    /// </param>
    /// <param name="from">Who sends, for the receivers to see; a member of this node or nobody.</param>
    /// <param name="cancellationToken">Checked before anything is sent.</param>
    /// <returns>
    /// To how many nodes it went. Nobody answers; use <see cref="SendAsync"/>, or a ring, to know that it arrived.
    /// </returns>
    /// <exception cref="PayloadTooLargeException">The payload is over the limit. Nothing was sent.</exception>
    ValueTask<PublishResult> PublishAsync(
        GroupName group,
        ReadOnlyMemory<byte> payload,
        MemberId? from = null,
        CancellationToken cancellationToken = default);
}
