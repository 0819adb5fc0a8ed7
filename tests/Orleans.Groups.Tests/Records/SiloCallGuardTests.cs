using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Core.Internal;
using static Orleans.Groups.Tests.RecordEdits;

namespace Orleans.Groups.Tests;

/// <summary>Who may speak the protocol between silos.</summary>
public sealed class SiloCallGuardTests
{
    private static readonly GroupName Group = "orders";
    private static readonly SiloAddress Own = Silo(1);
    private static readonly SiloAddress Active = Silo(2);
    private static readonly SiloAddress Stopping = Silo(3);
    private static readonly SiloAddress Dead = Silo(4);
    private static readonly SiloAddress Unknown = Silo(5);

    private readonly SiloCallGuard _guard = new(
        new Details(),
        new Membership(),
        NullLogger<SiloCallGuard>.Instance);

    [Fact]
    public void Source_LivingSilo_MayCall()
    {
        foreach (var silo in new[] { Own, Active, Stopping })
        {
            Assert.True(_guard.IsLivingSilo(HostedClient(silo)));
            Assert.True(_guard.IsLivingSilo(GrainService(silo)));
        }
    }

    [Fact]
    public void Source_DeadOrUnknownSilo_IsRefused()
    {
        var earlierLife = SiloAddress.New(Active.Endpoint, Active.Generation - 1);
        foreach (var silo in new[] { Dead, Unknown, earlierLife })
        {
            Assert.False(_guard.IsLivingSilo(HostedClient(silo)));
            Assert.False(_guard.IsLivingSilo(GrainService(silo)));
        }
    }

    [Theory]
    [InlineData("sys.client", "0123456789abcdef0123456789abcdef")]
    [InlineData("sys.client", "hosted-")]
    [InlineData("sys.client", "hosted-nonsense")]
    [InlineData("sys.client", "hosted-1.2.3.4:5@")]
    [InlineData("sys.client", "hosted-1.2.3.4:99999999@1")]
    [InlineData("sys.client", "")]
    [InlineData("sys.svc.user.12345", "nonsense")]
    [InlineData("sys.svc.user.12345", "+")]
    [InlineData("user", "grain")]
    public void Source_NoSilo_IsRefused(string type, string key) =>
        Assert.False(_guard.IsLivingSilo(new GrainId(GrainType.Create(type), IdSpan.Create(key))));

    [Fact]
    public void Source_GrainWhoseKeyIsThatOfASilo_IsRefused()
    {
        var key = HostedClient(Active).Key;

        Assert.False(_guard.IsLivingSilo(new GrainId(GrainType.Create("user"), key)));
        Assert.False(_guard.IsLivingSilo(new GrainId(GrainType.Create("sys.client2"), key)));
        Assert.False(_guard.IsLivingSilo(null));
    }

    [Fact]
    public async Task Client_CallsTheRecordGrain_IsRefusedAndNothingHappens()
    {
        await using var cluster = await RecordCluster.StartVolatileAsync();
        var founded = await cluster.StoreOf(0).ApplyAsync(Group, Found(Group, NewMember()));
        var ended = cluster.WaitForDeactivationAsync(Group);
        var grain = cluster.Cluster.Client.GetGrain<IGroupVersionGrain>(RecordKey.Of(Group));

        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await grain.Read(new RecordRequest()));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await grain.Edit(new RecordRequest()));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(
            async () => await grain.AsReference<IGrainManagementExtension>().DeactivateOnIdle());

        Assert.False(ended.IsCompleted);
        AssertEqual(founded, await cluster.StoreOf(1).RequireAsync(Group));
    }

    [Fact]
    public async Task ApplicationGrain_CallsTheRecordGrain_IsRefusedButMayUseTheStore()
    {
        await using var cluster = await RecordCluster.StartVolatileAsync();
        var grain = cluster.Cluster.Client.GetGrain<IRecordCallerGrain>("caller");

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => grain.CallDirectly("orders"));

        Assert.True(await grain.UseStore("orders"));
    }

    private static SiloAddress Silo(int port) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), 100);

    private static GrainId HostedClient(SiloAddress silo) =>
        new(GrainTypePrefix.ClientGrainType, IdSpan.Create($"hosted-{silo.ToParsableString()}"));

    private static GrainId GrainService(SiloAddress silo) =>
        SystemTargetGrainId.CreateGrainServiceGrainId(7, "links", silo);

    private sealed class Details : ILocalSiloDetails
    {
        public string Name => "own";

        public string ClusterId => "cluster";

        public string DnsHostName => "localhost";

        public SiloAddress SiloAddress => Own;

        public SiloAddress GatewayAddress => Own;
    }

    private sealed class Membership : IClusterMembershipService
    {
        public ClusterMembershipSnapshot CurrentSnapshot { get; } = new(
            new[]
            {
                new ClusterMember(Own, SiloStatus.Active, "own"),
                new ClusterMember(Active, SiloStatus.Active, "active"),
                new ClusterMember(Stopping, SiloStatus.Stopping, "stopping"),
                new ClusterMember(Dead, SiloStatus.Dead, "dead"),
            }.ToImmutableDictionary(member => member.SiloAddress),
            new MembershipVersion(1));

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();
    }
}
