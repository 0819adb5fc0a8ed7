namespace Orleans.Groups;

/// <summary>Why a monitor ended.</summary>
public enum MonitorEndReason
{
    /// <summary>It was disposed.</summary>
    Disposed,

    /// <summary>The member that owns it ended.</summary>
    OwnerEnded,

    /// <summary>The scope stopped on this node, or the node itself.</summary>
    ScopeStopped,
}

/// <summary>A running watch of one group or of a whole scope.</summary>
/// <remarks>
/// Applying the changes to <see cref="Snapshot"/> gives this node's view at every step. Waiting changes are bounded: a
/// consumer that falls behind gets what fits, and then <see cref="MembershipChangeKind.Restarted"/> with a fresh
/// snapshot; there is never a silent gap. One reader at a time.
/// </remarks>
public interface IMembershipMonitor : IAsyncDisposable
{
    /// <summary>What was there when the monitor started.</summary>
    MembershipSnapshot Snapshot { get; }

    /// <summary>Completes when the monitor has ended; never faults.</summary>
    Task<MonitorEndReason> Completion { get; }

    /// <summary>Takes the next change if there is one. After the end, whatever was still waiting is gone.</summary>
    bool TryRead(out MembershipChange? change);

    /// <summary>
    /// Waits until there is a change to read (<see langword="true"/>) or the monitor has ended
    /// (<see langword="false"/>).
    /// </summary>
    ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// All changes until the monitor ends. Not for monitors with <see cref="MonitorOptions.OnChange"/>.
    /// </summary>
    IAsyncEnumerable<MembershipChange> ReadAllAsync(CancellationToken cancellationToken = default);
}
