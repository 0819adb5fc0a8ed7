using System.Reflection;

namespace Orleans.Groups.Relay.Tests;

public sealed class SurfaceTests
{
    /// <summary>The sample shows what a user can do, so it must not see internal types.</summary>
    [Fact]
    public void Relay_References_NoProtocol() =>
        Assert.DoesNotContain(
            Assembly.Load("Relay").GetReferencedAssemblies(),
            r => r.Name == "Orleans.Groups.Protocol");
}
