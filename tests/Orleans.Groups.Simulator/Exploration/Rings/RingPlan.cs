namespace Orleans.Groups.Simulator.Exploration;

/// <summary>
/// What one client does, step after step; a step is taken as soon as it can be, or at any time later.
/// </summary>
internal enum SeatStep : byte
{
    /// <summary>Begin to join.</summary>
    Join,

    /// <summary>Begin to join once the seat before this one, on the same node, is over.</summary>
    JoinAgain,

    /// <summary>Begin to join once the seat before this one has begun to leave.</summary>
    JoinBehind,

    /// <summary>Publish a message.</summary>
    Publish,

    /// <summary>Publish a message and wait until it has been received by all.</summary>
    Confirm,

    /// <summary>Publish a message and wait until it has been processed by all.</summary>
    ConfirmProcessed,

    /// <summary>Leave.</summary>
    Leave,

    /// <summary>Shut the ring down.</summary>
    ShutDown,

    /// <summary>Stop at once, without draining.</summary>
    Stop,
}

/// <summary>When handlers run.</summary>
internal enum HandlerPace : byte
{
    /// <summary>Nobody reports what was processed: fewer frames, where windows do not matter.</summary>
    Silent,

    /// <summary>At any time, as a step of its own.</summary>
    Apart,
}

/// <summary>A member of a world: on which node it lives and what its client does.</summary>
internal sealed record SeatPlan(int Node, params SeatStep[] Steps);

/// <summary>A small world of a ring: its members, what they do, and which faults may happen at any moment.</summary>
internal sealed record RingPlan(string Name, string Story, params SeatPlan[] Seats)
{
    /// <summary>So many first seats are in the ring when the exploration begins, in this order.</summary>
    internal int Initial { get; init; }

    /// <summary>Nodes may crash so often.</summary>
    internal int Crashes { get; init; }

    /// <summary>The nodes that may crash; any, if it is not said.</summary>
    internal int[]? Mortals { get; init; }

    /// <summary>Living nodes may be declared dead so often.</summary>
    internal int Zombies { get; init; }

    /// <summary>A node may end its session with another so often, although both live.</summary>
    internal int Suspicions { get; init; }

    /// <summary>Sessions may begin anew so often.</summary>
    internal int Reopenings { get; init; }

    /// <summary>The store may leave so many requests without a known outcome.</summary>
    internal int Unknowns { get; init; }

    /// <summary>The record may vanish so often.</summary>
    internal int Losses { get; init; }

    /// <summary>Whether the end of a turn is a step of its own, so that output of several inputs is gathered.</summary>
    internal bool FlushesApart { get; init; }

    /// <summary>When handlers run.</summary>
    internal HandlerPace Handlers { get; init; }

    /// <summary>Groups of seats that play the same part, so that states which mirror each other count once.</summary>
    internal int[][] Twins { get; init; } = [];

    /// <summary>Whether anything can happen for which a living member is taken out.</summary>
    internal bool MayLoseMembership => Crashes + Zombies + Suspicions > 0;

    /// <summary>Number of nodes.</summary>
    internal int Nodes => Seats.Max(static seat => seat.Node) + 1;
}
