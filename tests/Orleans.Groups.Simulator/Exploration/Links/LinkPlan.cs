namespace Orleans.Groups.Simulator.Exploration;

/// <summary>What the host of one end of a link does.</summary>
internal enum LinkStep : byte
{
    /// <summary>Sends a frame in a free channel.</summary>
    Send,

    /// <summary>Sends a frame in a credited channel.</summary>
    SendCredited,

    /// <summary>Gives the session up.</summary>
    EndSession,

    /// <summary>Says goodbye once all is acked.</summary>
    Drain,

    /// <summary>Learns that the peer is dead, which lives.</summary>
    Bury,
}

/// <summary>A small world of the two ends of a link: what their hosts do, and what the transport may do.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Story">What happens in it.</param>
/// <param name="Left">What the host of one end does, step after step.</param>
/// <param name="Right">What the host of the other end does.</param>
internal sealed record LinkPlan(string Name, string Story, LinkStep[] Left, LinkStep[] Right)
{
    /// <summary>So many messages may be lost.</summary>
    internal int Lost { get; init; }

    /// <summary>So many messages may come twice.</summary>
    internal int Doubled { get; init; }

    /// <summary>So many messages may overtake all that were sent before.</summary>
    internal int Overtaking { get; init; }

    /// <summary>So often the retry timer may fire while messages are under way.</summary>
    internal int EarlyRetries { get; init; }

    /// <summary>What may be outstanding in a credited channel.</summary>
    internal int Credit { get; init; } = 1024;

    /// <summary>Whether both ends do the same, so that states which mirror each other count once.</summary>
    internal bool AreTwins { get; init; }
}
