namespace Orleans.Groups;

/// <summary>What else a member of a ring wants to be told, beside messages; each may be left out.</summary>
/// <remarks>Called one after the other, and never at the same time as the handler of messages.</remarks>
public sealed class MulticastCallbacks
{
    /// <summary>The member is in the ring. First, once.</summary>
    public Func<MulticastJoined, ValueTask>? OnJoined { get; init; }

    /// <summary>Members came or went.</summary>
    public Func<MembersChanged, ValueTask>? OnMembersChanged { get; init; }

    /// <summary>The member has ended. Last, once.</summary>
    public Func<MulticastTermination, ValueTask>? OnTerminated { get; init; }
}
