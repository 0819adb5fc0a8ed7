using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>Where a member of a ring is in its life.</summary>
public enum MulticastPhase
{
    /// <summary>It is looking for a place in the ring.</summary>
    Joining,

    /// <summary>It is in the ring.</summary>
    Member,

    /// <summary>It drains before it leaves.</summary>
    Leaving,

    /// <summary>It has ended.</summary>
    Terminated,
}

/// <summary>One member of a ring as another sees it.</summary>
/// <param name="Id">Who.</param>
/// <param name="IsAlive">
/// Whether the record lists it as alive; otherwise its last messages are still being settled.
/// </param>
/// <param name="InheritedBy">Who answers for it while it is dead and not yet erased.</param>
/// <param name="PendingPublications">Messages of it that are kept here until all have them.</param>
public sealed record MulticastMemberStatus(MemberId Id, bool IsAlive, MemberId? InheritedBy, long PendingPublications);

/// <summary>What a member of a ring knows. An immutable copy.</summary>
/// <param name="Group">The group.</param>
/// <param name="Self">The member.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="Epoch">
/// Which life of the record; changes when a lost record is made again. Empty before the first view.
/// </param>
/// <param name="ViewVersion">Version of the record it goes by; 0 before the first.</param>
/// <param name="Members">The ring in its order, dead members included until they are erased.</param>
/// <param name="LeftNeighbour">Who sends to it; itself when it is alone, nobody before the first view.</param>
/// <param name="RightNeighbour">To whom it sends; itself when it is alone, nobody before the first view.</param>
/// <param name="PendingBytes">Payload bytes kept until all have them.</param>
/// <param name="UnprocessedBytes">
/// Bytes of its own messages that not every member has processed; its window limits them.
/// </param>
/// <param name="HeldUpBy">The member whose handler is furthest behind on this member's messages, if any.</param>
/// <param name="QueuedDeliveries">Callbacks waiting for this member's handler.</param>
/// <param name="Published">Number of its own last message.</param>
/// <param name="Delivered">Messages its handler has processed, its own included.</param>
public sealed record MulticastStatus(
    GroupName Group,
    MemberId Self,
    MulticastPhase Phase,
    string Epoch,
    long ViewVersion,
    ImmutableArray<MulticastMemberStatus> Members,
    MemberId? LeftNeighbour,
    MemberId? RightNeighbour,
    long PendingBytes,
    long UnprocessedBytes,
    MemberId? HeldUpBy,
    long QueuedDeliveries,
    long Published,
    long Delivered);
