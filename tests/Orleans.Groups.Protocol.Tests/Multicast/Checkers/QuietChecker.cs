namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>I8 and G-L4: when nothing happens any more, nothing is left over.</summary>
internal sealed class QuietChecker : RingObserver
{
    internal override void OnQuiet(RingWorld world)
    {
        var record = world.Store.Current;
        foreach (var member in world.Running)
        {
            var what = $"{member} ({RingText.Of(member.Machine.GetStatus())})";
            Require(member.IsJoined, "G-L1", $"{what} has not joined");
            Require(
                record is not null && record.ListsAlive(member.Id), "G-S19", $"{what} is not in {RingText.Of(record)}");
            var held = member.Machine.HeldRecord;
            Require(
                held is not null && held.Epoch == record!.Epoch && held.Version == record.Version,
                "I8 view",
                $"{what} holds {RingText.Of(held)}, the record is {RingText.Of(record)}");
            Require(member.Timers.Count == 0, "I8 timers", $"{what} has {string.Join(", ", member.Timers)}");
            Require(member.WindowUsed == 0, "I8 window", $"{what} has {member.WindowUsed} bytes unprocessed");
            Require(!member.IsFlushWanted && member.Mailbox.Count == 0, "world", what);
            Require(member.Deliveries.Count == 0 || member.IsHandlerStopped, "world", what);
        }

        if (world.Running.Any())
        {
            Require(
                record!.Entries.All(static entry => entry.IsAlive), "G-L3", $"dead entries in {RingText.Of(record)}");
        }
    }

    private static void Require(bool condition, string property, string what) =>
        RingViolationException.Require(condition, property, what);
}
