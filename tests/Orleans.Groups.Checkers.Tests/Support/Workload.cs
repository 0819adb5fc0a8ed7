using System.Collections.Concurrent;
using Orleans.Groups.InMemory;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>
/// A seeded life of an in-memory cluster, recorded: joins, leaves, ends, monitors, broadcasts, proofs, nodes that are
/// killed, stop and come back. What happens is drawn from the seed; in which order threads do it is not.
/// </summary>
internal sealed class Workload : IAsyncDisposable
{
    private static readonly string[] Groups = ["red", "green", "blue", "black"];

    private readonly InMemoryCluster _cluster;
    private readonly Func<long, EventRecorder> _recorderOfNode;
    private readonly Random _random;
    private readonly List<WorkNode> _nodes = [];
    private readonly ConcurrentBag<Task> _calls = [];
    private long _window;
    private int _names;

    /// <param name="seed">Decides what happens.</param>
    /// <param name="recorderOfNode">Where a node is recorded that begins after a window.</param>
    internal Workload(int seed, Func<long, EventRecorder> recorderOfNode)
    {
        _random = new Random(seed);
        _recorderOfNode = recorderOfNode;
        _cluster = new InMemoryCluster(new InMemoryClusterOptions { Seed = (ulong)seed, EncodeMessages = true });
    }

    public async ValueTask DisposeAsync()
    {
        var stopped = new TaskCompletionSource();
        var recorders = Recorders.Select(recorder => recorder.StopAllAsync(() => stopped.Task)).ToList();
        await _cluster.DisposeAsync();
        stopped.SetResult();
        await Task.WhenAll(recorders);
    }

    /// <summary>Some windows of work, each with a quiet end.</summary>
    internal async Task RunAsync(int windows, int steps)
    {
        for (var index = 0; index < 3; index++)
        {
            AddNode();
        }

        for (var window = 0; window < windows; window++)
        {
            for (var step = 0; step < steps; step++)
            {
                await StepAsync();
            }

            await SettleAsync();
        }
    }

    private async Task StepAsync()
    {
        var node = _nodes[_random.Next(_nodes.Count)];
        switch (_random.Next(100))
        {
            case < 20: node.JoinGroups(_random, Groups); break;
            case < 30: await node.LeaveGroupsAsync(_random, Groups).SoonAsync("leave groups"); break;
            case < 34: node.EndMember(_random); break;
            case < 42: node.Read(Groups[_random.Next(Groups.Length)]); break;
            case < 46: await node.ChangeMonitorsAsync(_random, Groups).SoonAsync("change monitors"); break;
            case < 52: await node.ChangeRingAsync(_random).SoonAsync("change rings"); break;
            case < 95: node.Publish(_random, _calls); break;
            case < 97: await ReplaceAsync(node); break;
            default: node.ReadMonitors(); break;
        }
    }

    private void AddNode(string? name = null)
    {
        var node = _cluster.AddNode(name ?? $"n{++_names}");
        _nodes.Add(new WorkNode(node, _recorderOfNode(_window).StartNode(node.Id)));
    }

    /// <summary>A node is killed, or stops; its next life begins.</summary>
    private async Task ReplaceAsync(WorkNode node)
    {
        _nodes.Remove(node);
        if (_random.Next(3) > 0)
        {
            node.Recorder.Kill(() => _cluster.KillNode(node.Node));
            foreach (var other in _nodes)
            {
                await _cluster.WaitForInputsAsync(other.Node).SoonAsync("handle a death");
                other.Recorder.Saw(node.Node.Id);
            }
        }
        else
        {
            await node.Recorder.StopAsync(() => _cluster.StopNodeAsync(node.Node)).SoonAsync("stop a node");
        }

        AddNode(node.Node.Name);
    }

    private async Task SettleAsync()
    {
        await Task.WhenAll(_calls).SoonAsync("end all calls");
        _calls.Clear();
        foreach (var recorder in Recorders)
        {
            recorder.Heal();
        }

        await _nodes[0].JoinForGoodAsync().SoonAsync("join for good");
        await _cluster.WaitForConvergenceAsync().SoonAsync("converge");
        await _cluster.DrainAsync().SoonAsync("drain");
        foreach (var node in _nodes)
        {
            node.ReadMonitors();
        }

        _window++;
        foreach (var recorder in Recorders)
        {
            recorder.Quiesce(_window);
        }
    }

    private IEnumerable<EventRecorder> Recorders => _nodes.Select(static node => node.Recorder.Recorder).Distinct();
}
