namespace Orleans.Groups;

/// <summary>Settings of Orleans.Groups on a client.</summary>
public sealed class GroupsClientOptions
{
    /// <summary>Scope used where none is named; default <c>default</c>. The same as on the silos.</summary>
    public string DefaultScope { get; set; } = "default";

    /// <summary>
    /// How long a call to a silo may stay without an answer before it is made again, which never does anything twice;
    /// 50 ms to 1 min, default 3 s. What is waited for on purpose does not count.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long the start of the client waits for a silo; then it goes on, and a silo is looked for in the background.
    /// 0 to 1 h, default 10 s.
    /// </summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the stop of the client may take for ring members to leave; 0 to 1 h, default 5 s.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long joining a ring may take when the call does not say; 100 ms to 1 h, default 30 s.</summary>
    public TimeSpan JoinTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Most bytes of one ring member that its silo has not accepted yet, 64 bytes per message included; 1 KiB to 1 GiB,
    /// default 4 MiB. A single larger message is sent alone. At the limit broadcasts wait, and in callbacks they are
    /// answered <see cref="BroadcastReason.Overloaded"/>.
    /// </summary>
    public int MaxUnsentBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Most calls that wait for an answer: of process groups, and of each ring member; 1 to 1 000 000, default 16 384.
    /// At the limit <see cref="BroadcastReason.Overloaded"/>, <see cref="SendOutcome.Overloaded"/>, or a
    /// <see cref="GroupLimitException"/>.
    /// </summary>
    public int MaxPendingCalls { get; set; } = 16_384;

    /// <summary>
    /// What to do when the handler of a ring member throws; default <see cref="HandlerFailurePolicy.Skip"/>.
    /// </summary>
    public HandlerFailurePolicy OnHandlerFailure { get; set; } = HandlerFailurePolicy.Skip;

    /// <summary>
    /// All that is wrong with these settings, each with name, value and allowed range; empty when nothing is.
    /// </summary>
    public IReadOnlyList<string> GetErrors()
    {
        var hour = TimeSpan.FromHours(1);
        var errors = new OptionErrors(nameof(GroupsClientOptions));
        errors.Name(DefaultScope, nameof(DefaultScope));
        errors.Range(CallTimeout, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1), nameof(CallTimeout));
        errors.Range(StartTimeout, TimeSpan.Zero, hour, nameof(StartTimeout));
        errors.Range(StopTimeout, TimeSpan.Zero, hour, nameof(StopTimeout));
        errors.Range(JoinTimeout, TimeSpan.FromMilliseconds(100), hour, nameof(JoinTimeout));
        errors.Range(MaxUnsentBytes, 1024, 1024 * 1024 * 1024, nameof(MaxUnsentBytes));
        errors.Range(MaxPendingCalls, 1, 1_000_000, nameof(MaxPendingCalls));
        if (!Enum.IsDefined(OnHandlerFailure))
        {
            errors.Add(nameof(OnHandlerFailure), OnHandlerFailure, "must be Skip or Stop");
        }

        return errors.ToList();
    }
}
