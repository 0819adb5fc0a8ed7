using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>The member is in the ring.</summary>
/// <param name="Group">The member's place in the ring, for publishing from callbacks.</param>
/// <param name="Members">All members that the ring knows, this one included, in the order in which they joined.</param>
/// <param name="Bases">
/// Per member the number after which its messages are delivered here: the first one is base + 1.
/// </param>
public sealed record MulticastJoined(
    IMulticastGroup Group,
    ImmutableArray<MemberId> Members,
    ImmutableArray<PublisherBase> Bases);

/// <summary>From where on the messages of a publisher are delivered to a member.</summary>
/// <param name="Publisher">The publisher.</param>
/// <param name="Number">Number of its last message that is not delivered here; 0 when all are.</param>
public readonly record struct PublisherBase(MemberId Publisher, long Number);
