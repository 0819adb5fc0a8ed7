using Orleans.Groups.Conformance;

namespace Orleans.Groups.DefaultDirectory.Tests;

/// <summary>Silos with the grain directory that Orleans has by default.</summary>
public sealed class DefaultDirectorySiloEngine : IGroupsEngine
{
    public FixtureCapabilities Capabilities => FixtureCapabilities.All;

    public Task<IGroupsFixture> CreateAsync(FixtureOptions options) =>
        Task.FromResult<IGroupsFixture>(new SiloFixture(options, usesLocalDirectory: true));
}
