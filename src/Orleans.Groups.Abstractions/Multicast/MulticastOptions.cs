namespace Orleans.Groups;

/// <summary>What to do about a member whose handler is too slow for the others.</summary>
public enum SlowMemberPolicy
{
    /// <summary>Wait for it: senders wait when their windows are full.</summary>
    Tolerate,

    /// <summary>
    /// Take it out of the ring when it has made no progress for <see cref="MulticastOptions.EjectAfter"/>, or has been
    /// far behind for that long.
    /// </summary>
    Eject,
}

/// <summary>What to do when a handler throws.</summary>
public enum HandlerFailurePolicy
{
    /// <summary>Report it and go on with the next call; the message counts as processed.</summary>
    Skip,

    /// <summary>Stop the member, without draining.</summary>
    Stop,
}

/// <summary>Settings of guaranteed multicast on one node.</summary>
public sealed class MulticastOptions
{
    /// <summary>Largest payload, 1 to 16 MiB; default 256 KiB. The same on every node.</summary>
    public int MaxPayloadBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// Most bytes of one sender that not every member has processed, 64 bytes per message included;
    /// <see cref="MaxPayloadBytes"/> + 64 to 1 GiB, default 4 MiB. A member keeps at most this times the number of
    /// members.
    /// Not more than <see cref="MaxQueuedBytes"/>.
    /// </summary>
    public int WindowBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Largest frame between members, 64 KiB to 16 MiB, default 1 MiB. More travels in several frames, but a single
    /// message is never split, so a larger payload makes a larger frame. Between silos frames are smaller than 64 KiB
    /// as far as possible, which is what their links send at once.
    /// </summary>
    public int MaxFrameBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Most members of one ring, dead ones that are not yet erased included; 1 to 4 096, default 256.
    /// </summary>
    public int MaxMembers { get; set; } = 256;

    /// <summary>Most ring members on this node, 1 or more; default 10 000.</summary>
    public int MaxLocalMembers { get; set; } = 10_000;

    /// <summary>
    /// Most joiners that wait for one member to take them in, 1 to 4 096; default 256. Others are sent elsewhere, and
    /// try again.
    /// </summary>
    public int MaxWaitingJoiners { get; set; } = 256;

    /// <summary>
    /// Most bytes of ring traffic that a joiner holds until it has its state, 64 KiB to 1 GiB; default 64 MiB. At the
    /// limit it starts joining anew.
    /// </summary>
    public int MaxHeldBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Most bytes that wait for one member's handler, <see cref="WindowBytes"/> to 2 GiB − 1; default 256 MiB. A
    /// message counts its payload and 64 bytes, a notification 256 bytes and 8 for each member it names. Windows alone
    /// keep a member within this while no more than this / <see cref="WindowBytes"/> members publish at one time, those
    /// that have left meanwhile included. A member whose handler falls further behind ends with
    /// <see cref="TerminationReason.TooSlow"/>, whatever <see cref="SlowMembers"/> says; the others go on without it.
    /// </summary>
    public int MaxQueuedBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>
    /// Most confirmed broadcasts of one member that wait for their proof, 1 or more; default 65 536. At the limit
    /// <see cref="BroadcastReason.Overloaded"/>.
    /// </summary>
    public int MaxPendingConfirms { get; set; } = 65_536;

    /// <summary>
    /// Most callers of one member that wait for room in its window, 1 or more; default 65 536. At the limit
    /// <see cref="BroadcastReason.Overloaded"/>.
    /// </summary>
    public int MaxWaitingBroadcasts { get; set; } = 65_536;

    /// <summary>How long joining may take, 100 ms to 1 h; default 30 s.</summary>
    public TimeSpan JoinTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one try to join may take before another member is asked, 100 ms to 1 h; default 5 s.</summary>
    public TimeSpan JoinAttemptTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long leaving may drain, 100 ms to 1 h; default 30 s. Then the member goes with
    /// <see cref="TerminationReason.LeftUndrained"/>.
    /// </summary>
    public TimeSpan LeaveTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a confirmed broadcast waits when the call does not say, 10 ms to 1 h; default 30 s.</summary>
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// First wait before something is tried again, 1 ms to 1 min; default 20 ms. Doubles, with jitter, up to
    /// <see cref="RetryMaximum"/>.
    /// </summary>
    public TimeSpan RetryMinimum { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Longest wait before something is tried again, <see cref="RetryMinimum"/> to 10 min; default 2 s.
    /// </summary>
    public TimeSpan RetryMaximum { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What to do about a slow member; default <see cref="SlowMemberPolicy.Tolerate"/>.</summary>
    public SlowMemberPolicy SlowMembers { get; set; } = SlowMemberPolicy.Tolerate;

    /// <summary>
    /// With <see cref="SlowMemberPolicy.Eject"/>: how long a member may make no progress on messages that wait for it,
    /// or be far behind; 100 ms to 1 h; default 10 s.
    /// </summary>
    /// <remarks>
    /// Far behind is a member for whose handler half of a publisher's window waits, until that is less than a quarter:
    /// such a handler may always get somewhere, and yet everybody waits for it. Only what everybody has received
    /// counts, and only while at least half of the members, the publisher included, are not far behind: with a
    /// publisher that is too fast for most of them, nobody is taken out. It is noticed up to a quarter of it late.
    /// </remarks>
    public TimeSpan EjectAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What to do when a handler throws; default <see cref="HandlerFailurePolicy.Skip"/>.</summary>
    public HandlerFailurePolicy OnHandlerFailure { get; set; } = HandlerFailurePolicy.Skip;

    /// <summary>
    /// All that is wrong with these settings, each with name, value and allowed range; empty when nothing is.
    /// </summary>
    public IReadOnlyList<string> GetErrors()
    {
        const int GiB = 1024 * 1024 * 1024;
        var hour = TimeSpan.FromHours(1);
        var tenth = TimeSpan.FromMilliseconds(100);
        var errors = new OptionErrors(nameof(MulticastOptions));
        errors.Range(MaxPayloadBytes, 1, OptionErrors.HardPayloadBytes, nameof(MaxPayloadBytes));
        var smallestWindow = Math.Clamp(MaxPayloadBytes, 1, OptionErrors.HardPayloadBytes) + 64;
        errors.Range(WindowBytes, smallestWindow, GiB, nameof(WindowBytes));
        errors.Range(MaxFrameBytes, 64 * 1024, 16 * 1024 * 1024, nameof(MaxFrameBytes));
        errors.Range(MaxMembers, 1, 4_096, nameof(MaxMembers));
        errors.Range(MaxLocalMembers, 1, int.MaxValue, nameof(MaxLocalMembers));
        errors.Range(MaxWaitingJoiners, 1, 4_096, nameof(MaxWaitingJoiners));
        errors.Range(MaxHeldBytes, 64 * 1024, GiB, nameof(MaxHeldBytes));
        errors.Range(MaxQueuedBytes, Math.Clamp(WindowBytes, 1, GiB), int.MaxValue, nameof(MaxQueuedBytes));
        errors.Range(MaxPendingConfirms, 1, int.MaxValue, nameof(MaxPendingConfirms));
        errors.Range(MaxWaitingBroadcasts, 1, int.MaxValue, nameof(MaxWaitingBroadcasts));
        errors.Range(JoinTimeout, tenth, hour, nameof(JoinTimeout));
        errors.Range(JoinAttemptTimeout, tenth, hour, nameof(JoinAttemptTimeout));
        errors.Range(LeaveTimeout, tenth, hour, nameof(LeaveTimeout));
        errors.Range(ConfirmTimeout, TimeSpan.FromMilliseconds(10), hour, nameof(ConfirmTimeout));
        errors.Range(RetryMinimum, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), nameof(RetryMinimum));
        errors.Range(RetryMaximum, RetryMinimum, TimeSpan.FromMinutes(10), nameof(RetryMaximum));
        errors.Range(EjectAfter, tenth, hour, nameof(EjectAfter));
        if (!Enum.IsDefined(SlowMembers))
        {
            errors.Add(nameof(SlowMembers), SlowMembers, "must be Tolerate or Eject");
        }

        if (!Enum.IsDefined(OnHandlerFailure))
        {
            errors.Add(nameof(OnHandlerFailure), OnHandlerFailure, "must be Skip or Stop");
        }

        return errors.ToList();
    }
}
