using System.Text.Json;
using Orleans.Groups.Checkers;

namespace Orleans.Groups.ProcessHost;

/// <summary>Does what the test says, on this silo.</summary>
internal sealed class Worker(IGroups groups, EventRecorder recorder, NodeRecorder node) : IDisposable
{
    private readonly RingWork _ring = new(node.Wrap(groups.Multicast, HandlerFailurePolicy.Skip));
    private readonly GroupWork _groups = new(groups, node);

    /// <summary>One command.</summary>
    internal async Task<object?> PerformAsync(string verb, JsonElement command)
    {
        switch (verb)
        {
            case "join-ring":
                return await _ring.JoinAsync(Text("group"), Text("name"));
            case "start-ring":
                _ring.Start();
                return null;
            case "stop-ring":
                await _ring.StopAsync();
                return null;
            case "drain-ring":
                return await _ring.DrainAsync();
            case "leave-ring":
                return $"{(await _ring.LeaveAsync()).Reason}";
            case "await-ring":
                await _ring.WaitForMembersAsync(Texts("members"));
                return null;
            case "await-confirms":
                return await _ring.WaitForConfirmsAsync(command.GetProperty("more").GetInt64());
            case "await-ring-end":
                return $"{(await _ring.WaitForEndAsync()).Reason}";
            case "ring":
                return _ring.Report();
            case "longest-stall":
                return _ring.TakeLongestStall().TotalMilliseconds;
            case "start-groups":
                await _groups.StartAsync(command.GetProperty("seed").GetInt32());
                return null;
            case "stop-groups":
                await _groups.StopAsync();
                return null;
            case "local-groups":
                return _groups.GetLocal();
            case "await-groups":
                await _groups.WaitForAsync(Texts("memberships"));
                return null;
            case "await-no-groups-of":
                await _groups.WaitForNoneOfAsync(Text("node"));
                return null;
            case "quiesce":
                await _groups.ReadMonitorsEmptyAsync();
                recorder.Heal();
                recorder.Quiesce(command.GetProperty("window").GetInt64());
                return null;
            default:
                throw new InvalidOperationException($"There is no command {verb}.");
        }

        string Text(string property) => command.GetProperty(property).GetString()!;

        List<string> Texts(string property) =>
            [.. command.GetProperty(property).EnumerateArray().Select(item => item.GetString()!)];
    }

    public void Dispose()
    {
        _ring.Dispose();
        _groups.Dispose();
    }

    /// <summary>Ends all work; the members stay, for the silo's stop to take them out.</summary>
    internal async Task StopAsync()
    {
        await _ring.StopAsync();
        await _groups.StopAsync();
    }
}
