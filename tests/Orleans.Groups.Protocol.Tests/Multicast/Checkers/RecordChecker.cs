namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>G-S13 legal transitions, I1, G-S14 one heir (W1), R5 link stamps, R6 remembered operations.</summary>
internal sealed class RecordChecker : RingObserver
{
    private readonly Dictionary<Guid, HashSet<MemberId>> _goneByEpoch = [];

    internal override void OnCommitted(GroupRecord? before, RecordEdit edit, GroupRecord after)
    {
        var what = $"{RingText.Of(edit)}: {RingText.Of(before)} -> {RingText.Of(after)}";
        Require(
            after.Entries.Select(static e => e.Member).Distinct().Count() == after.Entries.Length, what, "an id twice");
        Require(after.Operations.Length <= GroupRecord.MaxOperations, what, "too many operations");
        Require(
            after.Operations[^1] == new RecordOperation(after.Version, edit.Operation),
            what,
            "operation not remembered");
        var isNewEpoch = before is null || before.Epoch != after.Epoch;
        if (isNewEpoch)
        {
            Require(edit is RecordEdit.Create or RecordEdit.Recreate, what, "new epoch by another edit");
            Require(
                edit is not RecordEdit.Create || after is { Entries.Length: 1, HasAlive: true },
                what,
                "founded with others");
            Require(
                before is null || !before.HasAlive || before.Status != RecordStatus.Open, what, "living ring replaced");
        }
        else
        {
            Require(after.Version == before!.Version + 1, what, "version");
            RequireLegal(before, edit, after, what);
            RequireStamps(before, after, what);
        }

        // An id that never got state may be listed in two rings that have nothing to do with each other, but not twice
        // in one.
        if (!_goneByEpoch.TryGetValue(after.Epoch, out var gone))
        {
            // A record that is made again may not know of deaths that only the lost one knew.
            gone = [.. _goneByEpoch.GetValueOrDefault(after.Parent) ?? []];
            gone.ExceptWith(after.Entries.Where(static entry => entry.IsAlive).Select(static entry => entry.Member));
            _goneByEpoch.Add(after.Epoch, gone);
        }

        foreach (var entry in after.Entries)
        {
            Require(entry.LinkVersion <= after.Version && entry.JoinedAt <= after.Version, what, "stamp of the future");
            Require(!entry.IsAlive || !gone.Contains(entry.Member), what, $"{entry.Member.Name} is back");
            if (!entry.IsAlive)
            {
                gone.Add(entry.Member);
            }
        }

        foreach (var entry in isNewEpoch ? [] : before!.Entries)
        {
            if (after.IndexOf(entry.Member) < 0)
            {
                gone.Add(entry.Member);
            }
        }
    }

    /// <summary>
    /// The nearest living member to the left of a position, cyclically; itself when it is the only one.
    /// </summary>
    internal static MemberId LeftOf(GroupRecord record, int index)
    {
        for (var step = 1; step <= record.Entries.Length; step++)
        {
            var entry = record.Entries[(index - step + record.Entries.Length) % record.Entries.Length];
            if (entry.IsAlive)
            {
                return entry.Member;
            }
        }

        throw new InvalidOperationException("nobody alive");
    }

    private static void RequireLegal(GroupRecord before, RecordEdit edit, GroupRecord after, string what)
    {
        var added = after.Entries.Where(entry => before.IndexOf(entry.Member) < 0).ToList();
        var removed = before.Entries.Where(entry => after.IndexOf(entry.Member) < 0).ToList();
        var died = before.Entries
            .Where(e => e.IsAlive && after.IndexOf(e.Member) is >= 0 and var i && !after.Entries[i].IsAlive)
            .ToList();
        var authorAlive = before.ListsAlive(edit.Operation.Author);
        switch (edit)
        {
            case RecordEdit.InsertRight insert:
                Require(added.Count == 1 && removed.Count == 0 && died.Count == 0 && authorAlive, what, "insert");
                Require(
                    after.Entries[after.IndexOf(insert.Left) + 1].Member.Equals(insert.Joiner),
                    what,
                    "not to the right");
                break;
            case RecordEdit.MarkDead dead:
                Require(added.Count == 0 && removed.Count == 0 && died.Count > 0, what, "mark dead");
                Require(died.All(entry => dead.Members.Contains(entry.Member)), what, "wrong death");
                Require(authorAlive || dead.Certain, what, "R4: assassin");
                break;
            case RecordEdit.Erase:
                Require(added.Count == 0 && died.Count == 0 && authorAlive, what, "erase");
                Require(removed.Count > 0 && removed.All(static entry => !entry.IsAlive), what, "erased alive");
                Require(
                    removed.All(e => HeirOf(before, before.IndexOf(e.Member)).Equals(edit.Operation.Author)),
                    what,
                    "not the heir");
                break;
            case RecordEdit.Remove:
                Require(added.Count == 0 && authorAlive, what, "remove");
                break;
            case RecordEdit.Close:
                Require(added.Count == 0 && removed.Count == 0 && died.Count == 0, what, "close");
                Require(before.Status == RecordStatus.Open && after.Status != RecordStatus.Open, what, "close");
                break;
            default:
                Require(false, what, "unexpected");
                break;
        }
    }

    private static MemberId HeirOf(GroupRecord record, int index)
    {
        for (var step = 1; step <= record.Entries.Length; step++)
        {
            var entry = record.Entries[(index + step) % record.Entries.Length];
            if (entry.IsAlive)
            {
                return entry.Member;
            }
        }

        throw new InvalidOperationException("nobody alive");
    }

    private static void RequireStamps(GroupRecord before, GroupRecord after, string what)
    {
        for (var index = 0; index < after.Entries.Length; index++)
        {
            var entry = after.Entries[index];
            if (!entry.IsAlive)
            {
                continue;
            }

            var old = before.IndexOf(entry.Member);
            var isSame = old >= 0 && LeftOf(before, old).Equals(LeftOf(after, index));
            var expected = isSame ? before.Entries[old].LinkVersion : after.Version;
            Require(entry.LinkVersion == expected, what, $"R5: stamp of {entry.Member.Name} should be {expected}");
        }
    }

    private static void Require(bool condition, string what, string property) =>
        RingViolationException.Require(condition, $"G-S13 {property}", what);
}
