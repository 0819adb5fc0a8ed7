using Microsoft.Extensions.DependencyInjection;
using Orleans.Groups.Testing;
using Orleans.TestingHost;

namespace Orleans.Groups.Tests;

// <grains>
[Alias("IPlayer")]
public interface IPlayer : IGrainWithStringKey
{
    [Alias("Enter")]
    Task EnterAsync(string room);

    [Alias("Heard")]
    Task<string[]> HeardAsync();
}

/// <summary>A grain that joins as itself, and gets what is published to its rooms in its own turns.</summary>
public sealed class PlayerGrain(IProcessGroups groups) : Grain, IPlayer, IGroupMessageHandler
{
    private readonly List<string> _heard = [];

    public async Task EnterAsync(string room) => await groups.JoinAsync(room, this);

    public Task<string[]> HeardAsync() => Task.FromResult(_heard.ToArray());

    public ValueTask OnGroupMessageAsync(MemberMessage message)
    {
        _heard.Add(message.Read<string>());
        return ValueTask.CompletedTask;
    }
}

[Alias("ILedger")]
public interface ILedger : IGrainWithStringKey
{
    [Alias("Append")]
    Task<bool> AppendAsync(string entry);

    [Alias("Read")]
    Task<string[]> ReadAsync();
}

/// <summary>A grain that hosts a member of a ring: whatever one ledger appends, all of them have.</summary>
public sealed class LedgerGrain(IMulticast multicast) : Grain, ILedger
{
    private readonly List<string> _entries = [];
    private MulticastGroup<string>? _ring;

    public override async Task OnActivateAsync(CancellationToken cancellationToken) =>
        _ring = await multicast.JoinAsync<string>("ledgers", this, OnEntry, cancellationToken: cancellationToken);

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        await _ring!.LeaveAsync(cancellationToken);

    public async Task<bool> AppendAsync(string entry) =>
        (await _ring!.ConfirmedBroadcastAsync(entry, ConfirmLevel.ProcessedByAll)).IsOk;

    public Task<string[]> ReadAsync() => Task.FromResult(_entries.ToArray());

    private ValueTask OnEntry(MemberId from, string entry)
    {
        _entries.Add(entry);
        return ValueTask.CompletedTask;
    }
}
// </grains>

/// <summary>What the readme shows about grains.</summary>
public sealed class GrainQuickStartTests
{
    // <testing>
    [Fact]
    public async Task Players_InARoom_HearWhatIsSaid()
    {
        var builder = new TestClusterBuilder(2);
        builder.AddSiloBuilderConfigurator<WithGroups>();
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        var silos = cluster.Silos
            .Select(static silo => ((InProcessSiloHandle)silo).ServiceProvider.GetRequiredService<IGroups>())
            .ToList();

        var (ann, ben) = (cluster.Client.GetGrain<IPlayer>("ann"), cluster.Client.GetGrain<IPlayer>("ben"));
        await ann.EnterAsync("hall");
        await ben.EnterAsync("hall");
        await silos.WaitForConvergenceAsync(); // Now both silos know both players.

        Assert.Equal(2, silos[0].ProcessGroups.CountMembers("hall"));
        await silos[1].ProcessGroups.PublishAsync("hall", "hello");
        await silos.WaitForConvergenceAsync(); // Now both players have heard it: their handlers are done.

        Assert.Equal(["hello"], await ann.HeardAsync());
        Assert.Equal(["hello"], await ben.HeardAsync());
        foreach (var player in silos[0].ProcessGroups.GetGrains<IPlayer>("hall", cluster.Client))
        {
            await player.EnterAsync("garden");
        }

        await silos[0].ProcessGroups.WaitForMembersAsync("garden", 2);
    }

    private sealed class WithGroups : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.AddGroups();
    }
    // </testing>

    [Fact]
    public async Task Ledgers_AfterAnAppend_AllHaveTheEntry()
    {
        var builder = new TestClusterBuilder(2);
        builder.AddSiloBuilderConfigurator<WithGroups>();
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        var ledgers = Enumerable.Range(0, 3).Select(index => cluster.Client.GetGrain<ILedger>($"{index}")).ToList();
        await Task.WhenAll(ledgers.Select(static ledger => ledger.ReadAsync()));

        Assert.True(await ledgers[0].AppendAsync("first"));
        Assert.True(await ledgers[0].AppendAsync("second"));

        foreach (var ledger in ledgers)
        {
            Assert.Equal(["first", "second"], await ledger.ReadAsync());
        }
    }
}
