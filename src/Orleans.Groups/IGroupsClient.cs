namespace Orleans.Groups;

/// <summary>Process groups and multicast on an Orleans client: the same object as its <see cref="IGroups"/>.</summary>
/// <remarks>
/// <para>
/// A silo serves the client: it hosts its members and keeps its reads up to date. When the client cannot reach it
/// through one gateway, it goes on through another, and nothing is lost. When the silo is gone, or has heard nothing of
/// the client for <see cref="GroupsOptions.ClientLease"/>, another silo takes over: members are the same objects with
/// a new <see cref="IGroupMember.Id"/>, in the same groups; monitors go on with
/// <see cref="MembershipChangeKind.Restarted"/>; ring members end, and may join again.
/// </para>
/// <para>
/// Reads come from a copy in this process that the silo keeps up to date, from the first use of a scope on. Until its
/// first snapshot has come they are empty, and while another silo takes over they show what was known last. The
/// "local" members of a scope are those that were made here.
/// </para>
/// </remarks>
public interface IGroupsClient : IGroups
{
    /// <summary>Completes when a silo serves this client.</summary>
    /// <exception cref="GroupException">
    /// <see cref="GroupErrorCode.ShuttingDown"/>, or <see cref="GroupErrorCode.Incompatible"/>.
    /// </exception>
    Task ReadyAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Completes when reads of a scope show what the silo that serves this client knew when it was called: to wait for
    /// the first snapshot, and to read what another process has said that it has done.
    /// </summary>
    /// <exception cref="UnknownScopeException">The silos list the scopes, and this is none of them.</exception>
    /// <exception cref="GroupException">
    /// <see cref="GroupErrorCode.ShuttingDown"/>, or <see cref="GroupErrorCode.Incompatible"/>.
    /// </exception>
    Task ReadyAsync(ScopeName scope, CancellationToken cancellationToken = default);
}
