namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>
/// G-S17 and I3 sane counters after every so many steps; I4 (nobody downstream has seen more of a publisher than those
/// upstream) whenever all members go by one record; nothing kept when all is quiet (I8, G-L4).
/// </summary>
internal sealed class StateChecker : RingObserver
{
    private const int Every = 7;

    private int _steps;

    internal override void OnStepped(WorldMember member, RingInput input)
    {
        if (++_steps % Every != 0)
        {
            return;
        }

        if (member.IsJoined)
        {
            RequireSane(member.Machine.GetStatus());
        }

        RequireOrdered();
    }

    internal override void OnQuiet(RingWorld world)
    {
        RequireOrdered();
        foreach (var member in world.Running)
        {
            var status = member.Machine.GetStatus();
            var what = $"{member} at rest: {RingText.Of(status)}";
            Require(status.PendingBytes == 0 && status.UnprocessedBytes == 0 && !status.HasWork, "G-L4", what);
            Require(status.HeldUpBy is null && status.Inherited.IsEmpty, "G-L4", what);
            foreach (var known in status.Members)
            {
                Require(known.LastAcked == known.LastPublished, "I8", what);
                Require(!known.Member.Equals(member.Id) || known.LastReturned == known.LastPublished, "I8", what);
            }
        }
    }

    private static void RequireSane(RingStatus status)
    {
        foreach (var known in status.Members)
        {
            var what = $"{status.Self.Name} knows {known.Member.Name}: {RingText.Of(status)}";
            Require(known.LastAcked >= 0 && known.LastAcked <= known.LastPublished, "I3", what);
            Require(known.LastReturned <= known.LastAcked, "I3 (R11)", what);
            Require(known.Processed <= status.Published, "R1", what);
        }
    }

    private void RequireOrdered()
    {
        var members = World.Members.FindAll(static member => member.IsRunning);
        if (members.Count == 0
            || !members.TrueForAll(
                m => m.IsJoined && ReferenceEquals(m.Machine.HeldRecord, members[0].Machine.HeldRecord)))
        {
            return;
        }

        var record = members[0].Machine.HeldRecord!;
        if (record.Entries.Count(static entry => entry.IsAlive) != members.Count)
        {
            return;
        }

        var byId = members.ToDictionary(static member => member.Id, static member => member.Machine.GetStatus());
        for (var position = 0; position < record.Entries.Length; position++)
        {
            RequireOrdered(record, position, byId);
        }
    }

    /// <summary>I4 for one publisher, from whoever answers for it once round the ring.</summary>
    private static void RequireOrdered(GroupRecord record, int position, Dictionary<MemberId, RingStatus> byId)
    {
        var publisher = record.Entries[position].Member;
        var (seen, acked, issued) = (long.MaxValue, long.MaxValue, -1L);
        for (var step = 0; step < record.Entries.Length; step++)
        {
            var entry = record.Entries[(position + step) % record.Entries.Length];
            if (!entry.IsAlive)
            {
                continue;
            }

            var known = byId[entry.Member].Members.Single(member => member.Member.Equals(publisher));
            issued = issued < 0 ? known.LastAcked : issued;
            var what =
                $"{publisher.Name} at {entry.Member.Name}: {known.LastPublished}/{known.LastAcked}," +
                $" upstream {seen}/{acked}";
            Require(known.LastPublished <= seen && known.LastAcked <= acked, "I4", what);
            Require(known.LastPublished >= issued, "I4 acked before all have it", what);
            (seen, acked) = (known.LastPublished, known.LastAcked);
        }
    }

    private static void Require(bool condition, string property, string what) =>
        RingViolationException.Require(condition, property, what);
}
