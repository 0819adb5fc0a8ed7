using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>One member's ring for one record: neighbours, link stamps, and who answers for whom. Immutable.</summary>
/// <remarks>Source: gm.erl's view. Invariant I2: equal records give equal views.</remarks>
internal sealed class RingView
{
    private readonly Dictionary<MemberId, int> _positions;

    /// <summary>The ring of a record as <paramref name="self"/> sees it, which the record lists as alive.</summary>
    internal RingView(GroupRecord record, MemberId self)
    {
        Invariant.Require(record.ListsAlive(self), "only a member that is alive in a record has a view of it");
        Record = record;
        _positions = new Dictionary<MemberId, int>(record.Entries.Length);
        var own = 0;
        for (var index = 0; index < record.Entries.Length; index++)
        {
            _positions.Add(record.Entries[index].Member, index);
            own = record.Entries[index].Member.Equals(self) ? index : own;
        }

        Stamp = record.Entries[own].LinkVersion;
        Left = NextAlive(record, own, -1);
        Right = NextAlive(record, own, +1);
        RightStamp = record.Entries[_positions[Right]].LinkVersion;
        Inherited = HeldBy(self);
        HeldByRight = Right.Equals(self) ? Inherited : HeldBy(Right);
        ByJoining = SortByJoining(record);
    }

    /// <summary>The record.</summary>
    internal GroupRecord Record { get; }

    /// <summary>Version of the record.</summary>
    internal long Version => Record.Version;

    /// <summary>Who sends to this member; itself when it is alone.</summary>
    internal MemberId Left { get; }

    /// <summary>To whom this member sends; itself when it is alone.</summary>
    internal MemberId Right { get; }

    /// <summary>Stamp of the link from the left neighbour.</summary>
    internal long Stamp { get; }

    /// <summary>Stamp of the link to the right neighbour.</summary>
    internal long RightStamp { get; }

    /// <summary>
    /// The dead members for which this member answers: those between its left neighbour and itself, in ring order.
    /// </summary>
    internal ImmutableArray<MemberId> Inherited { get; }

    /// <summary>The dead members for which the right neighbour answers.</summary>
    internal ImmutableArray<MemberId> HeldByRight { get; }

    /// <summary>All members of the record, dead ones included, in the order in which they joined.</summary>
    internal ImmutableArray<MemberId> ByJoining { get; }

    /// <summary>Whether the record lists the member, alive or dead.</summary>
    internal bool Knows(MemberId member) => _positions.ContainsKey(member);

    /// <summary>Whether the record lists the member as alive.</summary>
    internal bool IsAlive(MemberId member) =>
        _positions.TryGetValue(member, out var position) && Record.Entries[position].IsAlive;

    private static MemberId NextAlive(GroupRecord record, int from, int step)
    {
        var count = record.Entries.Length;
        for (var distance = 1; distance <= count; distance++)
        {
            var entry = record.Entries[(from + (step * distance) + (count * distance)) % count];
            if (entry.IsAlive)
            {
                return entry.Member;
            }
        }

        throw new InvariantViolationException("a record that lists a member as alive has an alive member");
    }

    private static ImmutableArray<MemberId> SortByJoining(GroupRecord record)
    {
        var entries = record.Entries.Sort(static (a, b) =>
            a.JoinedAt != b.JoinedAt ? a.JoinedAt.CompareTo(b.JoinedAt) : a.Member.CompareTo(b.Member));
        return ImmutableArray.CreateRange(entries, static entry => entry.Member);
    }

    private ImmutableArray<MemberId> HeldBy(MemberId heir)
    {
        var entries = Record.Entries;
        var held = ImmutableArray.CreateBuilder<MemberId>();
        var own = _positions[heir];
        for (var distance = 1; distance < entries.Length; distance++)
        {
            var entry = entries[(own - distance + entries.Length) % entries.Length];
            if (entry.IsAlive)
            {
                break;
            }

            held.Add(entry.Member);
        }

        held.Reverse();
        return held.ToImmutable();
    }
}
