using Orleans.Groups.Conformance;

namespace Orleans.Groups.InMemory.Tests.Conformance;

/// <summary>The engine as it is by default.</summary>
public sealed class InMemoryEngine : IGroupsEngine
{
    public FixtureCapabilities Capabilities => FixtureCapabilities.All;

    public Task<IGroupsFixture> CreateAsync(FixtureOptions options) =>
        Task.FromResult<IGroupsFixture>(new InMemoryGroupsFixture(options, encodesMessages: false));
}

/// <summary>The engine with every frame encoded and decoded on its way.</summary>
public sealed class EncodingInMemoryEngine : IGroupsEngine
{
    public FixtureCapabilities Capabilities => FixtureCapabilities.All;

    public Task<IGroupsFixture> CreateAsync(FixtureOptions options) =>
        Task.FromResult<IGroupsFixture>(new InMemoryGroupsFixture(options, encodesMessages: true));
}
