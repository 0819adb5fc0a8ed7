using System;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>One change that somebody wants in a group's record.</summary>
/// <param name="Operation">Names it: the same edit handed in twice is applied once (rule R6).</param>
/// <param name="Epoch">
/// The epoch for which it was made; empty where the author knows none. Refused in any other.
/// </param>
/// <param name="IssuedAt">
/// The author's version when it made the edit; refused when the record can no longer remember the operation.
/// </param>
internal abstract record RecordEdit(OperationId Operation, Guid Epoch, long IssuedAt)
{
    /// <summary>
    /// Found a ring with one member; accepted where there is no record, a closed one, or nobody alive.
    /// </summary>
    internal sealed record Create(OperationId Operation, GroupName Group, MemberId Founder, Guid NewEpoch)
        : RecordEdit(Operation, Guid.Empty, 0);

    /// <summary>
    /// Make a lost record again from the highest view that any live node holds (rule R3); accepted where there is no
    /// record.
    /// </summary>
    internal sealed record Recreate(OperationId Operation, GroupRecord Held, Guid NewEpoch)
        : RecordEdit(Operation, Guid.Empty, 0);

    /// <summary>Insert a newcomer directly to the right of the author.</summary>
    internal sealed record InsertRight(
        OperationId Operation,
        Guid Epoch,
        long IssuedAt,
        MemberId Left,
        MemberId Joiner,
        int MaxMembers)
        : RecordEdit(Operation, Epoch, IssuedAt);

    /// <summary>Mark members dead.</summary>
    /// <param name="Operation">Names it.</param>
    /// <param name="Epoch">The epoch for which it was made.</param>
    /// <param name="IssuedAt">The author's version.</param>
    /// <param name="Members">Whom; those that are not alive any more are passed over.</param>
    /// <param name="Certain">
    /// Said by membership or by the member's own node, so that the author need not be alive in the record (rule R4).
    /// </param>
    internal sealed record MarkDead(
        OperationId Operation,
        Guid Epoch,
        long IssuedAt,
        ImmutableArray<MemberId> Members,
        bool Certain)
        : RecordEdit(Operation, Epoch, IssuedAt);

    /// <summary>Erase dead members of which nothing is in flight any more; accepted from their heir alone.</summary>
    internal sealed record Erase(OperationId Operation, Guid Epoch, long IssuedAt, ImmutableArray<MemberId> Members)
        : RecordEdit(Operation, Epoch, IssuedAt);

    /// <summary>Take the author itself out: it has drained, or gives up joining.</summary>
    internal sealed record Remove(OperationId Operation, Guid Epoch, long IssuedAt)
        : RecordEdit(Operation, Epoch, IssuedAt);

    /// <summary>
    /// End the whole ring. <see cref="RecordStatus.Forgotten"/> needs no living author; with an empty epoch it ends
    /// whatever ring there is.
    /// </summary>
    internal sealed record Close(OperationId Operation, Guid Epoch, long IssuedAt, RecordStatus Status)
        : RecordEdit(Operation, Epoch, IssuedAt);
}

/// <summary>What became of an edit.</summary>
internal enum EditVerdict
{
    /// <summary>The record was changed by it, now or when it was handed in before.</summary>
    Applied,

    /// <summary>There was nothing to change: for example the member is dead already.</summary>
    NothingToDo,

    /// <summary>There is no record.</summary>
    Missing,

    /// <summary>The author is not alive in the record.</summary>
    AuthorNotAlive,

    /// <summary>The record is of another epoch, or closed.</summary>
    WrongEpoch,

    /// <summary>So many edits came since that nobody knows whether this one was among them.</summary>
    Expired,

    /// <summary>
    /// The edit does not fit the record: a second entry of one id, an erase by somebody else than the heir.
    /// </summary>
    Refused,

    /// <summary>The ring has as many members as it may.</summary>
    Full,
}

/// <summary>Answer of the record store to an edit.</summary>
/// <param name="Verdict">What became of it.</param>
/// <param name="Current">The record after it; <see langword="null"/> where there is none.</param>
internal readonly record struct EditResult(EditVerdict Verdict, GroupRecord? Current);
