using Orleans.Groups.InMemory;

namespace Orleans.Groups.Comparison;

/// <summary>What memberships hold.</summary>
internal static class MemoryGrowth
{
    private const int GroupSize = 10;

    /// <summary>Bytes per membership, on the node that owns them and on one that only sees them.</summary>
    internal static async Task<GrowthTable> ByMembershipsAsync(RunSettings settings)
    {
        var rows = new List<double[]>();
        foreach (var memberships in JoinGrowth.Sizes(settings.Quick ? 100_000 : 1_000_000, 1_000))
        {
            await using var cluster = new InMemoryCluster();
            var node = cluster.AddNode("a");
            var members = Enumerable.Range(0, Math.Min(memberships, 10_000))
                .Select(index => node.CreateMember($"member-{index}").Id)
                .ToArray();
            var before = GC.GetTotalMemory(forceFullCollection: true);
            await FillAsync(node.ProcessGroups, members, memberships);
            var own = GC.GetTotalMemory(forceFullCollection: true) - before;

            var other = cluster.AddNode("b");
            before = GC.GetTotalMemory(forceFullCollection: true);
            _ = other.ProcessGroups.GroupCount;
            await cluster.WaitForConvergenceAsync();
            var seen = GC.GetTotalMemory(forceFullCollection: true) - before;
            if (other.ProcessGroups.GroupCount != memberships / GroupSize)
            {
                throw new InvalidOperationException($"The other node sees {other.ProcessGroups.GroupCount} groups.");
            }

            rows.Add([memberships, own / (double)memberships, seen / (double)memberships, own / 1e6, seen / 1e6]);
        }

        return new GrowthTable(
            ["memberships", "bytes_each_own", "bytes_each_seen", "mb_own", "mb_seen"],
            rows,
            new ChartOf(
                "memory", "Memory of memberships in groups of ten", "memberships", "bytes per membership", false,
                (1, "on their own node"), (2, "on another node")));
    }

    /// <summary>Joins members to groups of ten until there are so many memberships.</summary>
    internal static async Task FillAsync(IProcessGroups groups, MemberId[] members, int memberships)
    {
        for (var group = 0; group < memberships / GroupSize; group++)
        {
            var name = new GroupName($"group-{group}");
            for (var member = 0; member < GroupSize; member++)
            {
                await groups.JoinAsync(name, members[((group * GroupSize) + member) % members.Length]);
            }
        }
    }
}
