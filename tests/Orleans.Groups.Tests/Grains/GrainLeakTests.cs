using System.Runtime.CompilerServices;

namespace Orleans.Groups.Tests;

/// <summary>Activations that have ended leave nothing behind.</summary>
public sealed class GrainLeakTests
{
    private const int Activations = 10_000;
    private const int AtATime = 250;

    [Fact]
    public async Task Activations_ByTheThousand_LeaveNothing()
    {
        await using var cluster = await GrainCluster.StartAsync(
            1,
            options: static options => options.Multicast.MaxLocalMembers = 1_000);
        var grains = cluster.First.Services<IGrainFactory>(cluster);
        var hosts = new List<WeakReference>();
        var groups = cluster.First.ProcessGroups;
        var members = cluster.First.Host.Members.Count;

        for (var number = 0; number < Activations; number += AtATime)
        {
            var batch = Enumerable.Range(number, AtATime)
                .Select(index => grains.GetGrain<IScriptedKept>($"{index}"))
                .ToList();
            await Task.WhenAll(batch.Select(grain => cluster.RunAsync(grain, inner => UseAllAsync(inner, hosts))));
            Assert.Equal(AtATime, groups.CountMembers("room"));
            await Task.WhenAll(batch.Select(grain => cluster.Cluster.DeactivateAsync(grain)));
            await cluster.MembersAsync("room", 0);
        }

        await cluster.MembersAsync("hall", 0);
        await cluster.ConvergedAsync();
        Assert.Equal(0, groups.GroupCount);
        Assert.Equal(0, cluster.First.Host.Rings.Count);
        Assert.Equal(members, cluster.First.Host.Members.Count);
        Assert.Equal(0, cluster.First.Host.GetScope("default").Life?.GetStatus()?.MonitorCount);
        Assert.Equal(0, GrainCluster.Service<GrainReviver>(cluster.Cluster.Primary).Count);
        Assert.InRange(CountAlive(hosts), 0, AtATime); // What Orleans itself has not let go of yet.
    }

    private static async Task UseAllAsync(ScriptedGrain grain, List<WeakReference> hosts)
    {
        await grain.JoinAsync("hall", new GrainJoinOptions { KeepAlive = true });
        var groups = grain.Groups.ProcessGroups;
        await groups.JoinAsync($"own {grain.Key}", grain);
        await groups.MonitorGroupAsync($"own {grain.Key}", grain, static _ => ValueTask.CompletedTask);
        await grain.Groups.SendAsync(grain.GetGroupMember().Id, "x");
        if (int.Parse(grain.Key, null) % 50 == 0)
        {
            // Rings cost more, so not everybody has one.
            await grain.Groups.Multicast.JoinAsync($"ring {grain.Key}", (HandlingGrain)grain);
        }

        lock (hosts)
        {
            hosts.Add(new WeakReference(GrainHost.Of(grain)));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int CountAlive(List<WeakReference> hosts)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return hosts.Count(static host => host.IsAlive);
    }
}
