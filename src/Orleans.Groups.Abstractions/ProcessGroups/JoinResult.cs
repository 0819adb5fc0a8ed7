namespace Orleans.Groups;

/// <summary>What became of a join.</summary>
public enum JoinStatus
{
    /// <summary>Every listed membership was added.</summary>
    Joined,

    /// <summary>The node is stopping and has said goodbye; nothing was added.</summary>
    ShuttingDown,

    /// <summary>The scope does not run on this node; nothing was added.</summary>
    ScopeStopped,
}

/// <summary>What a join really changed.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Added">Number of memberships added; 0 unless <see cref="JoinStatus.Joined"/>.</param>
public readonly record struct JoinResult(JoinStatus Status, int Added)
{
    /// <summary>Whether the memberships were added.</summary>
    public bool IsJoined => Status == JoinStatus.Joined;
}
