using System;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>Applies edits to a group's record: pure functions, the same for every record store.</summary>
/// <remarks>
/// <para>
/// A store is: take the current record, apply, keep <see cref="EditResult.Current"/> when the verdict is
/// <see cref="EditVerdict.Applied"/>. Nothing else happens inside, so a retried compare-and-swap does no harm.
/// </para>
/// <para>
/// Differs from rule R6's no-op barrier: an edit whose outcome is unknown is handed in again as it is. The record
/// remembers the last <see cref="GroupRecord.MaxOperations"/> operations, and refuses an edit that is older than its
/// memory, so a late first copy is either remembered or refused; the barrier's purpose is met without a write of its
/// own.
/// </para>
/// </remarks>
internal static class GroupRecordEditor
{
    /// <summary>What becomes of an edit on a record.</summary>
    internal static EditResult Apply(GroupRecord? current, RecordEdit edit)
    {
        if (current is not null && current.Remembers(edit.Operation))
        {
            return new EditResult(EditVerdict.Applied, current);
        }

        return edit switch
        {
            RecordEdit.Create create => Create(current, create),
            RecordEdit.Recreate recreate => Recreate(current, recreate),
            _ when current is null => new EditResult(EditVerdict.Missing, null),
            RecordEdit.Close close => Close(current, close),
            _ => ApplyToExisting(current, edit),
        };
    }

    /// <summary>
    /// Who answers for a dead member: the next alive one downstream; <see langword="null"/> when nobody is alive.
    /// </summary>
    internal static MemberId? HeirOf(GroupRecord record, int index)
    {
        for (var step = 1; step <= record.Entries.Length; step++)
        {
            var entry = record.Entries[(index + step) % record.Entries.Length];
            if (entry.IsAlive)
            {
                return entry.Member;
            }
        }

        return null;
    }

    private static EditResult ApplyToExisting(GroupRecord current, RecordEdit edit)
    {
        if (current.Epoch != edit.Epoch || current.Status != RecordStatus.Open)
        {
            return new EditResult(EditVerdict.WrongEpoch, current);
        }

        if (current.Version - edit.IssuedAt >= GroupRecord.MaxOperations)
        {
            return new EditResult(EditVerdict.Expired, current);
        }

        var isCertain = edit is RecordEdit.MarkDead { Certain: true };
        if (!isCertain && !current.ListsAlive(edit.Operation.Author))
        {
            return new EditResult(EditVerdict.AuthorNotAlive, current);
        }

        return edit switch
        {
            RecordEdit.InsertRight insert => InsertRight(current, insert),
            RecordEdit.MarkDead markDead => MarkDead(current, markDead),
            RecordEdit.Erase erase => Erase(current, erase),
            RecordEdit.Remove => Remove(current, edit),
            _ => throw Invariant.Unreachable(edit),
        };
    }

    private static EditResult Create(GroupRecord? current, RecordEdit.Create edit)
    {
        if (current is { Status: RecordStatus.Open, HasAlive: true })
        {
            return new EditResult(EditVerdict.Refused, current);
        }

        var version = (current?.Version ?? 0) + 1;
        var record = new GroupRecord(
            edit.Group,
            edit.NewEpoch,
            Guid.Empty,
            version,
            RecordStatus.Open,
            [new RecordEntry(edit.Founder, IsAlive: true, version, version)],
            [new RecordOperation(version, edit.Operation)]);
        return new EditResult(EditVerdict.Applied, record);
    }

    private static EditResult Recreate(GroupRecord? current, RecordEdit.Recreate edit)
    {
        if (current is not null)
        {
            return new EditResult(EditVerdict.NothingToDo, current);
        }

        var version = edit.Held.Version + 1;
        var entries = ImmutableArray.CreateBuilder<RecordEntry>(edit.Held.Entries.Length);
        foreach (var entry in edit.Held.Entries)
        {
            // Every link opens again by catch-up: nobody knows which of them the lost record had changed since.
            entries.Add(entry with { LinkVersion = version });
        }

        var record = edit.Held with
        {
            Epoch = edit.NewEpoch,
            Parent = edit.Held.Epoch,
            Version = version,
            Entries = entries.MoveToImmutable(),
            Operations = Remember(edit.Held.Operations, version, edit.Operation),
        };
        return new EditResult(EditVerdict.Applied, record);
    }

    private static EditResult Close(GroupRecord current, RecordEdit.Close edit)
    {
        if (current.Status != RecordStatus.Open)
        {
            return new EditResult(EditVerdict.NothingToDo, current);
        }

        var isOfAnyRing = edit is { Status: RecordStatus.Forgotten } && edit.Epoch == Guid.Empty;
        if (!isOfAnyRing && current.Epoch != edit.Epoch)
        {
            return new EditResult(EditVerdict.WrongEpoch, current);
        }

        if (edit.Status == RecordStatus.ShutDown && !current.ListsAlive(edit.Operation.Author))
        {
            return new EditResult(EditVerdict.AuthorNotAlive, current);
        }

        return Write(current with { Status = edit.Status }, edit, current.Entries);
    }

    private static EditResult InsertRight(GroupRecord current, RecordEdit.InsertRight edit)
    {
        // An id appears once, ever: a joiner that was inserted, died and was erased comes back under another id.
        if (!edit.Left.Equals(edit.Operation.Author) || current.IndexOf(edit.Joiner) >= 0)
        {
            return new EditResult(EditVerdict.Refused, current);
        }

        if (current.Entries.Length >= edit.MaxMembers)
        {
            return new EditResult(EditVerdict.Full, current);
        }

        var version = current.Version + 1;
        var entries = current.Entries.Insert(
            current.IndexOf(edit.Left) + 1,
            new RecordEntry(edit.Joiner, IsAlive: true, version, version));
        return Write(current, edit, entries);
    }

    private static EditResult MarkDead(GroupRecord current, RecordEdit.MarkDead edit)
    {
        var entries = current.Entries;
        foreach (var member in edit.Members)
        {
            var index = current.IndexOf(member);
            if (index >= 0 && entries[index].IsAlive && (edit.Certain || !member.Equals(edit.Operation.Author)))
            {
                entries = entries.SetItem(index, entries[index] with { IsAlive = false });
            }
        }

        return entries == current.Entries
            ? new EditResult(EditVerdict.NothingToDo, current)
            : Write(current, edit, entries);
    }

    private static EditResult Erase(GroupRecord current, RecordEdit.Erase edit)
    {
        var entries = current.Entries;
        foreach (var member in edit.Members)
        {
            var index = current.IndexOf(member);
            if (index < 0)
            {
                continue;
            }

            if (current.Entries[index].IsAlive || !edit.Operation.Author.Equals(HeirOf(current, index)))
            {
                return new EditResult(EditVerdict.Refused, current);
            }

            entries = entries.Remove(current.Entries[index]);
        }

        return entries == current.Entries
            ? new EditResult(EditVerdict.NothingToDo, current)
            : Write(current, edit, entries);
    }

    private static EditResult Remove(GroupRecord current, RecordEdit edit) =>
        Write(current, edit, current.Entries.RemoveAt(current.IndexOf(edit.Operation.Author)));

    private static EditResult Write(GroupRecord current, RecordEdit edit, ImmutableArray<RecordEntry> entries)
    {
        var version = current.Version + 1;
        var record = current with
        {
            Version = version,
            Entries = StampLinks(current.Entries, entries, version),
            Operations = Remember(current.Operations, version, edit.Operation),
        };
        return new EditResult(EditVerdict.Applied, record);
    }

    /// <summary>
    /// Rule R5: whoever has another left neighbour than before gets the new version as the stamp of its link.
    /// </summary>
    private static ImmutableArray<RecordEntry> StampLinks(
        ImmutableArray<RecordEntry> before,
        ImmutableArray<RecordEntry> after,
        long version)
    {
        var stamped = after;
        for (var index = 0; index < after.Length; index++)
        {
            var member = after[index].Member;
            if (after[index].IsAlive && !Equals(LeftOf(before, member), LeftOf(after, member)))
            {
                stamped = stamped.SetItem(index, after[index] with { LinkVersion = version });
            }
        }

        return stamped;
    }

    private static MemberId? LeftOf(ImmutableArray<RecordEntry> entries, MemberId member)
    {
        MemberId? left = null;
        var isPast = false;
        foreach (var entry in entries)
        {
            if (entry.Member.Equals(member))
            {
                if (left is not null)
                {
                    return left;
                }

                isPast = true;
            }

            if (entry.IsAlive)
            {
                left = entry.Member;
            }
        }

        // Nobody alive before it: the last alive one wraps round, possibly the member itself.
        return isPast ? left : null;
    }

    private static ImmutableArray<RecordOperation> Remember(
        ImmutableArray<RecordOperation> operations,
        long version,
        OperationId operation)
    {
        var kept = operations.Length >= GroupRecord.MaxOperations ? operations.RemoveAt(0) : operations;
        return kept.Add(new RecordOperation(version, operation));
    }
}
