using Orleans.Groups.Conformance;

namespace Orleans.Groups.Tests;

/// <summary>A silo that has just started and is not connected with all others yet.</summary>
public sealed class StrangerTests : IAsyncLifetime
{
    private readonly FixtureOptions _options = new();
    private SiloFixture? _fixture;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture!.DisposeAsync();

    /// <summary>
    /// Race: (1) a silo starts; (2) a member joins there next to one whose silo it has no session with yet; (3) it
    /// takes its neighbour for lost, and the record says so of one that is well.
    /// </summary>
    [Fact]
    public async Task Join_BeforeTheSiloHasMetAll_TakesNobodyOut()
    {
        var (left, right) = await StartAsync();
        var rightLog = new RingLog();
        var leftPlace = await left.Multicast.JoinAsync("ring", new RingLog());
        var rightPlace = await right.Multicast.JoinAsync("ring", rightLog);
        var newcomer = await AddStrangerOfAsync(right);

        var hasty = new MulticastJoinOptions { Timeout = TimeSpan.FromMilliseconds(700) };
        var error = await Assert.ThrowsAsync<GroupException>(
            () => newcomer.Multicast.JoinAsync("ring", new RingLog(), hasty));

        Assert.Equal(GroupErrorCode.Timeout, error.Code);
        (await leftPlace.ConfirmedBroadcastAsync(Text.Of("two"))).ThrowIfNotOk();
        Assert.False(leftPlace.Completion.IsCompleted);
        Assert.False(rightPlace.Completion.IsCompleted);

        _fixture!.IntroduceAll();
        var place = await newcomer.Multicast.JoinAsync("ring", new RingLog());
        (await place.ConfirmedBroadcastAsync(Text.Of("three"))).ThrowIfNotOk();
        await rightLog.Messages.CountAsync(2);
        Assert.Equal(["two", "three"], rightLog.Messages.Items);
    }

    /// <summary>A silo that nobody can reach must not keep others from joining for ever.</summary>
    [Fact]
    public async Task Join_WhenASiloStaysAStranger_GoesOnAfterTheTimeOfATry()
    {
        _options.Multicast.JoinAttemptTimeout = TimeSpan.FromMilliseconds(200);
        var (left, right) = await StartAsync();
        var log = new RingLog();
        await left.Multicast.JoinAsync("ring", log);
        var newcomer = await AddStrangerOfAsync(right);

        var place = await newcomer.Multicast.JoinAsync("ring", new RingLog());

        (await place.ConfirmedBroadcastAsync(Text.Of("one"))).ThrowIfNotOk();
        Assert.Equal(["one"], log.Messages.Items);
    }

    private async Task<(SiloNode Left, SiloNode Right)> StartAsync()
    {
        _fixture = new SiloFixture(_options, usesLocalDirectory: false);
        return ((SiloNode)await _fixture.AddNodeAsync("left"), (SiloNode)await _fixture.AddNodeAsync("right"));
    }

    private async Task<SiloNode> AddStrangerOfAsync(SiloNode silo)
    {
        _fixture!.KeepStrangersFrom(silo);
        var newcomer = (SiloNode)await _fixture.AddNodeAsync("newcomer");
        Assert.Equal(3, newcomer.Groups.Network.CopyLiving().Count);
        Assert.DoesNotContain(silo.Id, newcomer.Groups.Host.Sessions.Keys);
        return newcomer;
    }
}
