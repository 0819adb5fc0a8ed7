using System.Reflection;

namespace Orleans.Groups.InMemory.Tests;

public sealed class SurfaceTests
{
    /// <summary>One using brings everything; the registration is where other libraries have theirs.</summary>
    [Fact]
    public void PublicTypes_Namespaces_AreOursOrThoseOfRegistration()
    {
        string[] allowed = ["Orleans.Groups", "Orleans.Groups.InMemory", "Microsoft.Extensions.DependencyInjection"];

        Assert.All(
            Assembly.Load("Orleans.Groups.InMemory").GetExportedTypes(),
            type => Assert.Contains(type.Namespace!, allowed));
    }

    [Fact]
    public void Assembly_References_NoOrleans() =>
        Assert.DoesNotContain(
            Assembly.Load("Orleans.Groups.InMemory").GetReferencedAssemblies(),
            r => r.Name!.StartsWith("Orleans.", StringComparison.Ordinal) && r.Name[8..].Split('.')[0] != "Groups");
}
