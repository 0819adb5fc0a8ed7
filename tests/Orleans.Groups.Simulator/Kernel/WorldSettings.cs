using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>What a world is made of. All times are in microseconds of virtual time.</summary>
internal sealed record WorldSettings
{
    /// <summary>Nodes that live from the beginning.</summary>
    internal int Nodes { get; init; } = 3;

    internal RingSettings Ring { get; init; } = DefaultRing;

    internal LinkSettings Link { get; init; } = new();

    internal ScopeSettings Scope { get; init; } = new(1_000, 1_000, 1_000, 100, 4_096, IsLocal: false);

    /// <summary>Scopes that run on every node from the beginning.</summary>
    internal string[] Scopes { get; init; } = [];

    /// <summary>Which of them stay on their nodes.</summary>
    internal string[] LocalScopes { get; init; } = [];

    /// <summary>Most changes that wait in a monitor.</summary>
    internal int MonitorChanges { get; init; } = 4_096;

    internal long DigestInterval { get; init; } = 5_000_000;

    /// <summary>Bytes of one ring member that not all have processed.</summary>
    internal long WindowBytes { get; init; } = 64 * 1024;

    internal long JoinTimeout { get; init; } = 30_000_000;

    internal long ConfirmTimeout { get; init; } = 30_000_000;

    internal HandlerFailurePolicy OnHandlerFailure { get; init; } = HandlerFailurePolicy.Skip;

    /// <summary>Shortest way of a packet.</summary>
    internal long LatencyMinimum { get; init; } = 200;

    /// <summary>Longest way of a packet, where no fault makes it longer.</summary>
    internal long LatencyMaximum { get; init; } = 2_000;

    /// <summary>Whether packets between two nodes never overtake each other, as Erlang promises.</summary>
    internal bool IsFifo { get; init; }

    /// <summary>In a thousand lost packets, how many the transport knows of.</summary>
    internal int TellsLosses { get; init; }

    /// <summary>Longest wait of something in a mailbox for its turn.</summary>
    internal long TurnMaximum { get; init; } = 200;

    internal long StoreMinimum { get; init; } = 500;

    internal long StoreMaximum { get; init; } = 3_000;

    /// <summary>Front-ends of the record store; with more than one, writes may collide.</summary>
    internal int StoreFronts { get; init; } = 1;

    /// <summary>Shortest time from a crash to the verdict of membership.</summary>
    internal long DetectionMinimum { get; init; } = 300_000;

    internal long DetectionMaximum { get; init; } = 1_500_000;

    /// <summary>Longest time until a node hears of a change of membership.</summary>
    internal long GossipMaximum { get; init; } = 100_000;

    /// <summary>How fast the clock of each node runs, in thousandths; nodes beyond the list run at 1 000.</summary>
    internal int[] ClockRates { get; init; } = [];

    /// <summary>Whether timers that were replaced fire nevertheless, as they may when they race.</summary>
    internal bool FiresStaleTimers { get; init; }

    /// <summary>How often rings are looked at, for their counters and links; 0 for never.</summary>
    internal long InspectInterval { get; init; } = 100_000;

    internal static RingSettings DefaultRing { get; } = new(
        WindowBytes: 64 * 1024,
        MaxFrameBytes: 64 * 1024,
        MaxMembers: 64,
        MaxWaitingJoiners: 64,
        MaxHeldBytes: 1024 * 1024,
        JoinAttemptTimeout: TimeSpan.FromSeconds(5),
        LeaveTimeout: TimeSpan.FromSeconds(30),
        RetryMinimum: TimeSpan.FromMilliseconds(20),
        RetryMaximum: TimeSpan.FromSeconds(2),
        EjectSlowMembers: false,
        EjectAfter: TimeSpan.FromSeconds(10));
}
