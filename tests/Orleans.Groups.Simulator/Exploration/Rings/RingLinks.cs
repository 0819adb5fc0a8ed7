using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>What travels from one node to another.</summary>
internal abstract record RingFrame
{
    private RingFrame()
    {
    }

    /// <summary>From member to member.</summary>
    internal sealed record ToMember(MemberId From, MemberId To, RingMessage Message) : RingFrame;

    /// <summary>"This member of mine has ended, or has never been."</summary>
    internal sealed record Ended(MemberId Member) : RingFrame;

    /// <summary>The sender has ended the session.</summary>
    internal sealed record SessionOver : RingFrame
    {
        internal static readonly SessionOver Instance = new();
    }

    /// <summary>Membership says that the sender's node is dead.</summary>
    internal sealed record NodeDead : RingFrame
    {
        internal static readonly NodeDead Instance = new();
    }

    /// <summary>On a node's way to itself: its host tells a machine something.</summary>
    internal sealed record Notice(MemberId To, RingInput Input) : RingFrame;
}

/// <summary>The frames on their way from one node to another, oldest first.</summary>
internal sealed class RingLink
{
    internal List<RingFrame> Frames { get; } = [];

    /// <summary>What was sent in the session goes; news of a death never does.</summary>
    internal void Clear() => Frames.RemoveAll(static frame => frame is not RingFrame.NodeDead);
}

/// <summary>What one node knows of the others.</summary>
internal sealed class RingNode(NodeId id)
{
    internal NodeId Id { get; } = id;

    internal bool IsAlive { get; set; } = true;

    internal bool IsDeclaredDead { get; set; }

    /// <summary>Nodes with which it has no session.</summary>
    internal HashSet<NodeId> Apart { get; } = [];

    /// <summary>Nodes that it knows to be dead.</summary>
    internal HashSet<NodeId> Dead { get; } = [];
}
