namespace Orleans.Groups;

/// <summary>
/// One member of a ring, for whoever is not on a silo or wants no handler of his own: join, broadcast, confirm, tail
/// and leave by name.
/// </summary>
/// <remarks>
/// <para>
/// Its key comes from <see cref="RingMemberKey"/>: it names the silo on which the member lives, and a random part that
/// is known to nobody else; whoever knows the key is the member. On a client, <see cref="IGroups.Multicast"/> does all
/// this.
/// </para>
/// <para>
/// Grain calls may be lost, doubled and reordered. So calls that change something carry a number, 1, 2, 3, … per member
/// without a gap: they are done once and in this order, and one without an answer is said again with its number. Events
/// are numbered, too, and sent again until they are acknowledged.
/// </para>
/// <para>
/// Every call proves that the owner lives. After <see cref="RingJoinReply.Lease"/> without one the member leaves.
/// <c>SiloUnavailableException</c> does not mean that the member has ended; <see cref="CallState.Gone"/> does, and so
/// does the death of its silo.
/// </para>
/// </remarks>
[Alias("Orleans.Groups.IRingMemberGrain")]
public interface IRingMemberGrain : IGrainWithStringKey
{
    /// <summary>Joins. Answers <see cref="CallState.Pending"/> while it is under way: say it again.</summary>
    [Alias("Join")]
    [ResponseTimeout("00:00:20")]
    ValueTask<RingJoinReply> JoinAsync(RingJoinRequest request);

    /// <summary>Publishes messages. Pending while there is no room for all of them.</summary>
    [Alias("Broadcast")]
    [ResponseTimeout("00:00:20")]
    ValueTask<RingBroadcastReply> BroadcastAsync(RingBroadcastRequest request);

    /// <summary>Publishes a message and waits for proof. Pending while there is neither proof nor timeout.</summary>
    [Alias("ConfirmedBroadcast")]
    [ResponseTimeout("00:00:20")]
    ValueTask<RingBroadcastReply> ConfirmedBroadcastAsync(RingConfirmRequest request);

    /// <summary>Asks for events: answered at once when there are some, otherwise after a while.</summary>
    [Alias("Poll")]
    [ResponseTimeout("00:00:20")]
    ValueTask<RingMemberEvents> PollAsync(RingPoll poll);

    /// <summary>Begins to end the member. The end itself comes as an event.</summary>
    [Alias("End")]
    [ResponseTimeout("00:00:20")]
    ValueTask<RingMemberReply> EndAsync(RingEndRequest request);

    /// <summary>Compares a list of members with the ring's; the difference comes as an event.</summary>
    [Alias("Validate")]
    [ResponseTimeout("00:00:20")]
    ValueTask<RingMemberReply> ValidateMembersAsync(RingValidateRequest request);

    /// <summary>What the member knows; <see langword="null"/> when it has not joined, or has ended.</summary>
    [Alias("GetStatus")]
    [ResponseTimeout("00:00:10")]
    ValueTask<MulticastStatus?> GetStatusAsync();
}
