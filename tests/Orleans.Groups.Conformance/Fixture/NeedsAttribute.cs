namespace Orleans.Groups.Conformance;

/// <summary>What a fact, or every fact of a class, needs of the fixture. Both are added.</summary>
/// <param name="capabilities">All of these.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class NeedsAttribute(FixtureCapabilities capabilities) : Attribute
{
    /// <summary>All of these.</summary>
    public FixtureCapabilities Capabilities { get; } = capabilities;
}
