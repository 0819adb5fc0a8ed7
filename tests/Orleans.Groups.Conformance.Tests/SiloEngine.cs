namespace Orleans.Groups.Conformance.Tests;

/// <summary>Silos with the grain directory that TestCluster installs.</summary>
public sealed class SiloEngine : IGroupsEngine
{
    public FixtureCapabilities Capabilities => FixtureCapabilities.All;

    public Task<IGroupsFixture> CreateAsync(FixtureOptions options) =>
        Task.FromResult<IGroupsFixture>(new SiloFixture(options, usesLocalDirectory: false));
}
