using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>A life of a node: the machine of its scope, and what is known to be true of its members.</summary>
internal sealed class ScopeSeat(NodeId id)
{
    internal NodeId Id { get; } = id;

    internal bool HasStarted { get; set; }

    internal bool IsAlive { get; set; }

    internal int StepsDone { get; set; }

    /// <summary>Lives of the scope on this node so far.</summary>
    internal long Lives { get; set; }

    internal ScopeMachine? Machine { get; set; }

    internal bool IsFlushWanted { get; set; }

    /// <summary>Nodes with which it has a session, and which one.</summary>
    internal Dictionary<NodeId, long> Sessions { get; } = [];

    /// <summary>The last session with each node; the next one has a higher number.</summary>
    internal Dictionary<NodeId, long> LastSessions { get; } = [];

    /// <summary>Nodes to which there is no room.</summary>
    internal HashSet<NodeId> Stalled { get; } = [];

    /// <summary>Members that the machine watches.</summary>
    internal HashSet<MemberId> Watched { get; } = [];

    /// <summary>Members that have ended.</summary>
    internal HashSet<MemberId> Ended { get; } = [];

    /// <summary>What its members are in, by what clients were answered.</summary>
    internal Dictionary<(GroupName Group, MemberId Member), int> Local { get; } = [];

    /// <summary>
    /// What a monitor has made of its snapshot and of all changes since. Equals the registry, so it tells no states
    /// apart.
    /// </summary>
    internal Dictionary<(GroupName Group, MemberId Member), int> Monitored { get; } = [];

    /// <summary>
    /// Of each life, the hash of the local table at each version. Follows from the steps that were done.
    /// </summary>
    internal Dictionary<long, List<ulong>> Versions { get; } = [];
}

/// <summary>What travels from one node to another.</summary>
internal abstract record ScopeFrame
{
    private ScopeFrame()
    {
    }

    /// <summary>From scope to scope.</summary>
    internal sealed record ToScope(ScopeMessage Message) : ScopeFrame;

    /// <summary>The sender has ended the session.</summary>
    internal sealed record SessionOver : ScopeFrame
    {
        internal static readonly SessionOver Instance = new();
    }

    /// <summary>Membership says that the sender is dead.</summary>
    internal sealed record NodeDead : ScopeFrame
    {
        internal static readonly NodeDead Instance = new();
    }
}

/// <summary>The frames on their way from one node to another, oldest first.</summary>
internal sealed class ScopeLink
{
    internal List<ScopeFrame> Frames { get; } = [];

    /// <summary>What was sent in the session goes; news of a death never does.</summary>
    internal void Clear() => Frames.RemoveAll(static frame => frame is not ScopeFrame.NodeDead);
}

/// <summary>How many faults may still happen, and how many digests are still to come.</summary>
internal readonly record struct ScopeBudget(
    int Crashes,
    int Suspicions,
    int Reopenings,
    int Lost,
    int Doubled,
    int Swapped,
    int Stalls,
    int Digests,
    int EarlyDigests)
{
    internal void WriteTo(ref StateHashBuilder hash)
    {
        foreach (var count in (ReadOnlySpan<int>)
            [Crashes, Suspicions, Reopenings, Lost, Doubled, Swapped, Stalls, Digests, EarlyDigests])
        {
            hash.Add((long)count);
        }
    }
}
