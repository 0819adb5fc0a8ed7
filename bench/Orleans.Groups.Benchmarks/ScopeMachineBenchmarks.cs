using BenchmarkDotNet.Attributes;
using Orleans.Groups.Comparison;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Benchmarks;

/// <summary>The machines of process groups alone: no engine, no thread, no queue.</summary>
[MemoryDiagnoser]
public class ScopeMachineBenchmarks
{
    private ScopeStar _star = null!;
    private NodeId _node = null!;
    private MemberId _member = null!;
    private ScopeInput _joinMany = null!;
    private ScopeInput _leaveMany = null!;

    /// <summary>Nodes that are told of everything.</summary>
    [Params(0, 2, 20)]
    public int Peers { get; set; }

    /// <summary>Joins in <see cref="Burst"/>.</summary>
    public int Joins { get; set; } = 1_000;

    [GlobalSetup]
    public void SetUp()
    {
        _star = new ScopeStar(Peers + 1) { Count = null };
        _star.Connect();
        _node = _star.Nodes[0];
        _member = new MemberId(_node, 1, "member");
        GroupName[] groups = [.. Enumerable.Range(0, Joins).Select(index => new GroupName($"group-{index}"))];
        _joinMany = new ScopeInput.Join([.. groups], [_member]);
        _leaveMany = new ScopeInput.Leave([.. groups], [_member]);
    }

    /// <summary>A join and a leave, each told to the peers at once and applied by them.</summary>
    [Benchmark(OperationsPerInvoke = 2)]
    public int JoinAndLeave()
    {
        _star.Step(_node, new ScopeInput.JoinOne("room", _member));
        _star.Run();
        _star.Step(_node, new ScopeInput.LeaveOne("room", _member));
        _star.Run();
        return _star.RegistryOf(_star.Nodes[^1]).GetMembers("room").Length;
    }

    /// <summary>Joins of many groups in one step, told in one update, and the leaves of all.</summary>
    [Benchmark]
    public int Burst()
    {
        _star.Step(_node, _joinMany);
        _star.Run();
        var seen = _star.RegistryOf(_star.Nodes[^1]).GetMembers("group-0").Length;
        _star.Step(_node, _leaveMany);
        _star.Run();
        return seen;
    }
}
