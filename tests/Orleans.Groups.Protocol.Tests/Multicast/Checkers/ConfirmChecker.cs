using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>G-S7: a confirm proves what it says. G-S8: one honest outcome per confirm.</summary>
internal sealed class ConfirmChecker(RingHistory history) : RingObserver
{
    private readonly Dictionary<(WorldMember Member, long Confirm), Pending> _confirms = [];
    private readonly List<(WorldMember Joiner, MemberId Publisher, long Number)> _owed = [];
    private readonly HashSet<(MemberId Publisher, long Number)> _failed = [];
    private readonly HashSet<MemberId> _removed = [];
    private readonly Dictionary<Guid, Guid> _roots = [];
    private GroupRecord? _record;

    /// <summary>What became of a confirm; nothing while it waits.</summary>
    internal BroadcastOutcome? OutcomeOf(WorldMember member, long confirm) => _confirms[(member, confirm)].Outcome;

    internal override void OnCommitted(GroupRecord? before, RecordEdit edit, GroupRecord after)
    {
        _record = after;
        _roots.TryAdd(after.Epoch, _roots.GetValueOrDefault(after.Parent, after.Epoch));
        foreach (var entry in before?.Entries ?? [])
        {
            if (!after.ListsAlive(entry.Member))
            {
                _removed.Add(entry.Member);
            }
        }
    }

    internal override void OnPublished(WorldMember member, int first, int last, ImmutableArray<ConfirmRequest> confirms)
    {
        // Per epoch and what it was made again as: a ring that membership buried as a whole proves things only to
        // itself.
        var isSameRing = _record is not null
            && member.Machine.HeldRecord is { } held && _roots[held.Epoch] == _roots[_record.Epoch];
        var needed = isSameRing && _record is { Status: RecordStatus.Open } record
            ? record.Entries.Where(static entry => entry.IsAlive).Select(static entry => entry.Member).ToList()
            : [];
        foreach (var confirm in confirms)
        {
            _confirms.Add((member, confirm.Confirm), new Pending(first + confirm.Index, confirm.Level, needed));
        }
    }

    internal override void OnSettled(WorldMember member, long confirm, BroadcastOutcome outcome)
    {
        var what = $"{member} confirm {confirm} {outcome.Status} {outcome.Reason}";
        RingViolationException.Require(
            _confirms.TryGetValue((member, confirm), out var pending), "G-S8", $"{what}: unknown");
        RingViolationException.Require(pending!.Outcome is null, "G-S8", $"{what}: after {pending.Outcome}");
        pending.Outcome = outcome;
        switch (outcome.Status)
        {
            case BroadcastStatus.Ok:
                foreach (var needed in pending.Needed)
                {
                    RequireProof(member.Id, pending, needed, what);
                }

                break;
            case BroadcastStatus.Failed:
                _failed.Add((member.Id, pending.Number));
                break;
        }
    }

    internal override void OnJoined(WorldMember member, RingEffect.NotifyJoined joined)
    {
        foreach (var (_, publisher, number) in _owed.FindAll(item => item.Joiner == member))
        {
            RingViolationException.Require(
                history.Find(member, publisher) is not { } known || known.Base >= number,
                "G-S7 (R2)",
                $"{member} joined at base {history.Find(member, publisher)?.Base};" +
                $" {publisher.Name} {number} was confirmed before");
        }
    }

    internal override void OnQuiet(RingWorld world)
    {
        foreach (var ((member, confirm), pending) in _confirms)
        {
            RingViolationException.Require(
                pending.Outcome is not null || member.Phase == WorldPhase.Crashed,
                "G-L2",
                $"{member} confirm {confirm} is open");
        }

        foreach (var (publisher, number) in _failed)
        {
            foreach (var member in world.Members)
            {
                RingViolationException.Require(
                    history.Find(member, publisher) is not { } known || known.Received < number,
                    "G-S8",
                    $"{member} got {publisher.Name} {number}, which was said to have failed");
            }
        }
    }

    private void RequireProof(MemberId publisher, Pending pending, MemberId id, string what)
    {
        if (World.TryGet(id) is not { IsRunning: true, IsHandlerStopped: false } member || _removed.Contains(id))
        {
            return;
        }

        if (!member.IsJoined)
        {
            _owed.Add((member, publisher, pending.Number));
            return;
        }

        var known = history.Find(member, publisher);
        var proved = pending.Level == ConfirmLevel.ProcessedByAll ? known?.Processed : known?.Received;
        RingViolationException.Require(
            proved >= pending.Number,
            $"G-S7 {pending.Level}",
            $"{what}, number {pending.Number}, but {member} is at {proved}");
    }

    private sealed class Pending(long number, ConfirmLevel level, List<MemberId> needed)
    {
        internal long Number { get; } = number;

        internal ConfirmLevel Level { get; } = level;

        internal List<MemberId> Needed { get; } = needed;

        internal BroadcastOutcome? Outcome { get; set; }
    }
}
