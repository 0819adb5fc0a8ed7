namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>
/// G-S11: joined first and once, births of strangers, deaths of the known, the list that comes with them.
/// </summary>
internal sealed class MembershipChecker : RingObserver
{
    private readonly Dictionary<WorldMember, (HashSet<MemberId> Alive, HashSet<MemberId> Ever)> _told = [];

    /// <summary>Whom a member has been told of and not been told dead.</summary>
    internal IReadOnlyCollection<MemberId> AliveAt(WorldMember member) => _told[member].Alive;

    internal override void OnJoined(WorldMember member, RingEffect.NotifyJoined joined)
    {
        RingViolationException.Require(!_told.ContainsKey(member), "G-S11", $"{member} joined twice");
        RingViolationException.Require(joined.Members.Contains(member.Id), "G-S11", $"{member} joined without itself");
        RingViolationException.Require(
            joined.Members.Distinct().Count() == joined.Members.Length,
            "G-S11",
            $"{member} joined with somebody twice");
        _told.Add(member, ([.. joined.Members], [.. joined.Members]));
    }

    internal override void OnChanged(WorldMember member, RingEffect.NotifyChanged changed)
    {
        RingViolationException.Require(
            _told.ContainsKey(member), "G-S11", $"{member} hears of a change before it joined");
        RingViolationException.Require(
            changed.Births.Length + changed.Deaths.Length > 0, "G-S11", $"{member} hears of no change");
        var (alive, ever) = _told[member];
        foreach (var birth in changed.Births)
        {
            RingViolationException.Require(ever.Add(birth), "G-S11", $"{member} hears of {birth.Name}'s birth again");
            alive.Add(birth);
        }

        foreach (var death in changed.Deaths)
        {
            RingViolationException.Require(
                alive.Remove(death), "G-S11", $"{member} hears that {death.Name} died, unknown to it");
        }

        RingViolationException.Require(
            alive.SetEquals(changed.Members) && alive.Count == changed.Members.Length,
            "G-S11",
            $"{member} is told [{RingText.Of(changed.Members)}] where births and deaths give {alive.Count} members");
    }

    internal override void OnQuiet(RingWorld world)
    {
        foreach (var member in world.Survivors)
        {
            var listed = world.Store.Current!.Entries
                .Where(static entry => entry.IsAlive)
                .Select(static entry => entry.Member);
            RingViolationException.Require(
                _told[member].Alive.SetEquals(listed),
                "G-L3",
                $"{member} believes in [{RingText.Of([.. _told[member].Alive])}]," +
                $" the record is {RingText.Of(world.Store.Current)}");
        }
    }
}
