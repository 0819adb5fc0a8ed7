using Orleans.Groups.InMemory;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Comparison;

/// <summary>What it takes to tell a newcomer everything.</summary>
internal static class SyncGrowth
{
    private const int GroupSize = 10;
    private const int Members = 10_000;

    /// <summary>Time and bytes against the number of memberships.</summary>
    internal static async Task<GrowthTable> ByMembershipsAsync(RunSettings settings)
    {
        var rows = new List<double[]>();
        foreach (var memberships in JoinGrowth.Sizes(settings.Quick ? 100_000 : 1_000_000, 1_000))
        {
            await SyncAsync(memberships, encode: false); // Only warms up.
            var reference = await SyncAsync(memberships, encode: false);
            var encoded = await SyncAsync(memberships, encode: true);
            rows.Add([memberships, reference, encoded, CountBytes(memberships) / 1e6]);
        }

        return new GrowthTable(
            ["memberships", "ms_by_reference", "ms_encoded", "mb_on_the_wire"],
            rows,
            new ChartOf(
                "sync-time", "A late node gets all memberships (groups of ten)", "memberships", "ms", true,
                (1, "passed by reference"), (2, "encoded and decoded")),
            new ChartOf(
                "sync-bytes", "Bytes sent to a late node (groups of ten), counted", "memberships", "MB", true,
                (3, "on the wire")));
    }

    private static async Task<double> SyncAsync(int memberships, bool encode)
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { EncodeMessages = encode });
        var node = cluster.AddNode("a");
        var members = Enumerable.Range(0, Math.Min(memberships, Members))
            .Select(index => node.CreateMember($"member-{index}").Id)
            .ToArray();
        await MemoryGrowth.FillAsync(node.ProcessGroups, members, memberships);
        var late = cluster.AddNode("b");
        GC.Collect();
        var start = Clock.Now;
        var groups = late.ProcessGroups;
        while (groups.GroupCount < memberships / GroupSize)
        {
            await Task.Delay(1);
        }

        return (Clock.Now - start) / 1e6;
    }

    private static long CountBytes(int memberships)
    {
        var star = new ScopeStar(2);
        var node = star.Nodes[0];
        var members = Enumerable.Range(0, Math.Min(memberships, Members))
            .Select(index => new MemberId(node, index + 1, $"member-{index}"))
            .ToArray();
        for (var group = 0; group < memberships / GroupSize; group++)
        {
            var share = Enumerable.Range(group * GroupSize, GroupSize).Select(index => members[index % members.Length]);
            star.Step(node, new ScopeInput.Join([new GroupName($"group-{group}")], [.. share]));
        }

        star.Count!.Reset();
        star.Connect();
        return star.Count!.Bytes;
    }
}
