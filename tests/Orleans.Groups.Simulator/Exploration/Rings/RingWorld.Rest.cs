namespace Orleans.Groups.Simulator.Exploration;

/// <content>What must hold when nothing moves any more: agreement, liveness, nothing left over.</content>
internal sealed partial class RingWorld
{
    internal override void CheckRest()
    {
        for (var node = 0; node < Plan.Nodes; node++)
        {
            for (var other = 0; other < Plan.Nodes; other++)
            {
                if (IsHealthy(node) && IsHealthy(other) && !IsConnected(node, other))
                {
                    return; // Nothing is promised before sessions have begun anew.
                }
            }
        }

        var survivors = new List<RingSeat>();
        for (var index = 0; index < _seats.Length; index++)
        {
            var seat = _seats[index].Value;
            if (!IsHealthy(Plan.Seats[index].Node) || !seat.IsRunning)
            {
                continue;
            }

            PropertyException.Require(seat.Phase == SeatPhase.Joined, "G-L1", $"{seat.Id.Name} does not come to join");
            PropertyException.Require(!seat.IsLeaving, "G-L1", $"{seat.Id.Name} does not come to leave");
            PropertyException.Require(seat.Confirms.Count == 0, "G-L2", $"{seat.Id.Name} waits for a confirm");
            survivors.Add(seat);
        }

        CheckRecord(survivors);
        survivors.ForEach(CheckLeftovers);
        foreach (var publisher in _seats)
        {
            CheckAgreement(publisher.Value, survivors);
        }
    }

    private bool IsHealthy(int node) => _nodes[node].Value is { IsAlive: true, IsDeclaredDead: false };

    private void CheckRecord(List<RingSeat> survivors)
    {
        if (survivors.Count == 0)
        {
            return;
        }

        var record = _store.Value.Current;
        PropertyException.Require(record is not null, "G-L4", "there are members and no record");
        var listed = record!.Entries.Select(static entry => entry.Member).ToHashSet();
        PropertyException.Require(
            listed.SetEquals(survivors.Select(static seat => seat.Id)) && record.Entries.All(static e => e.IsAlive),
            "G-L4",
            $"the record is {RingStory.Of(record)}, but there are {survivors.Count} members");
        foreach (var seat in survivors)
        {
            var told = seat.Known.Where(static known => !known.Value.IsDead).Select(static known => known.Key);
            PropertyException.Require(
                listed.SetEquals(told),
                "G-L3",
                $"{seat.Id.Name} was not told of all births and deaths");
            PropertyException.Require(
                seat.Machine!.HeldRecord is { } held && held.Version == record.Version && held.Epoch == record.Epoch,
                "G-L3",
                $"{seat.Id.Name} goes by {RingStory.Of(seat.Machine.HeldRecord)}");
        }
    }

    private void CheckLeftovers(RingSeat seat)
    {
        var status = seat.Machine!.GetStatus();
        string What() => $"{seat.Id.Name} at rest: {RingStory.Of(status)}";
        PropertyException.Require(status.PendingBytes == 0 && !status.HasWork, "G-L4", $"{What()}");
        PropertyException.Require(status.Inherited.IsEmpty, "G-L4", $"{What()}");
        PropertyException.Require(
            Plan.Handlers == HandlerPace.Silent || status.UnprocessedBytes == 0, "G-L4", $"{What()}");
        foreach (var known in status.Members)
        {
            PropertyException.Require(known.LastAcked == known.LastPublished, "I8", $"{What()}");
            PropertyException.Require(
                !known.Member.Equals(seat.Id) || known.LastReturned == known.LastPublished, "I8", $"{What()}");
        }
    }

    /// <summary>G-S5 agreement among those that stay, G-S6 validity, clean leavers included.</summary>
    private static void CheckAgreement(RingSeat publisher, List<RingSeat> survivors)
    {
        var promised = publisher.Phase == SeatPhase.Joined && survivors.Contains(publisher)
            ? publisher.Published
            : publisher.Promised;
        var top = survivors
            .Select(seat => seat.Known.GetValueOrDefault(publisher.Id)?.Received ?? 0)
            .DefaultIfEmpty()
            .Max();
        foreach (var seat in survivors)
        {
            var known = seat.Known.GetValueOrDefault(publisher.Id);
            var received = known?.Received ?? 0;
            var before = seat.PublishedBefore.GetValueOrDefault(publisher.Id);
            var what = $"{seat.Id.Name} has {publisher.Id.Name} up to {received}";
            PropertyException.Require(
                received >= top || (known is null && top <= before), "G-S5", $"{what}, others up to {top}");
            PropertyException.Require(
                received >= promised || (known is null && promised <= before), "G-S6", $"{what} of {promised}");
            PropertyException.Require(
                !publisher.Failed.Any(number => number <= received),
                "G-S8",
                $"{what}, of which something was said to have failed");
        }
    }
}
