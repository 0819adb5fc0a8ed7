using Microsoft.Extensions.DependencyInjection;
using Orleans.Groups.Conformance;
using Orleans.TestingHost;

namespace Orleans.Groups.Tests;

/// <summary>One silo as a conformance fact uses it.</summary>
internal sealed class SiloNode(string name, InProcessSiloHandle handle) : INodeFixture
{
    public string Name { get; } = name;

    public NodeId Id => Groups.Node;

    public bool IsAlive => !Groups.Host.IsStopping;

    public IMulticast Multicast => Groups.Multicast;

    internal InProcessSiloHandle Handle { get; } = handle;

    internal SiloAddress Address => Handle.SiloAddress;

    internal SiloGroups Groups { get; } = handle.ServiceProvider.GetRequiredService<SiloGroups>();

    public IProcessGroups GetProcessGroups(ScopeName? scope = null) =>
        scope is { } named ? Groups.GetProcessGroups(named) : Groups.ProcessGroups;

    public IGroupMember CreateMember(string name, Func<MemberMessage, ValueTask>? onMessage = null) =>
        Groups.Host.Members.Create(name, onMessage);

    public Task StopScopeAsync(ScopeName scope)
    {
        Groups.Host.GetScope(scope).Stop();
        return Task.CompletedTask;
    }

    public Task StartScopeAsync(ScopeName scope)
    {
        Groups.Host.GetScope(scope).Start();
        return Task.CompletedTask;
    }
}
