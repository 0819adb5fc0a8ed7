namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>G-S12: one (epoch, version) has one content, and no member goes back (I2, G-S20).</summary>
internal sealed class ViewChecker : RingObserver
{
    private readonly Dictionary<(Guid Epoch, long Version), GroupRecord> _committed = [];
    private readonly Dictionary<WorldMember, HashSet<Guid>> _epochs = [];

    internal override void OnCommitted(GroupRecord? before, RecordEdit edit, GroupRecord after) =>
        RingViolationException.Require(
            _committed.TryAdd((after.Epoch, after.Version), after), "G-S12", $"{RingText.Of(after)} committed twice");

    internal override void OnAdopted(WorldMember member, GroupRecord? before, GroupRecord after)
    {
        var what = $"{member} goes from {RingText.Of(before)} to {RingText.Of(after)}";
        RingViolationException.Require(
            _committed.TryGetValue((after.Epoch, after.Version), out var committed)
                && ReferenceEquals(committed, after),
            "G-S12",
            $"{what}, which was never committed");
        if (before is not null && before.Epoch == after.Epoch)
        {
            RingViolationException.Require(after.Version > before.Version, "G-S12", what);
            return;
        }

        if (!_epochs.TryGetValue(member, out var epochs))
        {
            _epochs.Add(member, epochs = []);
        }

        RingViolationException.Require(epochs.Add(after.Epoch), "G-S20", $"{what}, an epoch it has left");
    }
}

/// <summary>
/// G-S19: whom a member's view calls dead, or does not list, is not listened to. G-S20: nor another epoch's content.
/// </summary>
internal sealed class FencingChecker : RingObserver
{
    private MemberId? _fenced;

    internal override void OnStepping(WorldMember member, RingInput input)
    {
        _fenced = input is RingInput.Received { Message: RingMessage.Activity or RingMessage.Catchup } received
            && member.IsJoined
            && member.Machine.HeldRecord is { } record
            && !record.ListsAlive(received.From)
                ? received.From
                : null;
    }

    internal override void OnDelivered(WorldMember member, MemberId publisher, PublicationBatch batch) =>
        RingViolationException.Require(
            _fenced is null,
            "G-S19",
            $"{member} delivers {publisher.Name} {batch.First} from {_fenced?.Name}, no member in its view");
}
