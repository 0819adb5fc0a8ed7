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
        Assert.Equal(1, await benchmarks.AfterChange());
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

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void ScopeMachineBenchmarks_TinyRun_TellsAllPeers(int peers)
    {
        var benchmarks = new ScopeMachineBenchmarks { Peers = peers, Joins = 3 };
        benchmarks.SetUp();

        Assert.Equal(1, benchmarks.Burst());
        Assert.Equal(0, benchmarks.JoinAndLeave());
    }

    [Fact]
    public void RingMachineBenchmarks_TinyRun_DeliversToAll()
    {
        var benchmarks = new RingMachineBenchmarks { Members = 3, Batch = 2 };
        benchmarks.SetUp();

        Assert.Equal(6, benchmarks.Broadcast());
        Assert.Equal(12, benchmarks.Broadcast());
    }

    [Theory]
    [InlineData("ring")]
    [InlineData("joins")]
    public void WireBenchmarks_TinyRun_ReadsWhatItWrites(string content)
    {
        var benchmarks = new WireBenchmarks { Content = content };
        benchmarks.SetUp();

        Assert.True(benchmarks.Encode() > 0);
        Assert.True(benchmarks.Decode());
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
