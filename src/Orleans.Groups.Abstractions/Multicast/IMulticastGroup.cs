namespace Orleans.Groups;

/// <summary>One member's place in a ring.</summary>
/// <remarks>
/// <para>
/// Promised: every message of a member that stays reaches every member that was there when it was published and stays;
/// what one sender publishes arrives in its order, without gap or duplicate, whoever crashes. If any member that stays
/// has got a message of a sender that crashed, all that stay get it. A death is reported after everything that the dead
/// left behind.
/// </para>
/// <para>
/// Not promised: an order between different senders; that what only members that crashed have seen reaches anybody;
/// that anything survives the end of all members.
/// </para>
/// <para>All members may be called from any thread. Disposing leaves the ring as <see cref="LeaveAsync"/> does.</para>
/// </remarks>
public interface IMulticastGroup : IAsyncDisposable
{
    /// <summary>The group.</summary>
    GroupName Group { get; }

    /// <summary>This member. A member that joins again has another id.</summary>
    MemberId Self { get; }

    /// <summary>Completes, after the last callback, when the member has terminated; never faults.</summary>
    Task<MulticastTermination> Completion { get; }

    /// <summary>Publishes to the ring.</summary>
    /// <param name="payload">
    /// 0 to <see cref="MulticastOptions.MaxPayloadBytes"/> bytes. Not copied: do not change it afterwards.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting for room; nothing was published then.</param>
    /// <returns>
    /// Completes when the member has accepted the message: it waits while the window is full. From inside a callback it
    /// never waits: a full window is answered <see cref="BroadcastReason.Overloaded"/> and nothing is sent.
    /// </returns>
    /// <exception cref="PayloadTooLargeException">The payload is over the limit. Nothing was published.</exception>
    ValueTask<BroadcastOutcome> BroadcastAsync(
        ReadOnlyMemory<byte> payload,
        CancellationToken cancellationToken = default);

    /// <summary>Publishes to the ring and waits for proof that it arrived.</summary>
    /// <param name="payload">
    /// 0 to <see cref="MulticastOptions.MaxPayloadBytes"/> bytes. Not copied: do not change it afterwards.
    /// </param>
    /// <param name="level">What has to be proved.</param>
    /// <param name="timeout">
    /// Ends the wait, not the publication; default <see cref="MulticastOptions.ConfirmTimeout"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, not the publication.</param>
    /// <returns>
    /// <see cref="BroadcastStatus.Ok"/>: every member that was in the ring when the message was published, and counts
    /// from before it, has received (or processed) it, or is gone. <see cref="BroadcastStatus.Failed"/>: it was
    /// delivered nowhere. <see cref="BroadcastStatus.Unknown"/>: it may have been delivered to some. For the only
    /// member it takes one read of the record.
    /// </returns>
    /// <exception cref="PayloadTooLargeException">The payload is over the limit. Nothing was published.</exception>
    ValueTask<BroadcastOutcome> ConfirmedBroadcastAsync(
        ReadOnlyMemory<byte> payload,
        ConfirmLevel level = ConfirmLevel.ReceivedByAll,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Leaves the ring: takes no more broadcasts, and goes when everything it published has reached everybody.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, not the leaving.</param>
    /// <returns>
    /// How the member ended; as <see cref="Completion"/>. From inside a callback it does not wait for the end.
    /// </returns>
    Task<MulticastTermination> LeaveAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends the whole ring: all members terminate with <see cref="TerminationReason.GroupShutDown"/>; nobody drains.
    /// </summary>
    /// <returns>As <see cref="LeaveAsync"/>.</returns>
    Task<MulticastTermination> ShutDownGroupAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Compares a list of members with the ring's and reports the difference to the handler as
    /// <see cref="MembersChanged"/>, behind everything already on its way. Changes nothing in the ring.
    /// </summary>
    void ValidateMembers(IReadOnlyCollection<MemberId> members);

    /// <summary>What this member knows now: for diagnostics. Costs a copy of the member list.</summary>
    MulticastStatus GetStatus();
}
