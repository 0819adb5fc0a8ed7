using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>Joins on one node, seen by monitors of others.</summary>
internal sealed class WatchWork(IBenchNode node)
{
    private Task<List<long>> _watching = Task.FromResult<List<long>>([]);

    /// <summary>
    /// Watches a scope until so many joins were seen, and tells each joining member that its join was seen here.
    /// </summary>
    /// <returns>Completes when the monitor runs.</returns>
    internal async Task<JsonNode?> StartAsync(string scope, int count)
    {
        var groups = node.GetScope(scope);
        var monitor = await groups.MonitorScopeAsync();
        _watching = Task.Run(() => WatchAsync(groups, monitor, count));
        return null;
    }

    /// <summary>When each of the joins was seen here.</summary>
    internal async Task<JsonNode?> GetTimesAsync() => new JsonArray([.. (await _watching).Select(t => (JsonNode)t)]);

    /// <summary>
    /// A member joins one group after the other, each when all watchers have told that they saw the one before.
    /// </summary>
    /// <returns>When each join was called.</returns>
    internal async Task<JsonNode?> JoinAsync(string scope, int count, int watchers)
    {
        var groups = node.GetScope(scope);
        var seen = new SemaphoreSlim(0);
        await using var member = await node.CreateMemberAsync("joiner", _ =>
        {
            seen.Release();
            return ValueTask.CompletedTask;
        });
        var starts = new JsonArray();
        for (var index = 0; index < count; index++)
        {
            var group = new GroupName($"group-{index}");
            starts.Add(Clock.Now);
            await groups.JoinAsync(group, member.Id);
            for (var watcher = 0; watcher < watchers; watcher++)
            {
                await seen.WaitAsync();
            }
        }

        return starts;
    }

    private static async Task<List<long>> WatchAsync(IProcessGroups groups, IMembershipMonitor monitor, int count)
    {
        var times = new List<long>(count);
        await using (monitor)
        {
            while (times.Count < count && await monitor.WaitToReadAsync())
            {
                while (times.Count < count && monitor.TryRead(out var change))
                {
                    if (change is { Kind: MembershipChangeKind.Joined })
                    {
                        times.Add(Clock.Now);
                        await groups.SendAsync(change.Members[0], ReadOnlyMemory<byte>.Empty);
                    }
                }
            }
        }

        return times;
    }
}
