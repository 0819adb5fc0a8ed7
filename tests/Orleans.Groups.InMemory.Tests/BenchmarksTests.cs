using Orleans.Groups.Benchmarks;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>Each benchmark runs once with tiny inputs, so that none rots. Nothing is timed here.</summary>
public sealed class BenchmarksTests
{
    [Fact]
    public async Task RegistryBenchmarks_TinyRun_ReadsAllMembers()
    {
        var benchmarks = new RegistryBenchmarks { Members = 3 };
        await benchmarks.SetUpAsync();

        Assert.Equal(3, benchmarks.ByName().Length);
        Assert.Equal(benchmarks.ByName(), benchmarks.ByHandle());
        await benchmarks.CleanUpAsync();
    }

    [Fact]
    public async Task MembershipBenchmarks_TinyRun_JoinsAndLeaves()
    {
        var benchmarks = new MembershipBenchmarks { Members = 3 };
        await benchmarks.SetUpAsync();

        Assert.Equal(2, await benchmarks.JoinAndLeave());
        await benchmarks.CleanUpAsync();
    }

    [Fact]
    public async Task RingBenchmarks_TinyRun_IsConfirmed()
    {
        var benchmarks = new RingBenchmarks { Members = 3, Bytes = 10, Messages = 100 };
        await benchmarks.SetUpAsync();

        await benchmarks.Broadcast();
        await benchmarks.Confirm();
        await benchmarks.CleanUpAsync();
    }
}
