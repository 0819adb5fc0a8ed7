using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Orleans.Groups.Engine;

/// <summary>Where publications to groups go, worked out once per change of a group. Any thread.</summary>
internal sealed class PublishPlans(MemberTable members)
{
    /// <summary>Most groups whose plan is kept; at the limit all are forgotten and made again when needed.</summary>
    private const int MaxPlans = 1_024;

    private readonly ConcurrentDictionary<GroupName, PublishPlan> _plans = new();

    /// <summary>The plan for a group with these members.</summary>
    internal PublishPlan For(GroupName group, ImmutableArray<MemberId> list)
    {
        if (list.IsEmpty)
        {
            return PublishPlan.Empty;
        }

        if (_plans.TryGetValue(group, out var plan) && plan.Source == list)
        {
            return plan;
        }

        plan = PublishPlan.Make(list, members);
        if (_plans.Count >= MaxPlans)
        {
            _plans.Clear();
        }

        _plans[group] = plan;
        return plan;
    }
}

/// <summary>Where a publication to one group goes.</summary>
/// <param name="Source">The members for which this was worked out; compared by reference.</param>
/// <param name="Members">How many distinct members there are.</param>
/// <param name="HasLocals">Whether some live here.</param>
/// <param name="Locals">The distinct members that live here and have not ended.</param>
/// <param name="Remotes">The other nodes with members, each once.</param>
internal sealed record PublishPlan(
    ImmutableArray<MemberId> Source,
    int Members,
    bool HasLocals,
    LocalMember[] Locals,
    NodeId[] Remotes)
{
    internal static readonly PublishPlan Empty = new([], 0, false, [], []);

    internal static PublishPlan Make(ImmutableArray<MemberId> source, MemberTable members)
    {
        var distinct = new HashSet<MemberId>();
        var locals = new List<LocalMember>();
        var remotes = new List<NodeId>();
        var seen = new HashSet<NodeId>();
        var hasLocals = false;
        foreach (var member in source)
        {
            if (!distinct.Add(member))
            {
                continue;
            }

            if (!member.Node.Equals(members.Node))
            {
                if (seen.Add(member.Node))
                {
                    remotes.Add(member.Node);
                }

                continue;
            }

            hasLocals = true;
            if (members.Find(member) is { } local)
            {
                locals.Add(local);
            }
        }

        return new PublishPlan(source, distinct.Count, hasLocals, [.. locals], [.. remotes]);
    }
}
