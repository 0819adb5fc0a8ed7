namespace Orleans.Groups.Checkers;

/// <summary>G-S7: a proof is true when it is given, and stays true.</summary>
/// <remarks>
/// Needed are those that the record listed which the publisher went by when it called, and those that the store listed
/// then. Where the log does not say when a member received a message, only when its handler did, a proof of receiving
/// is checked when all is quiet.
/// </remarks>
internal sealed class ConfirmChecker(RunModel run, RingsModel rings) : Checker
{
    private readonly List<Debt> _debts = [];

    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Confirm { Status: Outcome.Ok } confirm:
                var publisher = rings.MemberOf(confirm);
                if (publisher.Ops.TryGetValue(confirm.Call, out var op))
                {
                    RequireListed(publisher, op, confirm);
                    foreach (var needed in NeededFor(op, publisher))
                    {
                        RequireProof(publisher, op, rings.MemberOf(confirm.Group, needed), confirm);
                    }
                }

                break;
            case LogEvent.Joined joined:
                CheckJoiner(joined);
                break;
            case LogEvent.Quiesced:
                foreach (var debt in _debts)
                {
                    var (member, from) = (debt.Member, debt.Publisher);
                    Require(
                        !member.IsSurvivor || Has(member, from, debt.Op, static known => known.Delivered),
                        "G-S7",
                        () => $"{from.Id} was told that {member.Id} has broadcast {debt.Op.Op}, which it never got",
                        debt.Confirm,
                        debt.Op.Send,
                        next);
                }

                _debts.Clear();
                break;
        }
    }

    private HashSet<string> NeededFor(OpModel op, MemberModel publisher)
    {
        var needed = op.View?.Alive.ToHashSet(StringComparer.Ordinal) ?? [];
        if (run.IsRealTime && op.Stored is { Status: RingState.Open } stored
            && publisher.Ring.RootOf(stored.Epoch) == publisher.Ring.RootOf(op.View?.Epoch ?? stored.Epoch))
        {
            needed.UnionWith(stored.Alive);
        }

        return needed;
    }

    /// <summary>Rule R12: to whom believes to be alone, only a store that still lists it proves anything.</summary>
    private void RequireListed(MemberModel publisher, OpModel op, LogEvent.Confirm confirm)
    {
        if (run.IsRealTime && op.View?.Alive.Count() == 1 && op.Stored is { Status: RingState.Open } stored)
        {
            Require(
                stored.Alive.Contains(publisher.Id),
                "G-S7",
                () => $"{publisher.Id} believed to be alone and is told that all have broadcast {op.Op}; "
                    + "the store did not list it any more",
                confirm,
                op.Send);
        }
    }

    private void RequireProof(MemberModel publisher, OpModel op, MemberModel member, LogEvent.Confirm confirm)
    {
        if (member.IsGone || member.Node.Start is null || IsOfAnotherRing(op, member, publisher)
            || IsDeadInLostEpoch(member, publisher) || IsDeadWithLostVersion(member, publisher)
            || IsJoiningInLostVersion(op, member, publisher))
        {
            return;
        }

        var isSelf = member == publisher;
        if (member.Joined is null || confirm.Blind
            || (confirm.Level == ProofLevel.Received && !member.Node.Has(LogHooks.Receive)))
        {
            if (!isSelf)
            {
                _debts.Add(new Debt(member, publisher, op, confirm));
            }

            return;
        }

        var isProved = confirm.Level switch
        {
            ProofLevel.Received => isSelf || Has(member, publisher, op, static known => known.Received),
            _ when member.Node.Has(LogHooks.Handled) => Has(member, publisher, op, static known => known.Handled),
            _ => Has(member, publisher, op, static known => known.Delivered),
        };
        Require(
            isProved,
            "G-S7",
            () => $"{publisher.Id} is told that all have {confirm.Level} broadcast {op.Op}, number {op.Number}; "
                + $"{member.Id} has not",
            confirm,
            op.Send);
    }

    /// <summary>
    /// Whether it was to be taken in by the publisher's ring, found the record lost and the publisher dead instead, and
    /// founded another ring. Like a joiner that finds the publisher out (rule R2), it is owed nothing.
    /// </summary>
    private static bool IsOfAnotherRing(OpModel op, MemberModel member, MemberModel publisher)
    {
        var root = op.View is { } view ? publisher.Ring.RootOf(view.Epoch) : null;
        return root is not null
            && member.Joined is { } joined && !joined.Members.Contains(publisher.Id)
            && member.Epochs.Count > 0 && member.Epochs.All(epoch => member.Ring.RootOf(epoch) != root);
    }

    /// <summary>
    /// Whether the publisher goes by a death that a store does not know any more which lost two records: what was to
    /// make the first again came late, and made the second again of what was known before the first (rule R3: a store
    /// that goes back is detected, not repaired). After one loss the highest view is made again, so this cannot be.
    /// </summary>
    private static bool IsDeadInLostEpoch(MemberModel member, MemberModel publisher) =>
        publisher.Ring.Losses > 1 && publisher.View is { } view && !view.ListsAlive(member.Id)
        && (publisher.Ring.IsCutOff(view.Epoch) || publisher.Ring.IsRevived(view.Epoch, member.Id));

    /// <summary>
    /// Whether the store has lost every version that listed it, and the publisher's node knows that its node is dead:
    /// the record is made again of what the living hold, so perhaps nobody was left who knew of it (rule R3).
    /// </summary>
    private bool IsDeadWithLostVersion(MemberModel member, MemberModel publisher) =>
        publisher.Ring.IsLost(member) && member.Node.SeenDeadBy(run, publisher.Node.Id);

    /// <summary>
    /// Whether it had not joined, and nobody was left who knew of it when the store lost the version that listed it:
    /// the publisher goes by what was made again. Its inserter's answer may still come, and it learns that it is out.
    /// </summary>
    private static bool IsJoiningInLostVersion(OpModel op, MemberModel member, MemberModel publisher) =>
        member.Joined is null && publisher.Ring.WasLost
        && publisher.Ring.LastWritten is { } record && !record.Lists(member.Id)
        && publisher.View is { } view && view.Epoch == record.Epoch && op.Stored?.Epoch != record.Epoch
        && !publisher.Ring.Members.Any(other => !other.IsOver && other.View?.Lists(member.Id) == true);

    /// <summary>A joiner does not hear what was proved before, or it would have been needed for the proof.</summary>
    private void CheckJoiner(LogEvent.Joined joined)
    {
        // Rule R2: the joiner counts from when its inserter handles the commit. If the publisher is out of the ring by
        // then, all that it published came before, and nothing of it is owed.
        _debts.RemoveAll(debt => debt.Member.Id == joined.Member && !joined.Members.Contains(debt.Publisher.Id));
        foreach (var debt in _debts)
        {
            if (debt.Member.Id != joined.Member || debt.Op.Number is not { } number)
            {
                continue;
            }

            var isStrict = debt.Confirm is { Level: ProofLevel.Processed, Blind: false };
            var start = joined.Bases.FirstOrDefault(start => start.Member == debt.Publisher.Id).Number;
            Require(
                !isStrict || start >= number,
                "G-S7",
                () => $"{joined.Member} joins with base {start} of {debt.Publisher.Id}, "
                    + $"whose {number} was proved before",
                joined,
                debt.Confirm);
        }
    }

    private static bool Has(MemberModel member, MemberModel publisher, OpModel op, Func<Knowledge, long> through) =>
        op.Number is { } number && member.Find(publisher.Id) is { } known && through(known) >= number;

    private sealed record Debt(MemberModel Member, MemberModel Publisher, OpModel Op, LogEvent.Confirm Confirm);
}
