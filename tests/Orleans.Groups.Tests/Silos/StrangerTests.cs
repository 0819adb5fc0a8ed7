using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Groups.Conformance;

namespace Orleans.Groups.Tests;

/// <summary>A silo that has just started and is not connected with all others yet.</summary>
public sealed class StrangerTests : IAsyncLifetime
{
    private readonly FixtureOptions _options = new();
    private SiloFixture? _fixture;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture?.DisposeAsync() ?? default;

    /// <summary>
    /// Race: (1) a silo starts; (2) a member joins there next to one whose silo it has no session with yet; (3) it
    /// takes its neighbour for lost, and the record says so of one that is well.
    /// </summary>
    [Fact]
    public async Task Join_BeforeTheSiloHasMetAll_TakesNobodyOut()
    {
        _options.Multicast.JoinAttemptTimeout = TimeSpan.FromHours(1);
        _options.Multicast.JoinTimeout = TimeSpan.FromHours(1);
        var (left, right) = await StartAsync();
        var rightLog = new RingLog();
        var leftPlace = await left.Multicast.JoinAsync("ring", new RingLog());
        var rightPlace = await right.Multicast.JoinAsync("ring", rightLog);
        var newcomer = await AddStrangerOfAsync(right);

        var joining = newcomer.Multicast.JoinAsync("ring", new RingLog());

        Assert.Equal(0, newcomer.Groups.Host.Rings.Count); // No try has begun.
        (await leftPlace.ConfirmedBroadcastAsync(Text.Of("two"))).ThrowIfNotOk();
        _fixture!.IntroduceAll();
        (await (await joining).ConfirmedBroadcastAsync(Text.Of("three"))).ThrowIfNotOk();
        await rightLog.Messages.CountAsync(2);
        Assert.Equal(["two", "three"], rightLog.Messages.Items);
        Assert.False(leftPlace.Completion.IsCompleted);
        Assert.False(rightPlace.Completion.IsCompleted);
    }

    /// <summary>Before a silo has heard who lives, it does not take itself for the only one.</summary>
    [Fact]
    public async Task Join_BeforeTheSiloKnowsWhoLives_Waits()
    {
        var (left, _) = await StartAsync();
        using var groups = ActivatorUtilities.CreateInstance<SiloGroups>(left.Handle.SiloHost.Services);

        var joining = groups.Multicast.JoinAsync("ring", new RingLog());

        Assert.Equal(0, groups.Host.Rings.Count);
        var nobody = ImmutableDictionary<SiloAddress, ClusterMember>.Empty;
        groups.Network.Update(new ClusterMembershipSnapshot(nobody, new MembershipVersion(1)));
        await joining;
        groups.Host.Kill();
    }

    /// <summary>A silo that cannot be met is waited for once, by all joins together.</summary>
    [Fact]
    public async Task Join_WhenASiloStaysAStranger_WaitsForItOnce()
    {
        _options.Multicast.JoinAttemptTimeout = TimeSpan.FromMilliseconds(200);
        var (left, right) = await StartAsync();
        var log = new RingLog();
        await left.Multicast.JoinAsync("ring", log);
        var newcomer = await AddStrangerOfAsync(right);

        var place = await newcomer.Multicast.JoinAsync("ring", new RingLog());

        (await place.ConfirmedBroadcastAsync(Text.Of("one"))).ThrowIfNotOk();
        await log.Messages.CountAsync(1);
        var another = newcomer.Multicast.JoinAsync("ring", new RingLog());
        Assert.Equal(2, newcomer.Groups.Host.Rings.Count); // Its try has begun at once.
        await another;
    }

    /// <summary>A stranger that dies is no stranger any more.</summary>
    [Fact]
    public async Task Join_WhenTheStrangerDies_GoesOn()
    {
        _options.Multicast.JoinAttemptTimeout = TimeSpan.FromHours(1);
        _options.Multicast.JoinTimeout = TimeSpan.FromHours(1);
        var (left, right) = await StartAsync();
        await left.Multicast.JoinAsync("ring", new RingLog());
        var newcomer = await AddStrangerOfAsync(right);
        var joining = newcomer.Multicast.JoinAsync("ring", new RingLog());
        Assert.Equal(0, newcomer.Groups.Host.Rings.Count);

        await _fixture!.KillNodeAsync(right);

        await joining.LimitAsync("the newcomer joins");
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
