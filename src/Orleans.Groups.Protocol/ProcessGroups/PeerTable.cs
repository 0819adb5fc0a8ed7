using System;

namespace Orleans.Groups.Protocol;

/// <summary>A member in a group; the key of a peer's memberships.</summary>
internal readonly struct MembershipKey(GroupCell cell, MemberId member) : IEquatable<MembershipKey>
{
    /// <summary>The group.</summary>
    internal GroupCell Cell { get; } = cell;

    /// <summary>The member.</summary>
    internal MemberId Member { get; } = member;

    /// <inheritdoc/>
    public bool Equals(MembershipKey other) => ReferenceEquals(Cell, other.Cell) && Member.Equals(other.Member);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MembershipKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((Cell.GetHashCode() * 0x5BD1_E995) ^ Member.GetHashCode());
}

/// <summary>How often a peer's member is in a group, and in which message that was last said.</summary>
internal struct PeerCount
{
    internal int Count;
    internal long Stamp;
}

/// <summary>What a peer's table lacks, and whether that was asked for.</summary>
internal enum SnapshotWish
{
    /// <summary>Nothing is asked for.</summary>
    None,

    /// <summary>Asked for, by a discover or a request.</summary>
    Asked,

    /// <summary>Asked for, and a digest has come since that still shows the need: the next one asks again.</summary>
    Overdue,

    /// <summary>To be asked for as soon as the peer has room.</summary>
    Postponed,
}

/// <summary>How far a peer knows our memberships.</summary>
internal enum PeerSync
{
    /// <summary>It was told nothing.</summary>
    Fresh,

    /// <summary>
    /// It was told everything up to the common base of the gathered changes; updates continue from there.
    /// </summary>
    Clean,

    /// <summary>
    /// It is being told, part by part; when it has the last one, and what came later, it is <see cref="Clean"/>.
    /// </summary>
    Sending,

    /// <summary>It missed something for want of room, and gets a snapshot when it has room again (rule H5).</summary>
    Dirty,
}

/// <summary>
/// One session with another node: what its scope told us and what we told it. Dropped whole when the session ends.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="session">The session.</param>
internal sealed class PeerTable(NodeId node, long session)
{
    /// <summary>The node.</summary>
    internal NodeId Node { get; } = node;

    /// <summary>The session.</summary>
    internal long Session { get; } = session;

    /// <summary>The latest life of the node's scope that spoke in this session; 0 when none did.</summary>
    internal long Counter { get; set; }

    /// <summary>Whether that life has introduced itself and has not ended.</summary>
    internal bool IsIntroduced { get; set; }

    /// <summary>Whether a later life of the node has spoken: nothing of this one counts any more (rule H2).</summary>
    internal bool IsSuperseded { get; set; }

    /// <summary>Whether <see cref="Memberships"/> is all of it as of <see cref="Version"/>.</summary>
    internal bool IsComplete { get; set; }

    /// <summary>The peer's version of which <see cref="Memberships"/> is a copy.</summary>
    internal long Version { get; set; }

    /// <summary>Hash of <see cref="Memberships"/>.</summary>
    internal ulong Hash { get; set; }

    /// <summary>The peer's memberships, in the order in which they came.</summary>
    internal OrderedTable<MembershipKey, PeerCount> Memberships { get; private set; } = new();

    /// <summary>Number of the last message applied; marks which memberships it named.</summary>
    internal long Stamp { get; set; }

    /// <summary>Parts of a message of which not all have come.</summary>
    internal PartAssembly Parts { get; } = new();

    /// <summary>Whether its table is asked for. The discover at the start of a session asks.</summary>
    internal SnapshotWish Wish { get; set; } = SnapshotWish.Asked;

    /// <summary>How many of its digests said what is known of it.</summary>
    internal long Agreements { get; set; }

    /// <summary>Whether the peer's discover has been answered (PD8: once per life and session).</summary>
    internal bool IsAnswered { get; set; }

    /// <summary>What it knows of us. Changed by the machine alone, which counts the clean ones.</summary>
    internal PeerSync Sync { get; set; }

    /// <summary>What it is being sent, while <see cref="Sync"/> says so.</summary>
    internal Shipment? Shipment { get; set; }

    /// <summary>The part of that to be sent next.</summary>
    internal int NextPart { get; set; }

    /// <summary>
    /// A version of ours that nothing told to it was beyond, while it is not in step: a snapshot before that would take
    /// it back, or be dropped.
    /// </summary>
    internal long Told { get; set; }

    /// <summary>Whether the channel to it takes frames (rule H5).</summary>
    internal bool HasRoom { get; set; } = true;

    /// <summary>Forgets the memberships.</summary>
    internal void Forget()
    {
        Memberships = new();
        Hash = 0;
        Version = 0;
        IsComplete = false;
        Parts.Clear();
    }
}
