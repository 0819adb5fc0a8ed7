namespace Orleans.Groups;

/// <summary>How one monitor works.</summary>
public sealed class MonitorOptions
{
    /// <summary>
    /// Most changes that may wait to be read, 1 or more; default <see langword="null"/>: the scope's
    /// <see cref="ProcessGroupsOptions.MonitorBufferChanges"/>.
    /// </summary>
    public int? BufferChanges { get; init; }

    /// <summary>
    /// A member of this node; the monitor ends when it ends. Default: nobody, the monitor ends when it is disposed.
    /// </summary>
    public MemberId? Owner { get; init; }

    /// <summary>
    /// Called with each change, one after the other, on the thread pool; default <see langword="null"/>: the changes
    /// are read from the monitor. Disposing the monitor waits for a running call, except from inside it. An exception
    /// ends nothing: it is reported to the log and the next change follows.
    /// </summary>
    public Func<MembershipChange, ValueTask>? OnChange { get; init; }
}
