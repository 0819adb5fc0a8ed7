using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Orleans.Groups.InMemory.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Defaults_Always_AreValid() => Assert.Empty(new InMemoryClusterOptions().GetErrors());

    [Fact]
    public void Errors_OfSeveralSettings_AreAllListedWithNameAndValue()
    {
        var errors = Wrong().GetErrors();
        Assert.Equal(5, errors.Count);
        string[] expected =
        [
            "InMemoryClusterOptions.NodeName is ''",
            "InMemoryClusterOptions.MaxHeldFramesPerLink is '0'",
            "InMemoryClusterOptions.MaxNodes is '2000'",
            "ProcessGroupsOptions.MaxScopes is '0'",
            "MulticastOptions.MaxMembers is '0'",
        ];
        Assert.Equal(expected, errors.Zip(expected, static (error, start) => error[..start.Length]));
    }

    [Fact]
    public void Errors_OfQueues_NameTheLeastThatMakesSense()
    {
        var options = new InMemoryClusterOptions { MaxHeldRequests = 0 };
        options.Multicast.MaxQueuedBytes = options.Multicast.WindowBytes - 1;
        var errors = options.GetErrors();
        Assert.Equal(2, errors.Count);
        Assert.Contains("InMemoryClusterOptions.MaxHeldRequests is '0'", errors[0], StringComparison.Ordinal);
        Assert.Contains("MulticastOptions.MaxQueuedBytes is '4194303'", errors[1], StringComparison.Ordinal);
        options.Multicast.MaxQueuedBytes++;
        options.MaxHeldRequests++;
        Assert.Empty(options.GetErrors());
    }

    [Fact]
    public void Errors_OfMissingParts_AreListed()
    {
        var options = new InMemoryClusterOptions { Multicast = null!, ProcessGroups = null!, TimeProvider = null! };
        var errors = options.GetErrors();
        Assert.Equal(3, errors.Count);
        Assert.All(errors, static error => Assert.Contains("must be set", error, StringComparison.Ordinal));
    }

    [Fact]
    public void Cluster_WithWrongOptions_ThrowsWithAllErrors()
    {
        var thrown = Assert.Throws<OptionsValidationException>(static () => new InMemoryCluster(Wrong()));
        Assert.Equal(5, thrown.Failures.Count());
    }

    [Fact]
    public async Task Host_WithWrongOptions_FailsToStartAndNamesTheProvider()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddInMemoryGroups(static options =>
        {
            options.MaxNodes = 0;
            options.Multicast.MaxMembers = 0;
        });
        using var host = builder.Build();
        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync().Soon());
        Assert.Equal(2, thrown.Failures.Count());
        Assert.All(thrown.Failures, static failure => Assert.StartsWith("Orleans.Groups.InMemory: ", failure));
    }

    [Fact]
    public async Task Host_Started_OffersBothServicesAndStopsInOrder()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddInMemoryGroups(static options => options.NodeName = "here");
        using var host = builder.Build();
        await host.StartAsync().Soon();
        var groups = host.Services.GetRequiredService<IProcessGroups>();
        var multicast = host.Services.GetRequiredService<IMulticast>();
        var node = host.Services.GetRequiredService<InMemoryNode>();
        Assert.Equal("here", node.Name);
        Assert.Same(node.Cluster, host.Services.GetRequiredService<InMemoryCluster>());
        Assert.Equal((node.Id, node.Id), (groups.Node, multicast.Node));

        await groups.JoinAsync("g", node.CreateMember("m").Id);
        var handler = new Recorder();
        var member = await multicast.JoinAsync("ring", handler).Soon();
        Assert.True((await member.ProveAsync("hello")).IsOk);
        await host.StopAsync().Soon();
        Assert.False(node.IsAlive);
        Assert.Equal(TerminationReason.NodeStopped, (await member.Completion.Soon()).Reason);
        Assert.Equal(["joined", "here: hello", "end NodeStopped"], handler.Told);
        Assert.Equal(JoinStatus.ShuttingDown, (await groups.JoinAsync("g", node.Host.Members.NewId("x"))).Status);
    }

    [Fact]
    public void Host_NeverStarted_DoesNotMakeANode()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddInMemoryGroups();
        using var host = builder.Build();
        Assert.Empty(host.Services.GetRequiredService<InMemoryCluster>().Nodes);
    }

    private static InMemoryClusterOptions Wrong() =>
        new()
        {
            NodeName = string.Empty,
            MaxHeldFramesPerLink = 0,
            MaxNodes = 2_000,
            Multicast = { MaxMembers = 0 },
            ProcessGroups = { MaxScopes = 0 },
        };
}
