using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>A copy of what a scope machine knows, for diagnostics and tests.</summary>
/// <param name="Scope">The scope.</param>
/// <param name="Self">This life of it.</param>
/// <param name="IsStopped">Whether it has said goodbye.</param>
/// <param name="Version">Number of local operations that changed something.</param>
/// <param name="Hash">Hash of the local memberships, as digests carry it.</param>
/// <param name="MembershipCount">Memberships in all groups, those of other nodes included.</param>
/// <param name="GroupCount">Groups with members.</param>
/// <param name="LocalGroupCount">Groups with members of this node.</param>
/// <param name="LocalMemberCount">Members of this node that are watched.</param>
/// <param name="MonitorCount">Running monitors.</param>
/// <param name="GatheredChanges">Memberships whose change has not been sent yet.</param>
/// <param name="Peers">The nodes in session, in the order in which the sessions began.</param>
internal sealed record ScopeStatus(
    ScopeName Scope,
    ScopeId Self,
    bool IsStopped,
    long Version,
    ulong Hash,
    long MembershipCount,
    int GroupCount,
    int LocalGroupCount,
    int LocalMemberCount,
    int MonitorCount,
    int GatheredChanges,
    ImmutableArray<PeerStatus> Peers);

/// <summary>A copy of what a scope machine knows of one session.</summary>
/// <param name="Node">The other node.</param>
/// <param name="Session">The session.</param>
/// <param name="Scope">The life of its scope; <see langword="null"/> when none has introduced itself, or it
/// ended.</param>
/// <param name="IsComplete">Whether its memberships are known as of <paramref name="Version"/>.</param>
/// <param name="Version">Its version, as far as known.</param>
/// <param name="Hash">Hash of its memberships, as far as known.</param>
/// <param name="MembershipCount">Distinct memberships known of it.</param>
/// <param name="Wish">Whether its table is asked for.</param>
/// <param name="Sync">What it knows of us.</param>
/// <param name="HasRoom">Whether the channel to it takes frames.</param>
internal sealed record PeerStatus(
    NodeId Node,
    long Session,
    ScopeId? Scope,
    bool IsComplete,
    long Version,
    ulong Hash,
    int MembershipCount,
    SnapshotWish Wish,
    PeerSync Sync,
    bool HasRoom);
