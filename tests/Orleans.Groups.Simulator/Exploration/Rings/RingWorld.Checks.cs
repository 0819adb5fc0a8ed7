using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <content>What must hold at every step.</content>
internal sealed partial class RingWorld
{
    /// <summary>From whom content comes that is no member any more where it arrives (G-S19).</summary>
    private static MemberId? FencedBy(RingSeat seat, GroupRecord? held, RingInput input) =>
        input is RingInput.Received { Message: RingMessage.Activity or RingMessage.Catchup } received
        && seat.Phase == SeatPhase.Joined && held is not null && !held.ListsAlive(received.From)
            ? received.From
            : null;

    private static void CheckAdopted(RingSeat seat, GroupRecord? before, GroupRecord? after) =>
        PropertyException.Require(
            before is null || after is null || before.Epoch != after.Epoch || after.Version > before.Version,
            "G-S12",
            $"{seat.Id.Name} goes from {RingStory.Of(before)} back to {RingStory.Of(after)}");

    /// <summary>A write is one of the legal ones, and no id comes back (G-S13); stamps are right (R5).</summary>
    private static void CheckCommitted(RingStore store, GroupRecord? before, RecordEdit edit, GroupRecord after)
    {
        string What() => $"{RingStory.Of(edit)} makes {RingStory.Of(before)} to {RingStory.Of(after)}";
        if (before is null || edit is RecordEdit.Create)
        {
            return;
        }

        PropertyException.Require(
            after.Version == before.Version + 1 && after.Epoch == before.Epoch, "G-S12", $"{What()}");
        var mayBeDead = edit is RecordEdit.MarkDead { Certain: true }
            or RecordEdit.Close { Status: RecordStatus.Forgotten };
        PropertyException.Require(mayBeDead || before.ListsAlive(edit.Operation.Author), "G-S13", $"{What()}");
        foreach (var entry in after.Entries)
        {
            var old = before.IndexOf(entry.Member);
            var isLegal = old >= 0
                ? before.Entries[old].IsAlive || !entry.IsAlive
                : edit is RecordEdit.InsertRight && !store.Ever.Contains(entry.Member);
            PropertyException.Require(isLegal, "G-S13", $"{What()}");
        }

        PropertyException.Require(
            after.Entries.Select(static e => e.Member).Distinct().Count() == after.Entries.Length,
            "G-S13",
            $"{What()}");
        foreach (var entry in before.Entries)
        {
            if (after.IndexOf(entry.Member) < 0)
            {
                var isLegal = edit is RecordEdit.Remove
                    ? entry.Member.Equals(edit.Operation.Author)
                    : edit is RecordEdit.Erase && !entry.IsAlive;
                PropertyException.Require(isLegal, "G-S13", $"{What()}");
            }
        }
    }

    /// <summary>Whom a proof is about: those that the record lists as alive now.</summary>
    private HashSet<MemberId> NeededFor(RingSeat seat)
    {
        if (_store.Value.Current is not { Status: RecordStatus.Open } record)
        {
            return [];
        }

        var isSameRing = seat.Machine?.HeldRecord is { } held
            && (held.Epoch == record.Epoch || held.Parent == record.Epoch || record.Parent == held.Epoch);
        return isSameRing
            ? [.. record.Entries.Where(static entry => entry.IsAlive).Select(static entry => entry.Member)]
            : [];
    }

    private bool MayProve(RingSeat seat) =>
        seat.Machine!.HeldRecord is not { } held || held.Entries.Count(static entry => entry.IsAlive) > 1
        || _store.Value.Current is not { Status: RecordStatus.Open } record || record.ListsAlive(seat.Id);

    private void OnJoined(RingSeat seat, RingEffect.NotifyJoined joined)
    {
        PropertyException.Require(seat.Phase == SeatPhase.Joining, "G-S11", $"{seat.Id.Name} joins twice");
        PropertyException.Require(joined.Members.Contains(seat.Id), "G-S11", $"{seat.Id.Name} joins without itself");
        seat.Phase = SeatPhase.Joined;
        foreach (var member in joined.Members)
        {
            seat.Known.Add(member, new Knowledge());
        }

        foreach (var (publisher, number) in joined.Bases)
        {
            PropertyException.Require(
                seat.Known.TryGetValue(publisher, out var known) && number >= 0
                    && (number == 0 || !publisher.Equals(seat.Id)),
                "G-S4",
                $"{seat.Id.Name} has base {number} of {publisher.Name}");
            known!.Received = number;
            known.Processed = number;
        }

        foreach (var (publisher, number) in seat.Owed)
        {
            PropertyException.Require(
                !seat.Known.TryGetValue(publisher, out var known) || known.Received >= number,
                "G-S7 (R2)",
                $"{seat.Id.Name} joins at {known?.Received} of {publisher.Name}, {number} was confirmed before");
        }

        seat.Owed.Clear();
        foreach (var publisher in _seats)
        {
            if (publisher.Value.Published > 0)
            {
                seat.PublishedBefore.Add(publisher.Value.Id, publisher.Value.Published);
            }
        }
    }

    private static void OnChanged(RingSeat seat, RingEffect.NotifyChanged changed)
    {
        var name = seat.Id.Name;
        PropertyException.Require(
            seat.Phase == SeatPhase.Joined, "G-S11", $"{name} hears of a change before it joined");
        foreach (var birth in changed.Births)
        {
            PropertyException.Require(
                seat.Known.TryAdd(birth, new Knowledge()), "G-S11", $"{name} hears of the birth of {birth.Name} again");
        }

        foreach (var death in changed.Deaths)
        {
            PropertyException.Require(
                seat.Known.TryGetValue(death, out var known) && !known.IsDead,
                "G-S11",
                $"{name} hears that {death.Name} died, whom it did not know");
            known!.IsDead = true;
        }

        PropertyException.Require(
            changed.Members.Length == seat.Known.Count(static known => !known.Value.IsDead)
                && changed.Members.All(m => seat.Known.TryGetValue(m, out var known) && !known.IsDead),
            "G-S11",
            $"{name} is told of {changed.Members.Length} members, which births and deaths do not give");
    }

    private static void OnDelivered(RingSeat seat, RingEffect.Deliver deliver)
    {
        var batch = deliver.Batch;
        var what = $"{seat.Id.Name} gets {deliver.Publisher.Name} {batch.First}-{batch.Last}";
        PropertyException.Require(seat.Phase == SeatPhase.Joined, "G-S9", $"{what} before it joined");
        PropertyException.Require(
            seat.Known.TryGetValue(deliver.Publisher, out var known), "G-S9", $"{what} before its birth");
        PropertyException.Require(!known!.IsDead, "G-S10", $"{what} after its death");
        PropertyException.Require(batch.First > known.Received, "G-S2", $"{what} again after {known.Received}");
        PropertyException.Require(batch.First == known.Received + 1, "G-S3", $"{what} after {known.Received}");
        for (var index = 0; index < batch.Payloads.Length; index++)
        {
            PropertyException.Require(
                batch.Payloads.Span[index].Span[0] == batch.First + index, "G-S1", $"{what}, which is another one");
        }

        known.Received = batch.Last;
    }

    private void OnSettled(RingSeat seat, RingEffect.ConfirmSettled settled)
    {
        var what = $"{seat.Id.Name} confirm {settled.Confirm} {settled.Outcome.Status} {settled.Outcome.Reason}";
        PropertyException.Require(
            seat.Confirms.Remove(settled.Confirm, out var confirm), "G-S8", $"{what}, which was settled before");
        if (settled.Outcome.Status == BroadcastStatus.Failed)
        {
            seat.Failed.Add(confirm!.Number);
        }

        if (!settled.Outcome.IsOk)
        {
            return;
        }

        PropertyException.Require(
            confirm!.MayProve, "G-S7 (R12)", $"{what}, which believed to be alone and was not listed any more");
        foreach (var needed in confirm.Needed)
        {
            var index = _fixture.SeatOf(needed);
            var other = _seats[index].Value;
            if (!other.IsRunning || _store.Value.Removed.Contains(needed))
            {
                continue;
            }

            if (other.Phase == SeatPhase.Joining)
            {
                var owed = WriteSeat(index).Owed;
                owed[seat.Id] = Math.Max(confirm.Number, owed.GetValueOrDefault(seat.Id));
                continue;
            }

            var known = other.Known.GetValueOrDefault(seat.Id);
            var proved = confirm.Level == ConfirmLevel.ProcessedByAll ? known?.Processed : known?.Received;
            PropertyException.Require(
                proved >= confirm.Number,
                "G-S7",
                $"{what}, number {confirm.Number}, but {needed.Name} is at {proved?.ToString() ?? "nothing"}");
        }
    }
}
