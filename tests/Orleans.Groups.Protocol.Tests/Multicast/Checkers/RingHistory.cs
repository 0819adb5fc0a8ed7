using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>Who published, received and processed what, and when.</summary>
internal sealed class RingHistory : RingObserver
{
    private readonly List<List<long>> _published = [];
    private readonly List<Dictionary<MemberId, Knowledge>> _known = [];
    private readonly List<long> _joinedAt = [];
    private long _clock;

    /// <summary>When a message was published; counted in published messages and joins of the whole world.</summary>
    internal long PublishedAt(WorldMember publisher, long number) => Of(_published, publisher)[(int)number - 1];

    /// <summary>How many messages a machine has been handed.</summary>
    internal int PublishedBy(WorldMember publisher) => Of(_published, publisher).Count;

    /// <summary>When the member said that it joined.</summary>
    internal long JoinedAt(WorldMember member) => At(_joinedAt, member);

    /// <summary>What a member knows of a publisher; nothing when it was never told of it.</summary>
    internal Knowledge? Find(WorldMember member, MemberId publisher) =>
        Of(_known, member).GetValueOrDefault(publisher);

    internal override void OnPublished(WorldMember member, int first, int last, ImmutableArray<ConfirmRequest> confirms)
    {
        var times = Of(_published, member);
        RingViolationException.Require(
            times.Count == first - 1, "world", $"{member} publishes {first} after {times.Count}");
        for (var number = first; number <= last; number++)
        {
            times.Add(++_clock);
        }
    }

    internal override void OnJoined(WorldMember member, RingEffect.NotifyJoined joined)
    {
        At(_joinedAt, member);
        _joinedAt[member.Serial] = ++_clock;
        var known = Of(_known, member);
        foreach (var id in joined.Members)
        {
            known[id] = new Knowledge();
        }

        foreach (var (publisher, number) in joined.Bases)
        {
            RingViolationException.Require(
                known.ContainsKey(publisher), "G-S4", $"{member} has a base of unlisted {publisher.Name}");
            known[publisher] = new Knowledge { Base = number, Received = number, Processed = number };
        }
    }

    internal override void OnChanged(WorldMember member, RingEffect.NotifyChanged changed)
    {
        var known = Of(_known, member);
        foreach (var id in changed.Births)
        {
            known.TryAdd(id, new Knowledge());
        }

        foreach (var id in changed.Deaths)
        {
            if (known.TryGetValue(id, out var knowledge))
            {
                knowledge.IsDead = true;
            }
        }
    }

    private static List<long> Of(List<List<long>> lists, WorldMember member)
    {
        while (lists.Count <= member.Serial)
        {
            lists.Add([]);
        }

        return lists[member.Serial];
    }

    private static Dictionary<MemberId, Knowledge> Of(List<Dictionary<MemberId, Knowledge>> lists, WorldMember member)
    {
        while (lists.Count <= member.Serial)
        {
            lists.Add([]);
        }

        return lists[member.Serial];
    }

    private static long At(List<long> list, WorldMember member)
    {
        while (list.Count <= member.Serial)
        {
            list.Add(0);
        }

        return list[member.Serial];
    }

    /// <summary>One member's knowledge of one publisher's messages.</summary>
    internal sealed class Knowledge
    {
        internal long Base { get; init; }

        /// <summary>Highest number queued for the handler, or the base.</summary>
        internal long Received { get; set; }

        /// <summary>Highest number that the handler has processed, or the base.</summary>
        internal long Processed { get; set; }

        internal bool IsDead { get; set; }
    }
}
