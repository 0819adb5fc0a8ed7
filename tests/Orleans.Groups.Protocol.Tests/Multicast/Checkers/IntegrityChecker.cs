namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>G-S1 integrity, G-S2 no duplicate, G-S3 no gap, G-S4 base, G-S9 premature, G-S10 posthumous.</summary>
internal sealed class IntegrityChecker(RingHistory history) : RingObserver
{
    internal override void OnJoined(WorldMember member, RingEffect.NotifyJoined joined)
    {
        foreach (var id in joined.Members)
        {
            RingViolationException.Require(
                joined.Bases.Any(start => start.Publisher.Equals(id)),
                "G-S4",
                $"{member} joined without a base of {id.Name}");
        }

        foreach (var (publisher, number) in joined.Bases)
        {
            RingViolationException.Require(
                number >= 0 && (!publisher.Equals(member.Id) || number == 0),
                "G-S4",
                $"{member} base {publisher.Name} {number}");
        }
    }

    internal override void OnDelivered(WorldMember member, MemberId publisher, PublicationBatch batch)
    {
        var what = $"{member} gets {publisher.Name} {batch.First}-{batch.Last}";
        RingViolationException.Require(member.IsJoined, "G-S9", $"{what} before it joined");
        var known = history.Find(member, publisher);
        RingViolationException.Require(known is not null, "G-S9", $"{what} before its birth");
        RingViolationException.Require(!known!.IsDead, "G-S10", $"{what} after its death");
        RingViolationException.Require(batch.First > known.Received, "G-S2", $"{what} again after {known.Received}");
        RingViolationException.Require(batch.First == known.Received + 1, "G-S3", $"{what} after {known.Received}");
        var number = batch.First;
        foreach (var payload in batch.Payloads.Span)
        {
            RingViolationException.Require(
                PayloadText.SequenceOf(payload) == number,
                "G-S1",
                $"{what}: {number} is {PayloadText.SequenceOf(payload)}");
            number++;
        }

        known.Received = batch.Last;
    }

    internal override void OnProcessed(WorldMember member, MemberId publisher, long number)
    {
        var known = history.Find(member, publisher)!;
        RingViolationException.Require(
            number == known.Processed + 1, "world", $"{member} processes {publisher.Name} {number}");
        known.Processed = number;
    }

    internal override void OnQuiet(RingWorld world)
    {
        foreach (var member in world.Members)
        {
            foreach (var publisher in world.Members)
            {
                if (history.Find(member, publisher.Id) is { } known)
                {
                    RingViolationException.Require(
                        known.Received <= history.PublishedBy(publisher),
                        "G-S1",
                        $"{member} has more of {publisher} than there is");
                }
            }
        }
    }
}
