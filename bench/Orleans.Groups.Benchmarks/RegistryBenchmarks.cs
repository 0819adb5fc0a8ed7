using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Orleans.Groups.InMemory;

namespace Orleans.Groups.Benchmarks;

/// <summary>Reading the members of a group: unchanged, and after each change.</summary>
[MemoryDiagnoser]
public class RegistryBenchmarks
{
    private InMemoryCluster _cluster = null!;
    private IProcessGroups _groups = null!;
    private IProcessGroup _group = null!;
    private MemberId _extra = null!;

    [Params(1, 100, 1_000)]
    public int Members { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _cluster = new InMemoryCluster();
        var node = _cluster.AddNode("a");
        _groups = node.ProcessGroups;
        _group = _groups["room"];
        _extra = node.CreateMember("extra").Id;
        for (var index = 0; index < Members; index++)
        {
            await _groups.JoinAsync("room", node.CreateMember($"m{index}").Id);
        }
    }

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _cluster.DisposeAsync();

    [Benchmark(Baseline = true)]
    public ImmutableArray<MemberId> ByName() => _groups.GetMembers(_group.Name);

    [Benchmark]
    public ImmutableArray<MemberId> ByHandle() => _group.Members;

    /// <summary>The first read after a change builds the list.</summary>
    [Benchmark]
    public async Task<int> AfterChange()
    {
        await _groups.JoinAsync(_group.Name, _extra);
        var with = _group.Members.Length;
        await _groups.LeaveAsync(_group.Name, _extra);
        return with - _group.Members.Length;
    }
}
