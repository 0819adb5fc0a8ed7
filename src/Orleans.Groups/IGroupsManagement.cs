using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>
/// Looks at what runs, without joining or watching anything: for tools and people. A singleton of the services of a
/// silo and of a client; any thread.
/// </summary>
public interface IGroupsManagement
{
    /// <summary>The scopes that run on the silo that answers, in ordinal order.</summary>
    /// <exception cref="GroupException"><see cref="GroupErrorCode.Timeout"/>: no silo answered.</exception>
    ValueTask<ImmutableArray<ScopeName>> GetScopesAsync(CancellationToken cancellationToken = default);

    /// <summary>Asks every silo what its members of a ring know, and waits about two seconds at most.</summary>
    /// <exception cref="GroupException"><see cref="GroupErrorCode.Timeout"/>: no silo answered.</exception>
    ValueTask<RingReport> GetRingAsync(GroupName group, CancellationToken cancellationToken = default);
}

/// <summary>What the members of a ring know.</summary>
/// <param name="Group">The group.</param>
/// <param name="Members">
/// What each member says, those that are joining or leaving included; in no promised order. Each lists the ring in its
/// order, as it sees it.
/// </param>
/// <param name="Silent">Silos that did not answer in time, as endpoint@generation; normally empty.</param>
public sealed record RingReport(
    GroupName Group,
    ImmutableArray<MulticastStatus> Members,
    ImmutableArray<string> Silent);
