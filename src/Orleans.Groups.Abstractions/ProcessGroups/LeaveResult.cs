using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>What became of a leave.</summary>
public enum LeaveStatus
{
    /// <summary>At least one membership was taken away.</summary>
    Left,

    /// <summary>None of the listed members was in any of the listed groups; nothing changed.</summary>
    NotJoined,

    /// <summary>The node is stopping and has said goodbye; all its memberships end anyway.</summary>
    ShuttingDown,

    /// <summary>The scope does not run on this node; it has no local memberships.</summary>
    ScopeStopped,
}

/// <summary>What a leave really changed.</summary>
public readonly record struct LeaveResult
{
    private readonly ImmutableArray<Membership> _removed;

    /// <summary>Describes a leave.</summary>
    public LeaveResult(LeaveStatus status, ImmutableArray<Membership> removed)
    {
        Status = status;
        _removed = removed;
    }

    /// <summary>What became of it.</summary>
    public LeaveStatus Status { get; }

    /// <summary>
    /// The memberships taken away, one entry each, in the order in which they were listed; may be empty.
    /// </summary>
    public ImmutableArray<Membership> Removed => _removed.IsDefault ? [] : _removed;
}
