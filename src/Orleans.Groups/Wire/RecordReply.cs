namespace Orleans.Groups;

/// <summary>What a <see cref="IGroupVersionGrain"/> answers.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RecordReply")]
internal sealed class RecordReply
{
    /// <summary>As in <see cref="RecordRequest"/>.</summary>
    [Id(0)]
    public int ProtocolVersion { get; init; } = RecordRequest.CurrentVersion;

    /// <summary>Whether there is an answer at all.</summary>
    [Id(1)]
    public RecordFailure Failure { get; init; }

    /// <summary>
    /// After a read the record, empty where there is none; after an edit its result. In the wire form of
    /// docs/wire-format.md; empty after a failure. Never changed.
    /// </summary>
    [Id(2)]
    public byte[] Answer { get; init; } = [];
}

/// <summary>Why a record store has no answer. An edit may have been applied nevertheless (rule R6).</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.RecordFailure")]
internal enum RecordFailure
{
    /// <summary>There is an answer.</summary>
    None = 0,

    /// <summary>The storage failed, or others wrote all the time. Asking again may help.</summary>
    Unavailable = 1,

    /// <summary>
    /// What the storage holds is no record of this group. Nothing is written over it, until somebody repairs or deletes
    /// it by hand.
    /// </summary>
    Damaged = 2,

    /// <summary>The request is of a version or kind that this silo does not know, or of another group.</summary>
    NotUnderstood = 3,
}
