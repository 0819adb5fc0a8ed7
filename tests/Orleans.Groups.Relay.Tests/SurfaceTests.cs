using System.Reflection;

namespace Orleans.Groups.Relay.Tests;

public sealed class SurfaceTests
{
    /// <summary>The sample shows what a user can do, so it must not see internal types.</summary>
    [Theory]
    [InlineData("Relay")]
    [InlineData("Relay.Core")]
    public void Relay_References_NoProtocol(string assembly) =>
        Assert.DoesNotContain("Orleans.Groups.Protocol", ReferencesOf(assembly));

    /// <summary>Every engine's program shares it.</summary>
    [Fact]
    public void RelayCore_OfTheProject_ReferencesTheContractsOnly() =>
        Assert.Equal(
            ["Orleans.Groups.Abstractions"],
            ReferencesOf("Relay.Core").Where(name => name.StartsWith("Orleans.", StringComparison.Ordinal)));

    private static IEnumerable<string> ReferencesOf(string assembly) =>
        Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!);
}
