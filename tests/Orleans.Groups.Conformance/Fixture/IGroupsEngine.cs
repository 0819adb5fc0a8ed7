namespace Orleans.Groups.Conformance;

/// <summary>
/// Makes fixtures of one engine. An engine's test project implements it and inherits every conformance class with it.
/// </summary>
public interface IGroupsEngine
{
    /// <summary>What its fixtures can do; pinned by <see cref="CapabilitiesConformance{TEngine}"/>.</summary>
    FixtureCapabilities Capabilities { get; }

    /// <summary>Makes a fixture without nodes. Nothing is shared with other fixtures.</summary>
    Task<IGroupsFixture> CreateAsync(FixtureOptions options);
}
