namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>G-S5 agreement among survivors, G-S6 validity, clean leavers included.</summary>
internal sealed class AgreementChecker(RingHistory history) : RingObserver
{
    internal override void OnQuiet(RingWorld world)
    {
        var survivors = world.Survivors;
        foreach (var publisher in world.Members)
        {
            var top = survivors.Select(q => history.Find(q, publisher.Id)?.Received ?? 0).DefaultIfEmpty().Max();
            var promised = PromisedOf(publisher);
            foreach (var survivor in survivors)
            {
                var known = history.Find(survivor, publisher.Id);
                var received = known?.Received ?? 0;
                var what = $"{survivor} has {publisher} up to {received}";
                RingViolationException.Require(
                    known is null || received == top, "G-S5", $"{what}, another survivor up to {top}");
                RingViolationException.Require(known is null || received >= promised, "G-S6", $"{what} of {promised}");
                RingViolationException.Require(
                    received >= MustHave(survivor, publisher, top), "G-S5", $"{what}, others {top}");
                RingViolationException.Require(
                    received >= MustHave(survivor, publisher, promised), "G-S6", $"{what} of {promised}");
                RingViolationException.Require(
                    survivor.IsHandlerStopped || known is null || known.Processed == received,
                    "G-L4",
                    $"{what}, not processed");
            }
        }
    }

    /// <summary>The number up to which a publisher's messages must have reached everybody.</summary>
    private int PromisedOf(WorldMember publisher) => publisher switch
    {
        { IsJoined: true, Node.IsDeclaredDead: false } => history.PublishedBy(publisher),
        { Termination.Reason: TerminationReason.Left } => publisher.SequenceAtLeave,
        _ => 0,
    };

    /// <summary>
    /// What was published after the survivor joined counts for it in any case; returns the last such number, or 0.
    /// </summary>
    private long MustHave(WorldMember survivor, WorldMember publisher, long last) =>
        last > 0 && history.PublishedAt(publisher, last) > history.JoinedAt(survivor) ? last : 0;
}
