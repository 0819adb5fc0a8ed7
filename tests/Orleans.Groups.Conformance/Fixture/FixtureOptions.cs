namespace Orleans.Groups.Conformance;

/// <summary>Settings that a test wants; every node of its fixture gets them.</summary>
public sealed class FixtureOptions
{
    /// <summary>Settings of process groups.</summary>
    public ProcessGroupsOptions ProcessGroups { get; } = new();

    /// <summary>Settings of multicast.</summary>
    public MulticastOptions Multicast { get; } = new();
}
