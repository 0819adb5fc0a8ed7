using BenchmarkDotNet.Attributes;
using Orleans.Groups.InMemory;

namespace Orleans.Groups.Benchmarks;

/// <summary>Joins and leaves of local members; the caller waits for each.</summary>
[MemoryDiagnoser]
public class MembershipBenchmarks
{
    private InMemoryCluster _cluster = null!;
    private IProcessGroups _groups = null!;
    private MemberId[] _members = null!;

    /// <summary>Size of the group before.</summary>
    [Params(0, 10_000)]
    public int Members { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _cluster = new InMemoryCluster();
        var node = _cluster.AddNode("a");
        _groups = node.ProcessGroups;
        _members = [.. Enumerable.Range(0, Members + 1).Select(index => node.CreateMember($"m{index}").Id)];
        foreach (var member in _members.Skip(1))
        {
            await _groups.JoinAsync("room", member);
        }
    }

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _cluster.DisposeAsync();

    [Benchmark(OperationsPerInvoke = 2)]
    public async Task<int> JoinAndLeave()
    {
        var joined = await _groups.JoinAsync("room", _members[0]);
        var left = await _groups.LeaveAsync("room", _members[0]);
        return joined.Added + left.Removed.Length;
    }
}
