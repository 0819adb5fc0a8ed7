using Orleans.Groups.InMemory;

namespace Orleans.Groups.Comparison;

/// <summary>What a join costs as groups become larger, or more.</summary>
internal static class JoinGrowth
{
    private const int Batch = 1_000;

    /// <summary>Against the size of the group.</summary>
    internal static async Task<GrowthTable> BySizeAsync(RunSettings settings)
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        var groups = node.ProcessGroups;
        var group = new GroupName("room");
        var extra = node.CreateMember("extra").Id;
        var rows = new List<double[]>();
        var members = 0;
        await TimeAsync(groups, settings, _ => group, extra);
        foreach (var size in Sizes(settings.Quick ? 1_000 : 100_000))
        {
            for (; members < size; members++)
            {
                await groups.JoinAsync(group, node.CreateMember("member").Id);
            }

            rows.Add([size, await TimeAsync(groups, settings, _ => group, extra)]);
        }

        return new GrowthTable(
            ["members", "ns_per_join_or_leave"],
            rows,
            new ChartOf(
                "join-by-group-size", "A join or leave against the size of the group", "members in the group",
                "ns per join or leave", false, (1, "in-memory")));
    }

    /// <summary>Against the number of groups.</summary>
    internal static async Task<GrowthTable> ByGroupsAsync(RunSettings settings)
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions
        {
            ProcessGroups = { MaxGroups = 2_000_000, MaxMembershipsPerMember = 2_000_000 },
        });
        var node = cluster.AddNode("a");
        var groups = node.ProcessGroups;
        var owner = node.CreateMember("owner").Id;
        var extra = node.CreateMember("extra").Id;
        var rows = new List<double[]>();
        var made = 0;
        await TimeAsync(groups, settings, index => new GroupName($"extra-{index}"), extra);
        foreach (var count in Sizes(settings.Quick ? 10_000 : 1_000_000))
        {
            for (; made < count; made++)
            {
                await groups.JoinAsync(new GroupName($"group-{made}"), owner);
            }

            rows.Add(
            [
                count,
                await TimeAsync(groups, settings, index => new GroupName($"extra-{index}"), extra),
                await TimeAsync(groups, settings, index => new GroupName($"group-{index % count}"), extra),
            ]);
        }

        return new GrowthTable(
            ["groups", "ns_new_group", "ns_existing_group"],
            rows,
            new ChartOf(
                "join-by-groups", "A join or leave against the number of groups", "groups in the scope",
                "ns per join or leave", false, (1, "a new group"), (2, "an existing group")));
    }

    /// <summary>Powers of ten.</summary>
    internal static IEnumerable<int> Sizes(int most, int least = 1)
    {
        for (var size = least; size <= most; size *= 10)
        {
            yield return size;
        }
    }

    private static async Task<double> TimeAsync(
        IProcessGroups groups,
        RunSettings settings,
        Func<int, GroupName> groupOf,
        MemberId member)
    {
        // Names are made before the clock runs; many groups, so that the processor's caches hold few of them.
        var names = Enumerable.Range(0, Batch).Select(index => groupOf(index * 7919)).ToArray();
        var times = new List<double>();
        for (var round = 0; round < (settings.Quick ? 5 : 100); round++)
        {
            var start = Clock.Now;
            foreach (var name in names)
            {
                await groups.JoinAsync(name, member);
                await groups.LeaveAsync(name, member);
            }

            times.Add((Clock.Now - start) / (2.0 * Batch));
        }

        return Clock.Median(times);
    }
}
