using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Groups.Conformance;

namespace Orleans.Groups.Tests;

/// <summary>A silo that no longer hears, or is no longer told, who lives.</summary>
public sealed class MembershipNewsTests
{
    [Fact]
    public async Task Updates_ThatFail_EndTheSilosMembersAndAreLogged()
    {
        var memberships = new ConcurrentBag<FailingMembership>();
        await using var fixture = new SiloFixture(new FixtureOptions(), usesLocalDirectory: false, silo =>
            silo.Services.Replace(ServiceDescriptor.Singleton(provider =>
            {
                var failing = new FailingMembership(provider.GetRequiredService<IClusterMembershipService>());
                memberships.Add(failing);
                return ActivatorUtilities.CreateInstance<SiloGroups>(provider, failing);
            })));
        var silo = (SiloNode)await fixture.AddNodeAsync("a");
        var member = await silo.Multicast.JoinAsync("ring", new RingLog());

        Assert.Single(memberships).Fail();

        var end = await member.Completion.LimitAsync("the member ends");
        Assert.Equal(TerminationReason.LostMembership, end.Reason);
        Assert.False(silo.IsAlive);
    }

    [Fact]
    public async Task NotRecognised_ByAnother_IsBeingDeclaredDead()
    {
        await using var fixture = new SiloFixture(new FixtureOptions(), usesLocalDirectory: false);
        var silo = (SiloNode)await fixture.AddNodeAsync("a");
        var other = (SiloNode)await fixture.AddNodeAsync("b");
        var member = await silo.Multicast.JoinAsync("ring", new RingLog());

        silo.Groups.Network.NotRecognised(other.Address);

        var end = await member.Completion.LimitAsync("the member ends");
        Assert.Equal(TerminationReason.LostMembership, end.Reason);
        Assert.False(silo.IsAlive);
        Assert.True(other.IsAlive);
    }

    [Fact]
    public void Questions_AboutSilosThatNeverWere_ReadTheTableSoManyTimesAtOnce()
    {
        var membership = new UnansweredMembership();
        var directory = new SiloDirectory(membership);

        for (var port = 1; port <= 1_000; port++)
        {
            Assert.False(directory.IsDead(SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), 1)));
        }

        Assert.Equal(64, membership.Refreshes);
    }

    /// <summary>What a silo hears of others, until the test lets it fail.</summary>
    private sealed class FailingMembership(IClusterMembershipService inner) : IClusterMembershipService
    {
        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ClusterMembershipSnapshot CurrentSnapshot => inner.CurrentSnapshot;

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => ReadAsync();

        internal void Fail() => _failed.SetException(new InvalidOperationException("No more news."));

        public ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken) =>
            inner.Refresh(minimumVersion, cancellationToken);

        public Task<bool> TryKill(SiloAddress siloAddress) => inner.TryKill(siloAddress);

        private async IAsyncEnumerable<ClusterMembershipSnapshot> ReadAsync(
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await using var updates = inner.MembershipUpdates.GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                var next = updates.MoveNextAsync().AsTask();
                await await Task.WhenAny(next, _failed.Task);
                if (!await next)
                {
                    yield break;
                }

                yield return updates.Current;
            }
        }
    }

    /// <summary>Nobody is known, and the table never answers.</summary>
    private sealed class UnansweredMembership : IClusterMembershipService
    {
        internal int Refreshes { get; private set; }

        public ClusterMembershipSnapshot CurrentSnapshot { get; } =
            new(ImmutableDictionary<SiloAddress, ClusterMember>.Empty, new MembershipVersion(1));

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken)
        {
            Refreshes++;
            return new ValueTask(new TaskCompletionSource().Task);
        }

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();
    }
}
