using System;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>
/// The canonical, ordered membership of one ring: the compare-and-swap cell of the record store. Immutable.
/// </summary>
/// <remarks>
/// The entries, read cyclically, are the ring. Every accepted edit adds 1 to the version; only the edits in
/// <see cref="RecordEdit"/> exist, and they are applied as pure functions.
/// </remarks>
/// <param name="Group">The group.</param>
/// <param name="Epoch">Random id of this life of the record; compared for equality only (rule R3).</param>
/// <param name="Parent">The epoch from which this one was made again after a loss; empty when it was founded.</param>
/// <param name="Version">Grows by 1 with every edit; 1 or more.</param>
/// <param name="Status">Whether the ring is open, shut down, or forgotten.</param>
/// <param name="Entries">Members in ring order, ids unique; dead ones stay until they are erased.</param>
/// <param name="Operations">
/// The last operations with the versions they made, oldest first; at most <see cref="MaxOperations"/>.
/// </param>
internal sealed record GroupRecord(
    GroupName Group,
    Guid Epoch,
    Guid Parent,
    long Version,
    RecordStatus Status,
    ImmutableArray<RecordEntry> Entries,
    ImmutableArray<RecordOperation> Operations)
{
    /// <summary>How many operations a record remembers (rule R6).</summary>
    internal const int MaxOperations = 64;

    /// <summary>Whether any member is alive.</summary>
    internal bool HasAlive
    {
        get
        {
            foreach (var entry in Entries)
            {
                if (entry.IsAlive)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Position of a member, or −1.</summary>
    internal int IndexOf(MemberId member)
    {
        for (var index = 0; index < Entries.Length; index++)
        {
            if (Entries[index].Member.Equals(member))
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>Whether the record is open and lists the member as alive.</summary>
    internal bool ListsAlive(MemberId member)
    {
        var index = IndexOf(member);
        return index >= 0 && Entries[index].IsAlive && Status == RecordStatus.Open;
    }

    /// <summary>Whether the operation is among those the record remembers.</summary>
    internal bool Remembers(OperationId operation)
    {
        foreach (var remembered in Operations)
        {
            if (remembered.Id == operation)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>For example <c>orders v7 (3 alive of 4)</c>.</summary>
    public override string ToString()
    {
        var alive = 0;
        foreach (var entry in Entries)
        {
            alive += entry.IsAlive ? 1 : 0;
        }

        return $"{Group} v{Version} ({alive} alive of {Entries.Length}, {Status})";
    }
}

/// <summary>Whether a ring goes on.</summary>
internal enum RecordStatus
{
    /// <summary>Members may join.</summary>
    Open,

    /// <summary>All members terminate; the next joiner founds a new epoch.</summary>
    ShutDown,

    /// <summary>As <see cref="ShutDown"/>, by somebody who need not be a member.</summary>
    Forgotten,
}

/// <summary>One member in a record.</summary>
/// <param name="Member">Who.</param>
/// <param name="IsAlive">Dead ones stay in place: the next alive one downstream answers for them.</param>
/// <param name="LinkVersion">
/// Rule R5: the version at which its left neighbour last changed; the stamp of the link from there.
/// </param>
/// <param name="JoinedAt">The version that inserted it; orders members by their joining.</param>
internal readonly record struct RecordEntry(MemberId Member, bool IsAlive, long LinkVersion, long JoinedAt);

/// <summary>An operation that a record remembers.</summary>
/// <param name="Version">The version it made.</param>
/// <param name="Id">Who did what.</param>
internal readonly record struct RecordOperation(long Version, OperationId Id);

/// <summary>Names one edit of one author, so that asking twice does it once.</summary>
/// <param name="Author">Who edits; for an edit from outside the ring any id of the asking node.</param>
/// <param name="Number">Counted up by the author.</param>
internal readonly record struct OperationId(MemberId Author, long Number);
