namespace Orleans.Groups.Tests;

/// <summary>What happens to all messages that go from one silo to another.</summary>
/// <remarks>
/// Chances are from 0 to 1. Losing and doubling concern the calls between scope grains and their answers alone; what
/// else silos say to each other has no machine behind it that repairs it.
/// </remarks>
internal sealed record LinkFault
{
    /// <summary>Nothing.</summary>
    internal static readonly LinkFault None = new();

    /// <summary>Whether messages are held back, in order.</summary>
    internal bool IsHeld { get; init; }

    /// <summary>Longest delay of a message; each connection has its own, and keeps its order.</summary>
    internal TimeSpan Delay { get; init; }

    /// <summary>Chance that a message is overtaken by the next one on its connection, if there is one.</summary>
    internal double Reorder { get; init; }

    /// <summary>Chance that a message is lost.</summary>
    internal double Drop { get; init; }

    /// <summary>Chance that a message comes twice.</summary>
    internal double Duplicate { get; init; }
}

/// <summary>How many messages a fault has met; those between scope grains alone are counted.</summary>
internal sealed class LinkFaultCounts
{
    /// <summary>All that have come to the fault.</summary>
    internal int Seen { get; set; }

    /// <summary>That had to wait because the direction was held.</summary>
    internal int Held { get; set; }

    internal int Delayed { get; set; }

    internal int Reordered { get; set; }

    internal int Dropped { get; set; }

    internal int Duplicated { get; set; }
}
