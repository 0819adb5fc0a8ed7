using System.Reflection;
using System.Xml.Linq;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>The layers of style.md section 1, and the shape of the solution that test.sh relies on.</summary>
public sealed class ArchitectureTests
{
    private const string Abstractions = "Orleans.Groups.Abstractions";
    private const string Protocol = "Orleans.Groups.Protocol";
    private const string Engine = "Orleans.Groups.Engine";

    [Fact]
    public void Abstractions_References_OnlyTheBaseLibrary() => Assert.Empty(ForeignReferences(Abstractions));

    [Fact]
    public void Protocol_References_OnlyTheBaseLibraryAndAbstractions() =>
        Assert.Empty(ForeignReferences(Protocol).Except([Abstractions]));

    [Fact]
    public void Abstractions_Project_NeedsNothing()
    {
        Assert.Empty(Repository.ProjectReferencesOf(ProjectFile(Abstractions)));
        Assert.Empty(PackagesThatShip(Abstractions));
    }

    [Fact]
    public void Protocol_Project_NeedsAbstractionsOnly()
    {
        Assert.Equal([ProjectFile(Abstractions)], Repository.ProjectReferencesOf(ProjectFile(Protocol)));
        Assert.Empty(PackagesThatShip(Protocol));
    }

    [Fact]
    public void Engine_Project_NeedsTheLayersBelowItOnly() =>
        Assert.Equal(
            [ProjectFile(Abstractions), ProjectFile(Protocol)],
            Repository.ProjectReferencesOf(ProjectFile(Engine)));

    [Theory]
    [InlineData(Protocol)]
    [InlineData(Engine)]
    public void SharedLayers_EveryType_IsInternal(string assembly) =>
        Assert.Empty(Assembly.Load(assembly).GetExportedTypes().Select(t => t.FullName));

    [Fact]
    public void Solution_Lists_EveryProject() =>
        Assert.Equal(Repository.Files(".csproj"), Repository.ProjectsIn("Orleans.Groups.sln"));

    [Fact]
    public void SolutionFilter_Lists_ExactlyTheProjectsWithoutOrleansPackages()
    {
        var expected = Repository.Files(".csproj").Where(p => !Repository.PackagesOf(p).Any(IsOrleansPackage));

        Assert.Equal(expected, Repository.ProjectsIn("Orleans.Groups.InMemory.slnf"));
    }

    /// <summary>test.sh runs what is named so, and nothing else.</summary>
    [Fact]
    public void TestExecutables_AreNamed_TestsAndLiveUnderTests()
    {
        foreach (var project in Repository.Files(".csproj"))
        {
            var named = Path.GetFileNameWithoutExtension(project).EndsWith(".Tests", StringComparison.Ordinal);
            var placed = project == $"tests/{Path.GetFileNameWithoutExtension(project)}/{Path.GetFileName(project)}";

            Assert.True(!named || placed, $"{project}: a test project lives in tests/, in a folder of its own name.");
            Assert.False(
                Repository.Items(project, "PackageReference").Contains("xunit.v3"),
                $"{project}: tests/Directory.Build.props adds xunit.v3 to each project whose name ends in .Tests.");
        }
    }

    private static string ProjectFile(string assembly) => $"src/{assembly}/{assembly}.csproj";

    private static bool IsOrleansPackage(string id) =>
        id.StartsWith("Microsoft.Orleans.", StringComparison.OrdinalIgnoreCase);

    /// <summary>Names of referenced assemblies that are no part of the .NET runtime itself.</summary>
    private static IEnumerable<string> ForeignReferences(string assembly)
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return Assembly.Load(assembly)
            .GetReferencedAssemblies()
            .Select(r => r.Name!)
            .Where(name => !File.Exists(Path.Combine(runtime, name + ".dll")));
    }

    /// <summary>Packages that a user restores, too; an analyser with PrivateAssets="all" is none.</summary>
    private static IEnumerable<string> PackagesThatShip(string assembly) =>
        XDocument.Load(Repository.PathOf(ProjectFile(assembly)))
            .Descendants("PackageReference")
            .Where(p => p.Attribute("PrivateAssets")?.Value != "all")
            .Select(p => p.Attribute("Include")!.Value);
}
