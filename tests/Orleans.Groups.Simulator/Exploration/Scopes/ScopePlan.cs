namespace Orleans.Groups.Simulator.Exploration;

/// <summary>What a client of a scope does.</summary>
internal enum ScopeVerb : byte
{
    /// <summary>A member joins a group.</summary>
    Join,

    /// <summary>A member leaves a group.</summary>
    Leave,

    /// <summary>A member ends.</summary>
    End,

    /// <summary>The scope stops on this node.</summary>
    Stop,

    /// <summary>The scope starts again.</summary>
    Start,
}

/// <summary>One step of a client.</summary>
internal sealed record ScopeStep(ScopeVerb Verb, string Group = "g", int Member = 1);

/// <summary>A life of a node, and what its clients do, step after step.</summary>
/// <param name="Name">Of the node.</param>
/// <param name="Ordinal">Which life; the first ones live from the beginning, later ones when the one before is
/// dead.</param>
/// <param name="Steps">What its clients do.</param>
internal sealed record ScopeSeatPlan(string Name, int Ordinal, params ScopeStep[] Steps);

/// <summary>
/// A small world of a scope on some nodes: what clients do, and which faults may happen at any moment.
/// </summary>
internal sealed record ScopePlan(string Name, string Story, params ScopeSeatPlan[] Seats)
{
    /// <summary>Whether the first nodes know each other when the exploration begins.</summary>
    internal bool IsSettled { get; init; }

    /// <summary>First lives that start at any later time.</summary>
    internal int[] Late { get; init; } = [];

    /// <summary>Nodes may crash so often; a later life of the same name then starts when it likes.</summary>
    internal int Crashes { get; init; }

    /// <summary>The lives that may crash; any, if it is not said.</summary>
    internal int[]? Mortals { get; init; }

    /// <summary>A node may end its session with another so often, although both live.</summary>
    internal int Suspicions { get; init; }

    /// <summary>Sessions may begin anew so often.</summary>
    internal int Reopenings { get; init; }

    /// <summary>So many frames may be lost, beyond what a link allows: digests must heal it.</summary>
    internal int Lost { get; init; }

    /// <summary>So many frames may come twice, beyond what a link allows.</summary>
    internal int Doubled { get; init; }

    /// <summary>So many frames may overtake the one before, beyond what a link allows.</summary>
    internal int Swapped { get; init; }

    /// <summary>So often a channel may have no room for a while.</summary>
    internal int Stalls { get; init; }

    /// <summary>Digests that all nodes send, one after the other, when all is quiet.</summary>
    internal int Digests { get; init; }

    /// <summary>Digests that single nodes may send at any moment.</summary>
    internal int EarlyDigests { get; init; }

    /// <summary>Most memberships in a part of a snapshot or update.</summary>
    internal int FrameSize { get; init; } = 64;

    /// <summary>Groups of lives that play the same part, so that states which mirror each other count once.</summary>
    internal int[][] Twins { get; init; } = [];
}
